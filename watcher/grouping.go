package watcher

import (
	"context"
	"slices"
	"time"

	"tocsin/store"
	"tocsin/watcher/story"
)

// telling puts the articles of one poll into stories.
type telling struct {
	stories store.Stories
	window  time.Duration // how long a story takes further reports
	now     time.Time
	told    []*store.Story // those that this poll reports, with what it adds; the first told first
	begun   []*store.Story // of these: those that it begins

	// Of the last report: how it belongs to its story, and what it was read into.
	how     story.Relation
	reading *story.Reading
	// compared are the stories that it was compared with.
	compared []*store.Story
}

// report finds the story of an article, or begins one, and adds the article.
func (t *telling) report(ctx context.Context, id string, a story.Article) (*store.Story, store.Report, error) {
	r := story.Read(a)
	terms := r.Terms()
	counts, err := t.stories.Count(ctx, terms, t.now.Add(-max(story.Horizon, t.window)), story.MostCounted)
	if err != nil {
		return nil, store.Report{}, err
	}
	for i := range terms {
		counts[i] += len(withKey(t.begun, terms[i:i+1]))
	}
	r.Weigh(counts)
	s, how, err := t.find(ctx, r)
	if err != nil {
		return nil, store.Report{}, err
	}
	t.how, t.reading = how, r
	if s == nil {
		s = &store.Story{ID: id, First: t.now}
		t.told, t.begun = append(t.told, s), append(t.begun, s)
	}
	keys := r.Keys()
	s.Keys, s.Last, s.Signature = append(s.Keys, keys...), t.now, r.Sign(s.Signature)
	return s, store.Report{Story: s.ID, Article: id, Keys: keys, At: t.now, Signature: s.Signature}, nil
}

// find returns the story that the article tells, from this poll or before it, and
// how it belongs to it; nil where there is none.
func (t *telling) find(ctx context.Context, r *story.Reading) (*store.Story, story.Relation, error) {
	t.compared = nil
	wanted := r.Wanted()
	if len(wanted) == 0 {
		return nil, story.Another, nil
	}
	candidates := withKey(t.told, wanted)
	found, err := t.stories.WithKeys(ctx, wanted, t.now.Add(-t.window))
	if err != nil {
		return nil, story.Another, err
	}
	for i := range found {
		if !slices.ContainsFunc(t.told, func(s *store.Story) bool { return s.ID == found[i].ID }) {
			candidates = append(candidates, &found[i])
		}
	}
	t.compared = candidates
	s, how := t.choose(r, candidates)
	if s != nil && !slices.Contains(t.told, s) {
		t.told = append(t.told, s)
	}
	return s, how, nil
}

// choose returns which of the stories the article tells, and how it belongs to it;
// nil for none.
func (t *telling) choose(r *story.Reading, candidates []*store.Story) (*store.Story, story.Relation) {
	i, how := r.Choose(t.asTold(candidates))
	if i < 0 {
		return nil, how
	}
	return candidates[i], how
}

// asTold is the stories as an article is compared with them.
func (t *telling) asTold(stories []*store.Story) []story.Told {
	told := make([]story.Told, len(stories))
	for i, s := range stories {
		told[i] = story.Told{Keys: s.Keys, Signature: s.Signature, Age: max(0, t.now.Sub(s.Last))}
	}
	return told
}

// twin returns the story that looks like the one that the last report began; nil
// where there is none.
func (t *telling) twin() *store.Story {
	if t.how != story.Another {
		return nil
	}
	if i := t.reading.Twin(t.asTold(t.compared)); i >= 0 {
		return t.compared[i]
	}
	return nil
}

// earlier returns the story that the last report follows up on: one like its own,
// whose window is over; nil where there is none, or where the report did not begin
// a story.
func (t *telling) earlier(ctx context.Context) (*store.Story, error) {
	wanted := t.reading.Wanted()
	if t.how != story.Another || len(wanted) == 0 {
		return nil, nil
	}
	found, err := t.stories.WithKeys(ctx, wanted, t.now.Add(-max(story.Horizon, t.window)))
	if err != nil {
		return nil, err
	}
	var past []*store.Story
	for i := range found {
		if found[i].Last.Before(t.now.Add(-t.window)) {
			past = append(past, &found[i])
		}
	}
	s, _ := t.choose(t.reading, past)
	return s, nil
}

// withKey returns the stories that carry one of the keys.
func withKey(stories []*store.Story, keys []string) []*store.Story {
	var list []*store.Story
	for _, s := range stories {
		if slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(s.Keys, k) }) {
			list = append(list, s)
		}
	}
	return list
}

// storyArticle is an article as its story is found by.
func storyArticle(a *store.Article, lang string, themes []string) story.Article {
	return story.Article{Title: a.Title, Summary: a.Summary, URL: a.URL, Lang: lang, Themes: themes}
}

// Grouping groups articles as the daemon does, in memory.
type Grouping struct{ book *storybook }

// NewGrouping returns a grouping in which a story takes further reports so long
// after its last one.
func NewGrouping(window time.Duration) *Grouping { return &Grouping{newStorybook(window)} }

// Tell returns the ID of the article's story, which is the article's own where it
// begins one. Times must not go back.
func (g *Grouping) Tell(ctx context.Context, id string, a story.Article, at time.Time) (string, error) {
	t := telling{stories: g.book, window: g.book.window, now: at}
	_, report, err := t.report(ctx, id, a)
	if err != nil {
		return "", err
	}
	g.book.keep(store.Decision{Reports: []store.Report{report}}, at)
	return report.Story, nil
}
