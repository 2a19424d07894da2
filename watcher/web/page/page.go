// Package page serves the page on which people see what rings, and why: Now, the
// Archive with the whole way of each article, Feeds, Rules, and Try, where a rule is
// written and nothing is kept.
//
// Its views are made of plain values: pure functions turn what the store and the
// daemon say into what a template shows, and the time comes in as an argument. It
// judges, polls and routes nothing, and writes nothing but that a feed is due now.
// What feeds hold is shown as text, never as HTML.
package page

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"tocsin/rules"
	"tocsin/store"
)

// Store is what the page asks of a store; see store.Store.
type Store interface {
	Browse(ctx context.Context, b store.Browsing) (store.Listing, error)
	Hits(ctx context.Context, since time.Time, every time.Duration) ([]store.Hit, error)
	Alerts(ctx context.Context, since time.Time) ([]store.Alert, error)
	Votes(ctx context.Context, rule string) ([]store.Vote, error)
}

// Daemon is what the page asks of the daemon that it belongs to.
type Daemon interface {
	// Rules is the set in use.
	Rules() *rules.Set
	// Ready returns why the daemon does not do its work; none when it does.
	Ready(ctx context.Context) []string
	// Feeds returns how every feed is, the worst first; with how many articles of
	// each are kept, which costs a walk over an index, if that is asked for.
	Feeds(ctx context.Context, counted bool) ([]Feed, error)
	// Counts returns how much there is of everything, now or a little earlier where
	// counting takes long.
	Counts(ctx context.Context) (store.Counts, error)
	// PollNow has the feed with that URL polled as soon as possible.
	PollNow(ctx context.Context, url string) error
	// Accounts tells the whole way of the articles that are meant by an ID, of an
	// article or an alert, or by an address. It is store.ErrNotFound where there is
	// none.
	Accounts(ctx context.Context, what string) ([]Account, error)
	// Said is what an alert says.
	Said(a store.Alert) Said
	// Files returns the rule files in use.
	Files() ([]File, error)
	// Try judges the archive with a rule file that takes the place of another, or
	// comes to them.
	Try(ctx context.Context, d Draft) (Trial, error)
}

// Options is what a page is of.
type Options struct {
	Log    *slog.Logger
	Store  Store
	Daemon Daemon
	Access Access
	Now    func() time.Time
}

// limit is how long one view may take.
const limit = 10 * time.Second

// New returns the handler of all paths of the page.
func New(o Options) http.Handler {
	s := &server{Options: o, trying: make(chan struct{}, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.now)
	mux.HandleFunc("GET /news", s.news)
	mux.HandleFunc("GET /archive", s.archive)
	mux.HandleFunc("GET /article/{id}", s.article)
	mux.HandleFunc("GET /feeds", s.feeds)
	mux.HandleFunc("POST /feeds/poll", s.pollNow)
	mux.HandleFunc("GET /rules", s.rules)
	mux.HandleFunc("GET /rules/{id}", s.rule)
	mux.HandleFunc("GET /try", s.try)
	mux.HandleFunc("POST /try", s.tryWhole)
	mux.HandleFunc("POST /try/check", s.tryPart)
	mux.HandleFunc("POST /try/download", s.download)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, http.StatusNotFound, "There is no such page", "The address may be mistyped, or from another version.")
	})
	return s.guarded(mux)
}

// server serves the page.
type server struct {
	Options
	trying chan struct{} // a token for the trial that runs
}

// reading returns the context of one view.
func reading(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), limit)
}
