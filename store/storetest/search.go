package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/store"
)

// search returns the keys of what a search finds, in its order.
func (w *world) search(text string) (keys []string) {
	w.t.Helper()
	found, err := w.Search(w.ctx, store.Search{Text: text, Limit: 100})
	w.ok(err)
	if found.Next != "" {
		w.t.Errorf("%s: there is a next page", text)
	}
	for _, a := range found.Articles {
		keys = append(keys, a.Key)
	}
	return keys
}

// told is a store whose archive has these articles, of a title each.
func (w *world) told(titles ...string) {
	w.t.Helper()
	const feed = "https://a.example/feed"
	w.subscribed(feed)
	var all []store.Article
	for _, title := range titles {
		a := article(feed, 0)
		a.Key, a.Title = title, title
		a.ID = store.ArticleID(feed, a.Key)
		all = append(all, a)
	}
	w.found(silent, feed, all...)
}

func testSearch(t *testing.T, open opener) {
	const feed = "https://a.example/feed"
	finds := func(titles []string, want map[string][]string) func(t *testing.T, w *world) {
		return func(t *testing.T, w *world) {
			w.told(titles...)
			for text, keys := range want {
				w.is(w.search(text), keys, "found for "+text)
			}
		}
	}
	cases{
		"an empty archive has nothing": func(t *testing.T, w *world) {
			w.is(w.search("cloud"), []string(nil), "found")
		},
		"all words must be there, wherever they are": finds(
			[]string{"the market of clouds", "a cloud and its market", "a cloud"}, map[string][]string{
				"cloud": {"a cloud", "a cloud and its market"}, "market cloud": {"a cloud and its market"}, "cloud rain": nil,
			}),
		"words in quotes follow one another": finds(
			[]string{"big cloud deal", "a deal in the big cloud", "cloud, big deal"}, map[string][]string{
				`"big cloud"`: {"a deal in the big cloud", "big cloud deal"}, `"big deal"`: {"cloud, big deal"}, `"deal big"`: nil,
				`"big cloud deal"`: {"big cloud deal"}, `"big cloud" in`: {"a deal in the big cloud"},
			}),
		"what is not to be there is not": finds(
			[]string{"cloud", "cloud deal", "cloud deal off", "rain"}, map[string][]string{
				"cloud -deal": {"cloud"}, `cloud -"deal off"`: {"cloud deal", "cloud"}, "cloud -de*": {"cloud"},
				"-cloud": nil, "-": nil, "cloud -deal -cloud": nil,
			}),
		"the beginning of a word finds it": finds(
			[]string{"antitrust case", "anti trust", "trust"}, map[string][]string{
				"anti*": {"anti trust", "antitrust case"}, "antitrust": {"antitrust case"}, `"antitrust ca*"`: {"antitrust case"},
				`"trust ca*"`: nil, "*": nil, "*trust": {"trust", "anti trust"},
			}),
		"alternatives find what either finds": finds(
			[]string{"cloud", "rain and wind", "rain", "cloud and rain"}, map[string][]string{
				"cloud OR rain wind":  {"cloud and rain", "rain and wind", "cloud"},
				"cloud -rain OR wind": {"rain and wind", "cloud"}, "snow OR cloud -and": {"cloud"}, "cloud or rain": nil,
			}),
		"case, accents and forms do not matter": finds(
			[]string{"Café in Łódź", "CAFE\u0301", "Straße", "ﬁne Ｗide"}, map[string][]string{
				"cafe": {"CAFE\u0301", "Café in Łódź"}, "CAFÉ lodz": {"Café in Łódź"}, "STRASSE": {"Straße"}, "fine wide": {"ﬁne Ｗide"},
				"ca\u0301f*": {"CAFE\u0301", "Café in Łódź"},
			}),
		"scripts without spaces are found by their parts": finds(
			[]string{"谷歌反垄断案", "구글 클라우드", "Антимонопольное дело", "ข่าวด่วน"}, map[string][]string{
				"反垄断": {"谷歌反垄断案"}, "反断": nil, "클라우드": {"구글 클라우드"}, "ДЕЛО": {"Антимонопольное дело"}, "антимоноп*": {"Антимонопольное дело"},
				"ด่วน": {"ข่าวด่วน"},
			}),
		"a word with signs in it is its parts": finds(
			[]string{"AT&T sues", "T at work", "$4.2bn"}, map[string][]string{
				"AT&T": {"AT&T sues"}, "4.2bn": {"$4.2bn"}, "at.t*": {"AT&T sues"},
			}),
		"titles, summaries and bodies are looked at, and nothing else": func(t *testing.T, w *world) {
			w.subscribed(feed)
			a := article(feed, 1)
			a.Title, a.Summary, a.Body = "alpha", "beta", "gamma"
			a.Author, a.Language, a.Categories = "delta", "en", []string{"epsilon"}
			w.found(silent, feed, a)
			for text, want := range map[string]int{"alpha beta gamma": 1, `"alpha beta gamma"`: 1, "delta": 0, "epsilon": 0, "site": 0, "en": 0} {
				if got := w.search(text); len(got) != want {
					t.Errorf("%s finds %v", text, got)
				}
			}
			found, err := w.Search(w.ctx, store.Search{Text: "alpha", Limit: 1})
			w.ok(err)
			w.is(found, store.Found{Articles: []store.Article{a}}, "found")
		},
		"what was kept last comes first, page by page": func(t *testing.T, w *world) {
			w.subscribed(feed)
			var want []store.Article
			for n := range 7 {
				a := article(feed, n)
				if n%2 == 0 {
					a.Title = "even"
				}
				w.found(silent, feed, a)
				if n%2 == 0 {
					want = append(want, a)
				}
			}
			slices.Reverse(want)
			var got []store.Article
			for after, pages := "", 1; ; pages++ {
				found, err := w.Search(w.ctx, store.Search{Text: "even", After: after, Limit: 2})
				w.ok(err)
				got = append(got, found.Articles...)
				if after = found.Next; after == "" {
					w.is(pages, 2, "pages")
					break
				}
				// What comes meanwhile is not for this search.
				late := article(feed, 100+pages)
				late.Title = "even"
				w.found(silent, feed, late)
			}
			w.is(got, want, "found")
		},
		"a page that begins nowhere and a limit of none are errors": func(t *testing.T, w *world) {
			for _, s := range []store.Search{{Text: "x", After: "nowhere", Limit: 1}, {Text: "x"}, {Text: "x", Limit: -1}} {
				if _, err := w.Search(w.ctx, s); err == nil {
					t.Errorf("%+v is searched", s)
				}
			}
		},
		"what was not committed is not found": func(t *testing.T, w *world) {
			w.subscribed(feed)
			a := article(feed, 1)
			a.Title = "lost"
			refused := errors.New("refused")
			w.isError(w.CommitPoll(w.ctx, poll(feed, 0, a), func(context.Context, []store.Article, store.Stories) (store.Decision, error) {
				return store.Decision{}, refused
			}), refused)
			w.is(w.search("lost"), []string(nil), "found")
			w.ok(w.CommitPoll(w.ctx, poll(feed, 0, a), silent))
			w.is(w.search("lost"), []string{a.Key}, "found")
		},
		"very long articles are kept, and found by their beginning": func(t *testing.T, w *world) {
			w.subscribed(feed)
			a := article(feed, 1)
			var b strings.Builder
			for n := range 300_000 {
				fmt.Fprintf(&b, "w%d ", n)
			}
			a.Title, a.Body = "the "+strings.Repeat("x", 5000), "begin here "+strings.Repeat("and and ", 2000)+b.String()
			w.found(silent, feed, a)
			for _, text := range []string{"the", `"begin here and and"`, strings.Repeat("x", 5000), "w7"} {
				if got := w.search(text); len(got) != 1 {
					t.Errorf("%.20s finds %d articles", text, len(got))
				}
			}
			w.is(w.search("w299999"), []string(nil), "found at the end")
		},
		"any text is a search": func(t *testing.T, w *world) {
			w.told("O'Brien \"quoted\" \\ back", "and or not near", "a\x00b")
			for _, text := range []string{
				`"`, `""`, `'`, `'; DROP TABLE articles; --`, `\`, `\'`, `"\"`, "(", ")", "((a", "a)", "AND", "NOT", "NOT NOT", "OR", "OR OR", "a AND", "NEAR(a b, 2)",
				"title:a", "words:a", "{a b}:c", "^a", "a + b", "a* *", "*", "**", "a:*", "a:ABCD", "a & | b", "!a", "!!a", "a <-> b", "a <2> b", "<", "-\"", "--a", "- a", "-*",
				"\x00", "a\x00b", "\xff\xfe", "\x1a41", "a\x1a", "%s $1 ?1 :x @y", "\u202e", "é\u0301\u0301", "🙂", strings.Repeat("a OR ", 500), strings.Repeat("-a ", 500) + "b",
				strings.Repeat("a* ", 500), strings.Repeat(`"a b" `, 500), strings.Repeat("x", 1<<16), strings.Repeat("(", 1000), strings.Repeat("\"", 999),
			} {
				if _, err := w.Search(w.ctx, store.Search{Text: text, Limit: 10}); err != nil {
					t.Errorf("%.40q: %v", text, err)
				}
			}
			w.is(w.search(`o'brien "QUOTED"`), []string{"O'Brien \"quoted\" \\ back"}, "found")
			w.is(w.search("AND NOT"), []string{"and or not near"}, "found")
			w.is(w.search("a\x00b"), []string{"a\x00b"}, "found")
		},
		"a new store has nothing that is to be indexed later": func(t *testing.T, w *world) {
			w.told("alpha", "beta")
			more, err := w.IndexArchive(w.ctx, 1)
			w.ok(err)
			w.is(more, false, "more")
			w.is(w.search("alpha"), []string{"alpha"}, "found")
		},
	}.run(t, open)
}
