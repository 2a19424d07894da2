package watcher

import (
	"context"
	"time"

	"tocsin/store"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
)

// maxPages is how many pages of articles are read at one poll. Those beyond keep
// the text that the feed has.
const maxPages = 20

// readPages gives the new articles of a feed the text of their pages, where it is
// longer than the feed's. What goes wrong leaves an article as it is.
func (w *Watcher) readPages(ctx context.Context, o *outcome, articles []store.Article) {
	log := w.log.With("feed", config.Loggable(o.before.URL))
	wanted := pagesWanted(o, articles)
	ctx, cancel := context.WithTimeout(ctx, 2*w.opts.Timeout)
	defer cancel()
	for _, a := range wanted {
		req := feed.PageRequest{URL: a.URL}
		if feed.SameHome(o.before.URL, a.URL) {
			req.Header = o.sub.Header
		}
		text, err := w.reader.ReadPage(ctx, req)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Info("an article's page cannot be read; the feed's text stands", "page", config.Loggable(a.URL), "reason", err)
		case len(text) > max(len(a.Body), len(a.Summary)):
			a.Body = text
		}
	}
}

// pagesWanted are those of articles whose pages are worth a request: they are new,
// and young enough to ring.
func pagesWanted(o *outcome, articles []store.Article) (wanted []*store.Article) {
	candidates := make(map[string]*store.Article)
	for i := range articles {
		a := &articles[i]
		if a.URL != "" && silence(a, o.sub.MaxAge, o.firstPoll(), o.ended) == "" {
			candidates[a.ID] = a
		}
	}
	for _, id := range o.unknown {
		if a := candidates[id]; a != nil && len(wanted) < maxPages {
			wanted = append(wanted, a)
		}
	}
	return wanted
}

// silence says why an article does not ring though rules match; "" when it does.
// An article without a date is news only if its feed was read before.
func silence(a *store.Article, maxAge time.Duration, firstPoll bool, now time.Time) store.Outcome {
	date := published(a)
	young := !date.IsZero() && now.Sub(date) <= maxAge
	switch {
	case young:
		return ""
	case firstPoll:
		return store.Baseline
	case date.IsZero():
		return ""
	}
	return store.TooOld
}

// published is the date of an article, as near as its feed says it; zero: it does not.
func published(a *store.Article) time.Time {
	if a.Published.IsZero() {
		return a.Updated
	}
	return a.Published
}
