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
	wanted, err := w.pagesWanted(ctx, o, articles)
	if err != nil {
		log.Warn("new articles cannot be told from known ones; their pages are not read", "err", err)
		return
	}
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
func (w *Watcher) pagesWanted(ctx context.Context, o *outcome, articles []store.Article) (wanted []*store.Article, err error) {
	candidates := make(map[string]*store.Article)
	var ids []string
	for i := range articles {
		a := &articles[i]
		if a.URL != "" && silence(a, o.sub.MaxAge, o.firstPoll(), o.ended) == "" {
			candidates[a.ID] = a
			ids = append(ids, a.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	unknown, err := w.store.Unknown(ctx, o.before.URL, ids)
	for _, id := range unknown[:min(len(unknown), maxPages)] {
		wanted = append(wanted, candidates[id])
	}
	return wanted, err
}

// silence says why an article does not ring though rules match; "" when it does.
// An article without a date is news only if its feed was read before.
func silence(a *store.Article, maxAge time.Duration, firstPoll bool, now time.Time) store.Outcome {
	published := a.Published
	if published.IsZero() {
		published = a.Updated
	}
	young := !published.IsZero() && now.Sub(published) <= maxAge
	switch {
	case young:
		return ""
	case firstPoll:
		return store.Baseline
	case published.IsZero():
		return ""
	}
	return store.TooOld
}
