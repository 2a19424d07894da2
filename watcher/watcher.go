// Package watcher is the daemon: it polls feeds when they are due, judges new
// articles, groups and routes what rings, commits each poll with everything it
// decided, and delivers the alerts from the store.
//
// It reads no configuration files, opens no store, and looks at no clock but
// the one it is given.
package watcher

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/store"
	"tocsin/watcher/feed"
)

// Store is what the watcher asks of a store; see store.Store for what each
// operation promises.
type Store interface {
	Join(ctx context.Context, holder string) (leave func() error, err error)
	SyncFeeds(ctx context.Context, subs []store.Subscription) error
	MakeDue(ctx context.Context, at time.Time, urls ...string) error
	ClaimDueFeeds(ctx context.Context, c store.Claim) ([]store.Feed, error)
	Unknown(ctx context.Context, feed string, ids []string) ([]string, error)
	CommitPoll(ctx context.Context, p store.Poll, judge store.Judge) error
	Feeds(ctx context.Context) ([]store.Feed, error)
	RulesOf(ctx context.Context, feed string, since time.Time, limit int) ([]store.RuleCount, error)
	NextDue(ctx context.Context) (feeds, alerts time.Time, err error)
	ClaimAlerts(ctx context.Context, c store.Claim) ([]store.Alert, error)
	RecordDelivery(ctx context.Context, d store.Delivery) error
	Gather(ctx context.Context, g store.Gathering) error
	Line(ctx context.Context, channel string, limit int) ([]store.Alert, error)
	Alert(ctx context.Context, id string) (store.Alert, error)
	Replies(ctx context.Context, alert string) ([]store.Alert, error)
	Said(ctx context.Context, channel string, since time.Time) (messages int, last time.Time, err error)
	Alerts(ctx context.Context, since time.Time) ([]store.Alert, error)
	Counts(ctx context.Context) (store.Counts, error)
}

// Reader reads a feed once; feed.Reader is the real one.
type Reader interface {
	Read(ctx context.Context, req feed.Request, now time.Time) (*feed.Result, error)
	ReadPage(ctx context.Context, req feed.PageRequest) (text string, err error)
}

// Options is what a Watcher watches, and how.
type Options struct {
	Plan                   // to begin with; see Change
	Holder   string        // names this run in the store; unique
	Requests int           // that the reader runs at once; 1 or more
	PerHost  int           // of these to one host; 1 or more
	Timeout  time.Duration // of one request
	// Push is what hubs are subscribed with; nil leaves all feeds to polling.
	Push *Push
	// Tidy is how the archive is tidied while Run runs; nil leaves it as it is.
	Tidy *Tidying
	// Polled is told of every poll when it is committed; nil tells nobody. It
	// may be called from several goroutines at once.
	Polled func(PollReport)
	// Attempted is told of every attempt at saying an alert when its outcome is
	// recorded, in the same way.
	Attempted func(AttemptReport)
	// Began is called when Run has made the feeds known to the store, and begins
	// to poll; nil calls nothing.
	Began func()
}

// Watcher polls, judges and delivers. Make it with New.
type Watcher struct {
	log    *slog.Logger
	store  Store
	reader Reader
	sink   Sink
	now    func() time.Time

	opts Options
	// daemon says that Run runs, which outlasts trouble with the store.
	daemon   bool
	course   atomic.Pointer[course]
	changing sync.RWMutex // held for writing while the course changes, for reading by who claims feeds for it

	slots   chan struct{} // a token for each poll that runs and does not wait for others
	polling atomic.Int64  // polls that run or wait
	running sync.WaitGroup
	freed   chan struct{} // a poll has ended, or begun to wait

	channels   chan struct{} // a token for each alert that is being said
	delivering sync.WaitGroup
	rang       chan struct{} // an alert was committed, or an attempt has ended
	pacing     pacing

	hubs              chan struct{}  // a hub was found, or has verified something
	brought           chan *bringing // to whoever takes what hubs bring
	taking            chan struct{}  // a token for each delivery that is being taken
	polls, deliveries pulse

	outage outage
	tally  tally
	twins  sync.Map // pairs of URLs that were told to have one address
}

