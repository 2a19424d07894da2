package watcher

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tocsin/store"
	"tocsin/watcher/story"
)

// reporter writes headlines of events that have nothing in common but the usual
// words of the trade: the n-th word is the rarer the larger n is.
type reporter struct {
	*rand.Rand
	zipf *rand.Zipf
}

func newReporter() *reporter {
	r := rand.New(rand.NewPCG(1, 2))
	return &reporter{r, rand.NewZipf(r, 1.3, 8, 200_000)}
}

func (r *reporter) article(n int) story.Article {
	word := func() string { return fmt.Sprintf("word%d", r.zipf.Uint64()) }
	title := fmt.Sprintf("Name%d %s %s %s %s Place%d %s", r.IntN(500), word(), word(), word(), word(), r.IntN(5000), word())
	summary := fmt.Sprintf("It was Name%d and Name%d who %s %s at Place%d.", r.IntN(500), r.IntN(500), word(), word(), r.IntN(5000))
	return story.Article{Title: title, Summary: summary, URL: fmt.Sprintf("https://paper%d.example/%d", r.IntN(50), n)}
}

// question counts what a judge asks of stories.
type question struct {
	store.Stories
	keys, found int
}

func (a *question) WithKeys(ctx context.Context, keys []string, since time.Time) ([]store.Story, error) {
	found, err := a.Stories.WithKeys(ctx, keys, since)
	a.keys += len(keys)
	a.found += len(found)
	return found, err
}

// manyStories is a book of so many stories within half a window, each of one
// report, and the time of the last one.
func manyStories(r *reporter, n int) (*storybook, time.Time) {
	b, at := newStorybook(story.Window), noon
	for i := range n {
		at = noon.Add(story.Window / 2 * time.Duration(i) / time.Duration(n))
		a := story.Read(r.article(i))
		id := fmt.Sprint("s", i)
		b.keep(store.Decision{Reports: []store.Report{{Story: id, Article: id, Keys: a.Keys(), At: at, Signature: a.Sign(nil)}}}, at)
	}
	return b, at
}

func TestWhatAnArticleIsComparedWithIsBounded(t *testing.T) {
	t.Parallel()
	r := newReporter()
	b, at := manyStories(r, 5000)
	const articles = 100
	a := &question{Stories: b}
	for i := range articles {
		told := telling{stories: a, window: story.Window, now: at}
		if _, _, err := told.report(t.Context(), fmt.Sprint("new", i), r.article(1_000_000+i)); err != nil {
			t.Fatal(err)
		}
	}
	if keys, found := a.keys/articles, a.found/articles; keys > 20 || found > 300 || found == 0 {
		t.Errorf("an article asks for %d keys and is compared with %d stories", keys, found)
	}
}

// One poll may bring several reports of one event, and join and begin stories.
func TestReportsOfOnePollFindEachOther(t *testing.T) {
	t.Parallel()
	old := store.Story{ID: "old", Last: noon.Add(-time.Hour), Raised: []store.Raised{{Route: "#noise", Alert: "before", Severity: "critical"}}}
	begin := telling{stories: knownStories(nil), window: 72 * time.Hour, now: old.Last}
	_, first, err := begin.report(t.Context(), "old", story.Article{Title: "Northwind sues Quartzline over the Oslo bell", URL: "https://a.example/1"})
	if err != nil {
		t.Fatal(err)
	}
	old.Keys, old.Signature = first.Keys, first.Signature
	told := telling{stories: knownStories{old}, window: 72 * time.Hour, now: noon}
	var got []string
	for i, title := range []string{
		"Quartzline faces Northwind lawsuit over bell in Oslo",
		"Mayor Ida Lund opens the Tromsø whistle museum",
		"Oslo bell: what Northwind wants from Quartzline",
		"Tromsø gets its whistle museum, opened by Ida Lund",
		"Harbour Labs hires a drummer",
	} {
		s, r, err := told.report(t.Context(), fmt.Sprint("new", i), story.Article{Title: title, URL: fmt.Sprintf("https://b%d.example/x", i)})
		if err != nil {
			t.Fatal(err)
		}
		if s.ID != r.Story || len(r.Signature) == 0 || len(r.Keys) == 0 {
			t.Errorf("report %+v of story %s", r, s.ID)
		}
		got = append(got, s.ID)
	}
	if want := "old new1 old new1 new4"; strings.Join(got, " ") != want {
		t.Errorf("stories %s, want %s", strings.Join(got, " "), want)
	}
}

// A story that an older tocsin kept has no signature, and is known by its keys.
func TestAStoryWithoutASignatureIsFoundByItsKeys(t *testing.T) {
	t.Parallel()
	known := knownStories{{ID: "s", Keys: []string{"title:the bell of the old town hall again"}, Last: noon.Add(-time.Hour)}}
	told := telling{stories: known, window: 72 * time.Hour, now: noon}
	s, r, err := told.report(t.Context(), "a", story.Article{Title: "The bell of the old town hall, again"})
	if err != nil || s.ID != "s" || r.Signature == nil {
		t.Errorf("story %v, report %v: %v", s, r, err)
	}
}

// BenchmarkGrouping tells an article when so many stories are within the window.
func BenchmarkGrouping(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("%d stories", n), func(b *testing.B) {
			r := newReporter()
			book, at := manyStories(r, n)
			articles := make([]story.Article, 1000)
			for i := range articles {
				articles[i] = r.article(n + i)
			}
			a := &question{Stories: book}
			b.ResetTimer()
			for i := range b.N {
				told := telling{stories: a, window: story.Window, now: at}
				if _, _, err := told.report(b.Context(), "new", articles[i%len(articles)]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(a.found)/float64(b.N), "compared/op")
		})
	}
}
