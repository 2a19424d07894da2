package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules/yamlfile"
	"tocsin/store"
	"tocsin/watcher/config"
	feedhealth "tocsin/watcher/health"
	"tocsin/watcher/opml"
	"tocsin/watcher/schedule"
)

// readAgain reads a list as the daemon does.
func readAgain(t *testing.T, list []listedFeed) []config.Feed {
	t.Helper()
	every, err := schedule.Parse(config.DefaultSchedule)
	if err != nil {
		t.Fatal(err)
	}
	text := feedYAML(list)
	feeds, problems := config.ParseFeeds("feeds.yaml", text, every, readText)
	if len(problems) > 0 {
		t.Fatalf("%s\n%s", yamlfile.Problems(problems), text)
	}
	return feeds
}

func TestFeedListsAreReadAsTheyWereMeant(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"plain", "two words", "null", "No", "y", "~", "12", "1e3", "0x1f", "2026-03-01", "a: b", "a #b", "- a", "#a", "a,b", "[a]", "{a", "a]", "'a'", `"a"`, `a\b`, "@a",
		"&a", "*a", "!a", "%a", "`a", "a:", "?", "|", ">", "Δελτία", "🗞 news", "…", "a\u00a0b", "\u2028", "<b>&amp;", "a = b", "---", "...", "=", "<<",
	} {
		url := "https://a.example/x?q=%20&b=" + strings.NewReplacer(" ", "", "#", "", "%", "").Replace(text)
		got := readAgain(t, []listedFeed{{note: "a note\n- url: x", url: url, title: text, tags: []string{text, "other"}}})
		want := oneLine(text)
		if len(got) != 1 || got[0].URL != url || got[0].Title != want || len(got[0].Tags) != 2 || got[0].Tags[0] != want {
			t.Errorf("%q comes out as %+v", text, got)
		}
	}
}

func FuzzFeedYAML(f *testing.F) {
	f.Add("a: b", "tag", "https://a.example/#x", "note")
	f.Add("\x00\x85\u2029\ufffe", "\"\\", "http://a.example/\x7f", "\n- url: x")
	f.Fuzz(func(t *testing.T, title, tag, url, note string) {
		if config.CheckURL(url) != nil || !utf8.ValidString(url) {
			return
		}
		got := readAgain(t, []listedFeed{{note: note, url: url, title: title, tags: []string{tag}}})
		if len(got) != 1 || got[0].URL != url || got[0].Title != oneLine(title) || got[0].Tags[0] != oneLine(tag) {
			t.Errorf("%q, %q, %q come out as %+v", title, tag, url, got)
		}
	})
}

func TestAddressesOfOneFeedHaveOneKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"https://a.example/feed", "http://a.example/feed", "HTTPS://A.Example:443/feed#x", "http://a.example:80/feed"},
		{"https://a.example", "http://a.example/"},
		{"https://a.example/?x=1&y=2"},
		{"https://a.example/feed/"},
		{"https://a.example/Feed"},
		{"https://a.example:8443/feed"},
		{"https://www.a.example/feed"},
	} {
		for _, a := range same {
			if addressKey(a) != addressKey(same[0]) {
				t.Errorf("%s and %s differ", a, same[0])
			}
			if a != same[0] && addressKey(a) == addressKey("https://a.example/?x=1&y=2") {
				t.Errorf("%s is like all", a)
			}
		}
	}
	if addressKey("https://a.example/feed") == addressKey("https://a.example/feed/") {
		t.Error("a slash at the end makes another address")
	}
}

func TestMergeKeepsWhatTwoEntriesKnow(t *testing.T) {
	t.Parallel()
	tags := []string{"a", "b", "c"}[:2]
	m := merge([]opml.Feed{
		{URL: "http://x.example/", Tags: tags, Line: 1},
		{URL: "https://x.example", Title: "X", Tags: []string{"b", "d"}, Page: "https://x.example/home", Line: 2},
	}, nil)
	want := []opml.Feed{{URL: "https://x.example", Title: "X", Tags: []string{"a", "b", "d"}, Page: "https://x.example/home", Line: 1}}
	if d := cmp.Diff(want, m.feeds); d != "" {
		t.Error(d)
	}
	if tags[:3][2] != "c" {
		t.Error("the tags of the list were written over")
	}
}

func TestShownTargetsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	const to = "https://b.example/?token=s3cret"
	for from, want := range map[string]string{
		"https://a.example/":                 to,
		"https://a.example/?token=s3cret":    "https://b.example/?…",
		"https://ada:s3cret@a.example/":      "https://b.example/?…",
		"https://a.example/feed#no-password": to,
	} {
		if got := shownTarget(from, to); got != want {
			t.Errorf("from %s: %s, want %s", from, got, want)
		}
	}
}

func TestTheWorstFeedComesFirst(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 3, 1, hour, 0, 0, 0, time.UTC) }
	list := []health{
		{Feed: store.Feed{URL: "ok", Polled: at(2), Succeeded: at(2)}},
		{Feed: store.Feed{URL: "ok, longer ago", Polled: at(1), Succeeded: at(1)}},
		{Feed: store.Feed{URL: "new"}},
		{Feed: store.Feed{URL: "in part", Polled: at(2), Succeeded: at(2), Problem: "cut off"}},
		{Feed: store.Feed{URL: "quiet", Polled: at(2), Health: quietHealth(t)}},
		{Feed: store.Feed{URL: "failing 1", Polled: at(2), Failures: 1}},
		{Feed: store.Feed{URL: "failing 5", Polled: at(2), Failures: 5}},
		{Feed: store.Feed{URL: "gone", Polled: at(2), Failures: 1, Gone: true}},
	}
	slices.SortFunc(list, worstFirst)
	got := each(list, func(h health) string { return h.URL })
	want := []string{"gone", "failing 5", "failing 1", "quiet", "in part", "new", "ok, longer ago", "ok"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// quietHealth is what is kept of a feed that was told to be silent.
func quietHealth(t *testing.T) json.RawMessage {
	t.Helper()
	since := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	kept, err := json.Marshal(feedhealth.State{Quiet: feedhealth.Trouble{Condition: feedhealth.Silent, Since: since}})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func TestAQuietFeedIsListedWithSinceWhen(t *testing.T) {
	t.Parallel()
	polled := time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)
	text := healthText([]health{{Feed: store.Feed{URL: "https://a.example/feed", Polled: polled, Health: quietHealth(t)}}}, time.UTC, polled)
	for _, want := range []string{"\nquiet ", "silent since 1 Mar 2026 12:00 UTC (10 days)\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestHealthCannotSteerATerminal(t *testing.T) {
	t.Parallel()
	text := healthText([]health{{Feed: store.Feed{URL: "https://a.example/\x1b[31m", Problem: "\x1b[2J\nok", Polled: time.Now()}, title: "a\r\x1b]0;x\x07\u202e"}}, time.UTC, time.Now())
	if strings.ContainsAny(text, "\x1b\r\x07\u202e") || strings.Count(text, "\n") != 3 {
		t.Errorf("%q", text)
	}
}

func TestChecksEndWithTheirContext(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	reader := newReader(config.Fetch{AllowPrivate: true})
	defer reader.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	feeds := slices.Repeat([]config.Feed{{URL: server.URL}}, 20)
	for r := range checks(ctx, reader, feeds, 2) {
		t.Errorf("%s", r)
	}
}

func TestChecksComeInOrder(t *testing.T) {
	t.Parallel()
	first := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/0" {
			<-first // answers after the last one
		} else if r.URL.Path == "/3" {
			close(first)
		}
		http.Error(w, "no", http.StatusTeapot)
	}))
	defer server.Close()
	reader := newReader(config.Fetch{AllowPrivate: true, PerHost: 4})
	defer reader.Close()
	var feeds []config.Feed
	for _, p := range []string{"/0", "/1", "/2", "/3"} {
		feeds = append(feeds, config.Feed{URL: server.URL + p})
	}
	var got []string
	for r := range checks(t.Context(), reader, feeds, 2) {
		got = append(got, strings.TrimPrefix(r.feed.URL, server.URL))
	}
	if d := cmp.Diff([]string{"/0", "/1", "/2", "/3"}, got); d != "" {
		t.Error(d)
	}
}
