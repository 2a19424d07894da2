package postgres

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"tocsin/store"
	"tocsin/store/postgres/pgtest"
)

// cutter passes connections on to a server, and can cut one just as it commits.
type cutter struct {
	t      *testing.T
	socket string // of the server
	net.Listener
	conns sync.WaitGroup
	cut   atomic.Pointer[string] // what is done to the next commit: "before" or "after" the server has it
}

// newCutter returns one before the server of a database, and the database's URL
// through it.
func newCutter(t *testing.T, s *pgtest.Server, database string) (*cutter, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	c := &cutter{t: t, socket: s.Socket(), Listener: l}
	c.conns.Go(c.serve)
	t.Cleanup(func() {
		l.Close()
		c.conns.Wait()
	})
	u, err := url.Parse(database)
	check(t, err)
	u.Host, u.RawQuery = l.Addr().String(), "sslmode=disable"
	return c, u.String()
}

// serve passes connections on until the listener is closed.
func (c *cutter) serve() {
	for {
		client, err := c.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", c.socket)
		if err != nil {
			client.Close()
			continue
		}
		c.conns.Go(func() {
			io.Copy(client, server)
			client.Close()
		})
		c.conns.Go(func() {
			c.pass(server, client)
			server.Close()
		})
	}
}

// pass passes on what a client says, up to a commit that is to be cut.
func (c *cutter) pass(server, client net.Conn) {
	said := make([]byte, 1<<20)
	for {
		n, err := client.Read(said)
		if err != nil {
			return
		}
		if bytes.Contains(said[:n], []byte("commit\x00")) {
			if when := c.cut.Swap(nil); when != nil {
				client.Close() // so the answer goes nowhere
				if *when == "before" {
					return
				}
			}
		}
		if _, err := server.Write(said[:n]); err != nil {
			return
		}
	}
}

// An operation whose connection is cut while it commits is an error. Whether it
// was done or not, all is there once when it is repeated.
func TestAConnectionThatIsCutInACommit(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			c, address := newCutter(t, server, server.Database(t))
			db := openAt(t, address)
			join(t, db, "me", healthy)
			cutting := func(do func() error) {
				t.Helper()
				c.cut.Store(&when)
				if err := do(); err == nil || errors.Is(err, store.ErrLeaseLost) {
					t.Fatalf("error is %v, want that of a connection", err)
				}
				err := do()
				if lost := errors.Is(err, store.ErrLeaseLost); err != nil && !lost || lost != (when == "after") {
					t.Fatalf("the second time: %v", err)
				}
			}
			subscribe(t, db, 1, 1)
			feeds := claimCut(t, c, when, func() ([]store.Feed, error) { return db.ClaimDueFeeds(t.Context(), anHour("me")) })
			p := store.Poll{Holder: "me", Feed: feeds[0], Articles: testArticles(feeds[0].URL, 0, 20)}
			cutting(func() error { return db.CommitPoll(t.Context(), p, testJudge) })
			alerts := claimCut(t, c, when, func() ([]store.Alert, error) { return db.ClaimAlerts(t.Context(), anHour("me")) })
			cutting(func() error {
				return db.RecordDelivery(t.Context(), store.Delivery{Alert: alerts[0].ID, Holder: "me", State: store.AlertSent})
			})
			got, err := db.Counts(t.Context())
			check(t, err)
			if want := (store.Counts{Feeds: 1, Articles: 20, Matches: 1, Stories: 1, Verdicts: 1, SentAlerts: 1}); got != want {
				t.Errorf("the store has %+v, want %+v", got, want)
			}
		})
	}
}

// claimCut claims one thing with a connection that is cut, and once more: what
// the server may have leased without being able to say so comes again.
func claimCut[T any](t *testing.T, c *cutter, when string, claim func() ([]T, error)) []T {
	t.Helper()
	c.cut.Store(&when)
	if got, err := claim(); err == nil {
		t.Fatalf("claimed %v", got)
	}
	got, err := claim()
	check(t, err)
	if len(got) != 1 {
		t.Fatalf("claimed %v the second time", got)
	}
	return got
}

// A server that stops and starts again costs errors, and nothing that was
// acknowledged.
func TestAServerThatStartsAgain(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t)
	db := openAt(t, server.Database(t))
	join(t, db, "me", healthy)
	subscribe(t, db, 1, 1)
	kept := 0
	for range 3 {
		feeds, err := db.ClaimDueFeeds(t.Context(), anHour("me"))
		check(t, err)
		p := store.Poll{Holder: "me", Feed: feeds[0], Articles: testArticles(feeds[0].URL, kept, 10)}
		check(t, server.Stop())
		if err := db.CommitPoll(t.Context(), p, testJudge); err == nil || errors.Is(err, store.ErrLeaseLost) {
			t.Fatalf("error is %v, want that of a connection", err)
		}
		if _, err := db.Counts(t.Context()); err == nil {
			t.Error("it counts")
		}
		check(t, server.Start())
		var committed error
		eventually(t, "the server", func() bool {
			committed = db.CommitPoll(t.Context(), p, testJudge)
			return committed == nil
		})
		kept += 10
	}
	c, err := db.Counts(t.Context())
	check(t, err)
	if c.Articles != kept || c.Pending != 3 {
		t.Errorf("the store has %+v, want %d articles and 3 alerts", c, kept)
	}
}
