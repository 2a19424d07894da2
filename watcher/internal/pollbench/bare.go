package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/mmcdole/gofeed"
	_ "modernc.org/sqlite" // the driver of bare polls
)

// bareFlag makes pollbench the client that bare measures, with the file of its
// requests behind it, and the store where it is to keep what it reads.
const bareFlag = "-bare-client"

// floors are what bare rounds take: CPU time for all feeds.
type floors struct {
	unchanged time.Duration // sends conditional requests, and nothing has changed
	hashed    time.Duration // sends others, and hashes what comes
	first     time.Duration // parses what comes, and keeps each feed's items in a transaction
}

// bare measures what this machine asks of any poller with the libraries that
// tocsin has, and so what its figures are to be compared with: processes that
// look at nothing, and begin anew each time.
func (s *stage) bare(ctx context.Context) (fl floors, err error) {
	requests := filepath.Join(s.dir, "requests")
	for _, f := range []struct {
		cpu    *time.Duration
		status int
		args   []string
	}{
		{&fl.unchanged, http.StatusNotModified, []string{requests}},
		{&fl.hashed, http.StatusOK, []string{requests}},
		{&fl.first, http.StatusOK, []string{requests, s.daemon.store()}},
	} {
		if err := os.WriteFile(requests, s.requests(f.status == http.StatusNotModified), 0o600); err != nil {
			return fl, err
		}
		all, err := s.repeat(ctx, func() (usage, error) { return s.bareRound(ctx, f.args, f.status) })
		if err != nil {
			return fl, err
		}
		*f.cpu = least(all).cpu
	}
	return fl, nil
}

// requests lists the addresses of the feeds, a line each, with their validators
// or without.
func (s *stage) requests(conditional bool) []byte {
	var list []byte
	for _, f := range s.site.feeds {
		list = append(list, f.url...)
		if conditional {
			list = append(append(list, ' '), f.etag...)
		}
		list = append(list, '\n')
	}
	return list
}

// bareRound runs the client once, with an empty store.
func (s *stage) bareRound(ctx context.Context, args []string, status int) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	if err := s.daemon.forget(); err != nil {
		return usage{}, err
	}
	s.site.reset(manner{})
	p, err := start(exec.CommandContext(ctx, self, append([]string{bareFlag}, args...)...), s.daemon.log())
	if err != nil {
		return usage{}, err
	}
	u, err := p.end(nil)
	if err == nil {
		err = s.site.answered(map[int]int{status: s.bench.feeds})
	}
	if forgotten := s.daemon.forget(); err == nil {
		err = forgotten // or the daemon would take the store for its own
	}
	return u, err
}

// barePoll is the client's main: it sends the requests of a file, atOnce at a time,
// and keeps what comes in a store, if there is one.
func barePoll(requests, store string) error {
	list, err := os.Open(requests)
	if err != nil {
		return err
	}
	defer list.Close()
	c := bareClient{http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	if store != "" {
		c.db, err = sql.Open("sqlite", "file:"+store+"?_pragma=journal_mode(wal)&_pragma=synchronous(full)")
		if err != nil {
			return err
		}
		defer c.db.Close()
		c.db.SetMaxOpenConns(1)
		if _, err := c.db.Exec(`CREATE TABLE items (feed TEXT, id TEXT, url TEXT, title TEXT, text TEXT, PRIMARY KEY (feed, id))`); err != nil {
			return err
		}
	}
	var running sync.WaitGroup
	slots, failed := make(chan struct{}, atOnce), make(chan error, 1)
	lines := bufio.NewScanner(list)
	for lines.Scan() {
		url, etag, _ := strings.Cut(lines.Text(), " ")
		slots <- struct{}{}
		running.Go(func() {
			if err := c.poll(url, etag); err != nil {
				select {
				case failed <- err:
				default:
				}
			}
			<-slots
		})
	}
	running.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return lines.Err()
	}
}

// bareClient polls and keeps; db is nil where nothing is to be kept.
type bareClient struct {
	http *http.Client
	db   *sql.DB
}

func (c *bareClient) poll(url, etag string) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if c.db == nil {
		_, err := io.Copy(sha256.New(), resp.Body)
		return err
	}
	doc, err := gofeed.NewParser().Parse(resp.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return c.keep(url, doc)
}

// keep inserts a feed's items in a transaction.
func (c *bareClient) keep(url string, doc *gofeed.Feed) (err error) {
	tx, err := c.db.Begin()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tx.Commit()) }()
	insert, err := tx.Prepare(`INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, item := range doc.Items {
		if _, err := insert.Exec(url, item.GUID, item.Link, item.Title, item.Description+item.Content); err != nil {
			return err
		}
	}
	return nil
}
