package page

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tocsin/rules"
	"tocsin/store"
)

// main cuts out what is a view's own, without the menu.
var mainPart = regexp.MustCompile(`(?s)<main.*</main>`)

func TestViews(t *testing.T) {
	t.Parallel()
	article := "/article/" + store.ArticleID("https://a.example/feed?key=secret", "1")
	for _, tt := range []struct{ name, method, path, form string }{
		{"now", "GET", "/", ""},
		{"archive", "GET", "/archive?q=bell&theme=noise&within=7d", ""},
		{"article", "GET", article, ""},
		{"feeds", "GET", "/feeds", ""},
		{"rules", "GET", "/rules", ""},
		{"rule", "GET", "/rules/noise.bell", ""},
		{"try", "POST", "/try", "file=rules/noise.yaml&yaml=version:+1&days=7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := ask(busy(t).handler(t, Access{}), tt.method, tt.path, tt.form)
			if w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			body := w.Body.String()
			golden(t, tt.name+".golden", mainPart.FindString(body)+"\n")
			soundHTML(t, body)
			if strings.Contains(body, "secret") {
				t.Error("the address of a feed is shown with what may be secret in it")
			}
		})
	}
}

// soundHTML fails where a page has what its policy forbids, an ID twice, a label or a
// reference to nothing, or an element that a feed wrote.
func soundHTML(t *testing.T, page string) {
	t.Helper()
	ids, refs := make(map[string]bool), []string{}
	z := html.NewTokenizer(strings.NewReader(page))
	scripts := 0
	for {
		if z.Next() == html.ErrorToken {
			break
		}
		tok := z.Token()
		if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
			continue
		}
		if tok.Data == "script" {
			scripts++
		}
		for _, a := range tok.Attr {
			switch {
			case a.Key == "style", strings.HasPrefix(a.Key, "on"):
				t.Errorf("<%s> has %s", tok.Data, a.Key)
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("the ID %s is there twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "for", a.Key == "aria-labelledby", a.Key == "aria-describedby":
				refs = append(refs, a.Val)
			case (a.Key == "href" || a.Key == "src") && strings.HasPrefix(a.Val, "http") && !strings.HasPrefix(a.Val, "https://a.example/"):
				t.Errorf("it leads to %s", a.Val)
			case (a.Key == "href" || a.Key == "src") && strings.HasPrefix(strings.ToLower(a.Val), "javascript"):
				t.Errorf("it has %s", a.Val)
			}
		}
	}
	if scripts != 2 {
		t.Errorf("%d scripts", scripts)
	}
	for _, ref := range refs {
		if !ids[ref] {
			t.Errorf("there is no %s", ref)
		}
	}
}

func TestEmptyViewsSayWhatToDo(t *testing.T) {
	t.Parallel()
	f := &fake{set: ruleSet(t), ready: []string{"the store is full"}}
	for path, want := range map[string]string{
		"/":                 "No article has come in yet",
		"/archive":          "The archive is empty",
		"/archive?q=bell":   "No article has all of this",
		"/feeds":            "No feeds are watched",
		"/rules/noise.drum": "It has matched nothing in this archive",
	} {
		body := ask(f.handler(t, Access{}), "GET", path).Body.String()
		if !strings.Contains(body, want) || !strings.Contains(body, "the store is full") {
			t.Errorf("%s does not say %q, or not what is wrong:\n%s", path, want, body)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	id := store.ArticleID("https://a.example/feed?key=secret", "1")
	for _, tt := range []struct {
		name, method, path, form string
		code                     int
		location                 string
	}{
		{"an unknown page", "GET", "/nothing", "", 404, ""},
		{"an unknown article", "GET", "/article/aaaaaaaaaaaaaaaa", "", 404, ""},
		{"an unknown rule", "GET", "/rules/noise.nothing", "", 200, ""}, // the archive of the fake has its matches
		{"the ID of an alert leads to its article", "GET", "/article/" + store.AlertID(id, "#noise"), "", 303, "/article/" + id},
		{"an ID in the search leads to its article", "GET", "/archive?q=" + id, "", 303, "/article/" + id},
		{"an address does, too", "GET", "/archive?q=https%3A%2F%2Fa.example%2F1", "", 303, "/article/" + id},
		{"a page that begins nowhere leads to the first", "GET", "/archive?q=bell&after=nowhere", "", 303, "/archive?q=bell"},
		{"a poll leads back", "POST", "/feeds/poll", "feed=" + feedKey("https://b.example/"), 303, "/feeds?polled=" + feedKey("https://b.example/") + "#feed-" + feedKey("https://b.example/")},
		{"a feed that is not there is not polled", "POST", "/feeds/poll", "feed=x", 404, ""},
		{"a poll is no link", "GET", "/feeds/poll?feed=x", "", 404, ""},
		{"news is told", "GET", "/news?since=0", "", 200, ""},
		{"no news is silence", "GET", "/news?since=" + "1777982400000000", "", 204, ""},
		{"a rule file is downloaded", "POST", "/try/download", "file=../../x%0d%0a.yaml&yaml=a", 200, ""},
		{"one that is too long is refused", "POST", "/try/check", "yaml=" + strings.Repeat("a", maxDraft), 200, ""},
		{"what pages are made of", "GET", "/assets/htmx.min.js", "", 200, ""},
		{"and nothing else", "GET", "/assets/..%2fpage.go", "", 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := busy(t)
			w := ask(f.handler(t, Access{}), tt.method, tt.path, tt.form)
			if w.Code != tt.code || w.Header().Get("Location") != tt.location {
				t.Errorf("%d, to %q: %s", w.Code, w.Header().Get("Location"), w.Body)
			}
			if d := w.Header().Get("Content-Disposition"); strings.Contains(d, "..") || strings.Contains(d, "\n") {
				t.Errorf("it is saved as %q", d)
			}
			for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"} {
				if w.Header().Get(name) == "" {
					t.Errorf("there is no %s", name)
				}
			}
		})
	}
}

