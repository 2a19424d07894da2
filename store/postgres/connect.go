package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// maxConns is how many connections a daemon has at the most, where the URL
	// does not say (pool_max_conns). A server allows 100 by default, in all.
	maxConns = 8
	// connectTimeout is how long one attempt to connect may take, where the URL
	// does not say.
	connectTimeout = 10 * time.Second
	// idleTime is how long a connection that nobody needs is kept.
	idleTime = 5 * time.Minute
)

// IsURL reports whether the name of a store is that of a PostgreSQL database.
func IsURL(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// connect makes the pool; nothing is asked yet.
func connect(address string) (*DB, error) {
	u, err := url.Parse(address)
	if err != nil || !IsURL(address) {
		// The error of url.Parse tells the whole address.
		return nil, errors.New("the address is not a PostgreSQL URL such as postgres://user@host/database; signs in a password are written as %XX")
	}
	given := u.Query()
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("the PostgreSQL URL is not understood: %s", reason(err))
	}
	if !given.Has("pool_max_conns") {
		config.MaxConns = maxConns
	}
	if !given.Has("pool_max_conn_idle_time") {
		config.MaxConnIdleTime = idleTime
	}
	c := config.ConnConfig
	if !given.Has("connect_timeout") {
		c.ConnectTimeout = connectTimeout
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "tocsin"
	}
	c.RuntimeParams["client_encoding"] = "UTF8"
	// A connection whose other end is gone without a word is noticed in half a
	// minute.
	c.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}).DialContext
	config.AfterConnect = prepare
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, err
	}
	return &DB{name: name(c), pool: pool}, nil
}

// prepare makes a connection ready. All that is asked is found through an index,
// in the index's order; the server is told so, since it guesses by statistics
// that are missing while a store is new, and then sorts all feeds to find one.
// What it must do all the same looks dear to it then, and it would compile that.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	register(conn.TypeMap())
	_, err := conn.Exec(ctx, `SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET jit = off`)
	return err
}

// name is what a database is called in errors.
func name(c *pgx.ConnConfig) string {
	return fmt.Sprintf("PostgreSQL database %q on %s", c.Database, c.Host)
}

// reason is why a URL is not understood, without the URL, which stands in
// backquotes before it. There are no backquotes in an address that url.Parse
// takes but in what is left of it here.
func reason(err error) string {
	text := err.Error()
	i := strings.LastIndex(text, "`: ")
	if i < 0 {
		return "see the manual of PostgreSQL on connection URIs"
	}
	return oneLine(text[i+len("`: "):])
}

const oldestServer = 130000

// fit returns an error unless a store can be kept in the database.
func (db *DB) fit(ctx context.Context) error {
	var version int
	var encoding string
	var schema *string
	err := db.direct().one(ctx, `
		SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_schema()`,
	).Scan(&version, &encoding, &schema)
	switch {
	case err != nil:
		return err
	case version < oldestServer:
		return fmt.Errorf("the server is PostgreSQL %d, and tocsin needs %d or newer", version/10000, oldestServer/10000)
	case encoding != "UTF8":
		return fmt.Errorf("the encoding of the database is %s; create one with ENCODING 'UTF8'", encoding)
	case schema == nil:
		return errors.New("no schema of the search path exists; create one, or name another in search_path")
	}
	return nil
}