// New returns a watcher that says alerts through sink; with a nil sink alerts
// are kept and wait. It starts nothing.
func New(log *slog.Logger, st Store, reader Reader, sink Sink, now func() time.Time, o Options) *Watcher {
	w := &Watcher{
		log: log, store: st, reader: reader, sink: sink, now: now,
		opts: o,
		// The reader sees to it that no more requests run than may. While as many
		// polls again are parsed, judged and committed, no request waits for them.
		slots: make(chan struct{}, 2*o.Requests),
		freed: make(chan struct{}, 1),

		channels: make(chan struct{}, maxChannels),
		rang:     make(chan struct{}, 1),
		hubs:     make(chan struct{}, 1),
		brought:  make(chan *bringing),
		taking:   make(chan struct{}, maxTaking),
		pacing:   pacing{free: make(map[string]time.Time)},
	}
	w.course.Store(newCourse(o.Plan))
	return w
}

// PollNow makes a feed due at once, and polls it as soon as there is a place. A feed
// that is not subscribed is passed over.
func (w *Watcher) PollNow(ctx context.Context, url string) error {
	if err := w.store.MakeDue(ctx, w.now(), url); err != nil {
		return err
	}
	signal(w.freed)
	return nil
}

// Plan is the plan of now. It may be called at any time.
func (w *Watcher) Plan() Plan { return w.course.Load().Plan }

// storeRest is how long a loop rests when the store answers with an error.
const storeRest = 5 * time.Second

// Run polls and delivers until ctx ends, then ends what it has begun, gives the
// rest back to the store, and returns nil. Errors while it runs are logged, not
// returned; an error comes from not being able to begin: store.ErrInUse, or
// what the store says.
func (w *Watcher) Run(ctx context.Context) error {
	leave, err := w.begin(ctx, w.course.Load().spread())
	if err != nil {
		return err
	}
	w.daemon = true
	if w.opts.Began != nil {
		w.opts.Began()
	}
	var loops sync.WaitGroup
	loops.Go(func() { w.pollLoop(ctx) })
	if w.sink != nil {
		loops.Go(func() { w.deliverLoop(ctx) })
	}
	if w.opts.Push != nil {
		loops.Go(func() { w.askLoop(ctx) })
		loops.Go(func() { w.takeLoop(ctx) })
	}
	if w.opts.Tidy != nil {
		loops.Go(func() { w.tidyLoop(ctx) })
	}
	loops.Wait()
	return leave()
}

// Once polls every feed that is due now, or every feed at all, delivers what is
// to be said, and returns what happened. A failing feed is part of that; an
// error is the store's, or ctx's.
func (w *Watcher) Once(ctx context.Context, all bool) (Summary, error) {
	leave, err := w.begin(ctx, 0)
	if err != nil {
		return Summary{}, err
	}
	err = w.round(ctx, all)
	sum := w.tally.summary()
	if err == nil {
		var counts store.Counts
		counts, err = w.store.Counts(ctx)
		sum.Waiting = counts.Pending + counts.Held
	}
	// A store in trouble cannot take the leases back either, which says nothing
	// that err does not; they come free without it.
	if left := leave(); err == nil {
		err = left
	}
	return sum, err
}

// begin joins the store and makes the feeds known to it.
func (w *Watcher) begin(ctx context.Context, spread time.Duration) (leave func() error, err error) {
	leave, err = w.store.Join(ctx, w.opts.Holder)
	if err != nil {
		return nil, err
	}
	course := w.course.Load()
	if err := w.subscribe(ctx, course, spread); err != nil {
		leave() // its error would say what err says
		return nil, err
	}
	w.log.Info("watching", "feeds", len(course.Feeds), "rules", len(course.Rules.Rules()))
	return leave, nil
}

// round polls what is due at its start once, while alerts are delivered.
func (w *Watcher) round(ctx context.Context, all bool) error {
	start := w.now()
	if all {
		if err := w.store.MakeDue(ctx, start); err != nil {
			return err
		}
	}
	delivering, stop := context.WithCancel(ctx)
	var delivery sync.WaitGroup
	if w.sink != nil {
		delivery.Go(func() { w.deliverLoop(delivering) })
	}
	err := w.pollRound(ctx, start)
	stop()
	delivery.Wait()
	if err == nil && w.sink != nil {
		err = w.drain(ctx)
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}