func TestAStoreThatDoesNotAnswerIsSaid(t *testing.T) {
	t.Parallel()
	f := busy(t)
	f.err = errors.New("disk <full>")
	for _, path := range []string{"/", "/archive", "/feeds", "/rules", "/rules/noise.bell", "/try"} {
		w := ask(f.handler(t, Access{}), "GET", path)
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "disk") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestFiltersBecomeAQuestion(t *testing.T) {
	t.Parallel()
	f := busy(t)
	ask(f.handler(t, Access{}), "GET", "/archive?q=+bell+&theme=noise&rule=r&severity=high&within=7d&after=9&feed="+feedKey("https://b.example/"))
	want := store.Browsing{
		Search: store.Search{Text: "bell", After: "9", Limit: archivePage}, Feed: "https://b.example/", Theme: "noise", Rule: "r",
		Severities: []string{"high", "critical"}, Since: noon.Add(-7 * day),
	}
	if len(f.asked) != 1 || f.asked[0].Feed != want.Feed || f.asked[0].Search != want.Search || !f.asked[0].Since.Equal(want.Since) ||
		strings.Join(f.asked[0].Severities, " ") != "high critical" || f.asked[0].Theme != "noise" || f.asked[0].Rule != "r" {
		t.Errorf("asked %+v, want %+v", f.asked, want)
	}
}

func TestTryAsksForWhatWasTyped(t *testing.T) {
	t.Parallel()
	f := busy(t)
	w := ask(f.handler(t, Access{}), "POST", "/try/check", "file=rules/noise.yaml&days=99&yaml=version:+1%0d%0atheme:+x")
	if len(f.tried) != 1 || f.tried[0].Name != "rules/noise.yaml" || f.tried[0].Text != "version: 1\ntheme: x" || !f.tried[0].Since.Equal(noon.Add(-7*day)) {
		t.Errorf("tried %+v", f.tried)
	}
	if strings.Contains(w.Body.String(), "<html") {
		t.Error("a part is a whole page")
	}
}

func TestHighlight(t *testing.T) {
	t.Parallel()
	at := func(from, to int, rule string) mark {
		return mark{rules.Span{Field: rules.Title, From: from, To: to}, rule}
	}
	show := func(pieces []Piece) string {
		var b strings.Builder
		for _, p := range pieces {
			if p.Marks != "" {
				b.WriteString("[" + p.Text + "|" + p.Marks + "]")
				continue
			}
			b.WriteString(p.Text)
		}
		return b.String()
	}
	for _, tt := range []struct {
		name  string
		marks []mark
		want  string
	}{
		{"nothing is marked", nil, "a loud bell"},
		{"a word is", []mark{at(2, 6, "x")}, "a [loud|x] bell"},
		{"places of one rule that touch are one", []mark{at(2, 4, "x"), at(4, 6, "x")}, "a [loud|x] bell"},
		{"places that overlap have the rules of both", []mark{at(2, 11, "x"), at(7, 11, "y")}, "a [loud |x][bell|x, y]"},
		{"the whole text", []mark{at(0, 11, "x")}, "[a loud bell|x]"},
		{"places outside of the text and of other fields are passed over", []mark{at(5, 99, "x"), at(-1, 3, "x"), at(4, 4, "x"), {rules.Span{Field: rules.Body, To: 3}, "x"}}, "a loud bell"},
	} {
		if got := show(highlight("a loud bell", rules.Title, tt.marks)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestParagraphsKeepTheirMarks(t *testing.T) {
	t.Parallel()
	got := paragraphs([]Piece{{"One\n\n\n\nTwo ", ""}, {"bells", "x"}, {" ring.\n\n", ""}})
	if len(got) != 2 || len(got[0]) != 1 || got[0][0].Text != "One" || len(got[1]) != 3 || got[1][1] != (Piece{"bells", "x"}) {
		t.Errorf("%q", got)
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "just now", -59 * time.Second: "just now", -time.Minute: "1 minute ago", -119 * time.Minute: "119 minutes ago", -2 * time.Hour: "2 hours ago",
		-47 * time.Hour: "47 hours ago", -48 * time.Hour: "2 days ago", -29 * day: "29 days ago", -40 * day: "26 Mar 2026",
		time.Second: "in a moment", 5 * time.Minute: "in 5 minutes", 3 * day: "in 3 days",
	} {
		if got := when(noon.Add(d), noon).Ago; got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
	if w := when(time.Time{}, noon); w.Ago != "never" || w.ISO != "" {
		t.Errorf("the zero time is %+v", w)
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := number(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
}

func TestLinksLeadToTheWeb(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.example/x": "https://a.example/x", "HTTP://a.example": "http://a.example", "javascript:alert(1)": "", "//a.example": "",
		"data:text/html,x": "", "": "", "ftp://a.example": "", "https:": "", "/x": "", "https://a.example/\"><script>": "https://a.example/%22%3E%3Cscript%3E",
	} {
		if got := link(address); got != want {
			t.Errorf("%q leads to %q, want %q", address, got, want)
		}
	}
}

func TestCadence(t *testing.T) {
	t.Parallel()
	f := &Feed{Heard: noon.Add(-10 * time.Hour), Limit: 8 * time.Hour, Silences: []time.Duration{0, 2 * time.Hour}}
	p := cadence(f, noon)
	if len(p.Bars) != 3 || p.Bars[0].Class != "none" || p.Bars[1].Class != "bar" || p.Bars[2].Class != "over" || p.Bars[2].Height != barHeight || p.Line <= 0 {
		t.Errorf("%+v", p)
	}
	if want := "Silent for 10 hours now. It counts as silent after 8 hours."; p.Label != want {
		t.Errorf("%q", p.Label)
	}
	if p := cadence(&Feed{}, noon); len(p.Bars) > 0 {
		t.Errorf("a feed of which nothing is known: %+v", p)
	}
}

func TestHeadlines(t *testing.T) {
	t.Parallel()
	at := func(outcomes ...store.Outcome) *Account {
		a := new(Account)
		for i, o := range outcomes {
			a.Verdicts = append(a.Verdicts, store.Verdict{Route: []string{"#a", "#b"}[i%2], Outcome: o})
		}
		return a
	}
	near := []RuleAccount{{Title: "Bell", Lacks: "it lacks 2 points"}}
	for _, tt := range []struct {
		a    *Account
		near []RuleAccount
		want string
		rang bool
	}{
		{at(store.Sent, store.Sent), nil, "It rang in #a and #b.", true},
		{at(store.Queued), nil, "It rings in #a; the alert waits to be said.", true},
		{at(store.Shadow, store.Joined), nil, "It joined a story that rang in #b before.", true},
		{at(store.TooOld), nil, "It matched, and was too old to ring when it was seen.", false},
		{at("of a newer tocsin"), nil, "It matched, and did not ring.", false},
		{at(), near, "It did not ring. “Bell” came nearest: it lacks 2 points.", false},
		{at(), nil, "It did not ring: no rule has to do with it.", false},
	} {
		if got, rang := headline(tt.a, tt.near); got != tt.want || rang != tt.rang {
			t.Errorf("%q, %v, want %q", got, rang, tt.want)
		}
	}
}
