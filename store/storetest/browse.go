package storetest

import (
	"slices"
	"testing"
	"time"

	"tocsin/store"
)

// kept is an article of a feed, seen at a minute, with its matches.
func (w *world) kept(feed string, n, minute int, text string, matches ...store.Match) store.Entry {
	w.t.Helper()
	a := article(feed, n)
	a.Seen, a.Body = at(minute), text
	e := store.Entry{Article: a}
	for _, m := range matches {
		m.Article = a.ID
		e.Matches = append(e.Matches, m)
	}
	w.found(deciding(store.Decision{Matches: e.Matches}), feed, a)
	return e
}

func (w *world) browse(b store.Browsing) []store.Entry {
	w.t.Helper()
	if b.Limit == 0 {
		b.Limit = 100
	}
	found, err := w.Browse(w.ctx, b)
	w.ok(err)
	return found.Entries
}

// deal and probe are matches of two themes.
func deal(severity string) store.Match {
	return store.Match{Rule: "deals.big", Theme: "deals", Severity: severity, Status: "live", Score: 7, Threshold: 5}
}

func probe(severity string) store.Match {
	return store.Match{Rule: "probes.new", Theme: "probes", Severity: severity, Status: "shadow", Score: 3, Threshold: 3}
}

func testBrowse(t *testing.T, open opener) {
	const feed, other = "https://a.example/feed", "https://b.example/feed"
	text := func(s string) store.Search { return store.Search{Text: s} }
	cases{
		"an empty archive has nothing": func(t *testing.T, w *world) {
			w.is(w.browse(store.Browsing{}), []store.Entry(nil), "articles")
			w.is(w.browse(store.Browsing{Feed: feed, Theme: "deals", Since: at(0), Until: at(9), Search: text("x")}), []store.Entry(nil), "articles")
		},
		"without a filter it is all articles, what was kept last first": func(t *testing.T, w *world) {
			w.subscribed(feed)
			a := w.kept(feed, 1, 5, "")
			b := w.kept(feed, 2, 3, "", deal("low"), probe("high"))
			w.is(w.browse(store.Browsing{}), []store.Entry{b, a}, "articles")
		},
		"each filter holds, and all of them together": func(t *testing.T, w *world) {
			w.subscribe(feed, other)
			w.claimFeeds(me, 0)
			a := w.kept(feed, 1, 1, "cloud")
			b := w.kept(feed, 2, 2, "cloud rain", deal("low"))
			c := w.kept(other, 3, 3, "rain", deal("high"), probe("low"))
			d := w.kept(other, 4, 4, "cloud", probe("high"))
			for _, tt := range []struct {
				name string
				b    store.Browsing
				want []store.Entry
			}{
				{"words", store.Browsing{Search: text("cloud")}, []store.Entry{d, b, a}},
				{"words that ask for nothing", store.Browsing{Search: text("-")}, nil},
				{"a feed", store.Browsing{Feed: feed}, []store.Entry{b, a}},
				{"a feed that is not known", store.Browsing{Feed: "https://c.example/"}, nil},
				{"a theme", store.Browsing{Theme: "deals"}, []store.Entry{c, b}},
				{"a rule", store.Browsing{Rule: "probes.new"}, []store.Entry{d, c}},
				{"severities", store.Browsing{Severities: []string{"high", "critical"}}, []store.Entry{d, c}},
				{"a theme with a severity, of one match", store.Browsing{Theme: "probes", Severities: []string{"high"}}, []store.Entry{d}},
				{"a time", store.Browsing{Since: at(2), Until: at(4)}, []store.Entry{c, b}},
				{"since then", store.Browsing{Since: at(3)}, []store.Entry{d, c}},
				{"until then", store.Browsing{Until: at(3)}, []store.Entry{b, a}},
				{"a time in which there was nothing", store.Browsing{Since: at(8)}, nil},
				{"words of a feed", store.Browsing{Search: text("cloud"), Feed: feed}, []store.Entry{b, a}},
				{"words of a theme", store.Browsing{Search: text("rain"), Theme: "deals"}, []store.Entry{c, b}},
				{"words of a time", store.Browsing{Search: text("cloud"), Since: at(2)}, []store.Entry{d, b}},
				{"a feed's matches", store.Browsing{Feed: other, Theme: "deals"}, []store.Entry{c}},
				{"a feed's time", store.Browsing{Feed: other, Until: at(4)}, []store.Entry{c}},
				{"a theme's time", store.Browsing{Theme: "deals", Until: at(3)}, []store.Entry{b}},
				{"everything", store.Browsing{Search: text("rain"), Feed: other, Theme: "deals", Rule: "deals.big",
					Severities: []string{"high"}, Since: at(3), Until: at(4)}, []store.Entry{c}},
			} {
				w.is(w.browse(tt.b), tt.want, tt.name)
			}
		},
		"times count in whatever order the articles came": func(t *testing.T, w *world) {
			w.subscribed(feed)
			var all []store.Entry
			for i, minute := range []int{5, 2, 7, 3} {
				all = append(all, w.kept(feed, i, minute, ""))
			}
			w.is(w.browse(store.Browsing{Since: at(3), Until: at(7)}), []store.Entry{all[3], all[0]}, "articles")
		},
		"pages follow one another, whatever the filter": func(t *testing.T, w *world) {
			w.subscribed(feed)
			var all []store.Entry
			for n := range 5 {
				all = append(all, w.kept(feed, n, n, "cloud", deal("low"), probe("low")))
			}
			slices.Reverse(all)
			for _, b := range []store.Browsing{{}, {Search: text("cloud")}, {Feed: feed}, {Severities: []string{"low"}}, {Since: at(0), Feed: feed}} {
				var got []store.Entry
				for pages := 1; ; pages++ {
					b.Limit = 2
					found, err := w.Browse(w.ctx, b)
					w.ok(err)
					got = append(got, found.Entries...)
					if b.After = found.Next; b.After == "" {
						w.is(pages, 3, "pages")
						break
					}
				}
				w.is(got, all, "articles")
			}
		},
		"a page that begins nowhere and a limit of none are errors": func(t *testing.T, w *world) {
			for _, s := range []store.Search{{After: "nowhere", Limit: 1}, {}, {Limit: -1}} {
				if _, err := w.Browse(w.ctx, store.Browsing{Search: s}); err == nil {
					t.Errorf("%+v is looked for", s)
				}
			}
		},
	}.run(t, open)
}

