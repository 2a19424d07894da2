package watcher

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"tocsin/store"
)

// Summary is what a round came to.
type Summary struct {
	Polled    int // feeds asked
	Unchanged int // of these: nothing new since the last time, said the server
	Failed    int // of these: could not be read
	New       int // articles
	Matched   int // of these: articles that rules matched
	Raised    int // alerts that came of them
	Said      int // alerts delivered, of this round or earlier ones
	Waiting   int // alerts that are still to be said
	Dead      int // alerts that can never be delivered
}

// tally counts what happens, from several goroutines.
type tally struct {
	mu   sync.Mutex
	sum  Summary
	err  error // the first that the store made
	down error // the store's last answer to a commit, as far as it was an error
	// stuck are the errors of loops whose last claim failed, by what they claim.
	stuck map[string]error
}

func (t *tally) polled(r PollReport) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Polled++
	switch {
	case r.Unchanged:
		t.sum.Unchanged++
	case r.Failed:
		t.sum.Failed++
	}
	t.sum.New += r.New
	t.sum.Matched += r.Matched
	t.sum.Raised += r.Alerts
}

// storeFailed notes an error of the store and reports whether it is news.
func (t *tally) storeFailed(err error) (news bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
	news = t.down == nil
	t.down = err
	return news
}

// storeWorked notes that the store did what it was asked, and reports whether
// that is news.
func (t *tally) storeWorked() (news bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	news = t.down != nil
	t.down = nil
	return news
}

// claimed notes how a claim of feeds, alerts or the like ended, and reports whether
// that is news: the first of them that failed, or that did not after it.
func (t *tally) claimed(what string, err error) (news bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	news = (t.stuck[what] == nil) != (err == nil)
	if t.stuck == nil {
		t.stuck = make(map[string]error)
	}
	t.stuck[what] = err
	return news
}

// trouble is an error that the store made and that is not over.
func (t *tally) trouble() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.down
	for _, what := range slices.Sorted(maps.Keys(t.stuck)) {
		err = cmp.Or(err, t.stuck[what])
	}
	return err
}

func (t *tally) storeErr() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

func (t *tally) delivered(d store.Delivery) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch d.State {
	case store.AlertSent:
		t.sum.Said++
	case store.AlertFailed:
		t.sum.Dead++
	}
}

func (t *tally) summary() Summary {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sum
}