func testHits(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	hits := func(w *world, since time.Time) []store.Hit {
		w.t.Helper()
		all, err := w.Hits(w.ctx, since, 10*time.Minute)
		w.ok(err)
		return all
	}
	cases{
		"without matches there are none": func(t *testing.T, w *world) {
			w.is(hits(w, at(0)), []store.Hit(nil), "hits before any article")
			w.subscribed(feed)
			w.kept(feed, 1, 1, "")
			w.is(hits(w, at(0)), []store.Hit(nil), "hits")
		},
		"matches count by rule and theme, and in steps from since on": func(t *testing.T, w *world) {
			w.subscribed(feed)
			moved := deal("low")
			moved.Theme = "business"
			for i, m := range [][]store.Match{{deal("low")}, {deal("high"), probe("low")}, {deal("low")}, {moved}} {
				w.kept(feed, i, []int{0, 9, 10, 25}[i], "", m...)
			}
			want := []store.Hit{
				{Rule: "deals.big", Theme: "business", Step: 2, Articles: 1, Last: at(25)},
				{Rule: "deals.big", Theme: "deals", Step: 0, Articles: 2, Last: at(9)},
				{Rule: "deals.big", Theme: "deals", Step: 1, Articles: 1, Last: at(10)},
				{Rule: "probes.new", Theme: "probes", Step: 0, Articles: 1, Last: at(9)},
			}
			w.is(hits(w, at(0)), want, "hits")
			w.is(hits(w, at(10)), []store.Hit{
				{Rule: "deals.big", Theme: "business", Step: 1, Articles: 1, Last: at(25)},
				{Rule: "deals.big", Theme: "deals", Step: 0, Articles: 1, Last: at(10)},
			}, "hits since later")
		},
		"only what was seen at since or later counts, in whatever order it came": func(t *testing.T, w *world) {
			w.subscribed(feed)
			for i, minute := range []int{5, 2, 7, 3} {
				w.kept(feed, i, minute, "", deal("low"))
			}
			w.is(hits(w, at(3)), []store.Hit{{Rule: "deals.big", Theme: "deals", Step: 0, Articles: 3, Last: at(7)}}, "hits")
		},
	}.run(t, open)
}
