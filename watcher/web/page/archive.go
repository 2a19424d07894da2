package page

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin/rules"
	"tocsin/store"
)

// archivePage is how many articles a page of Archive has.
const archivePage = 30

// Archive is the view of the articles.
type Archive struct {
	Asked    Asked
	Themes   []string
	Feeds    []FeedChoice
	Rows     []ArticleRow
	Older    string // address of the page after this one; "" for none
	Newest   string // address of the first page; "" on it
	Filtered bool   // something is asked for
}

// Asked is what was asked for, as forms and addresses have it.
type Asked struct {
	Text, Theme, Rule, Feed, Severity, Within, After string
}

// FeedChoice is a feed in a list to choose from.
type FeedChoice struct{ Key, Title string }

// ArticleRow is an article in a list.
type ArticleRow struct {
	ID, Title, Source, Text string
	When                    When
	Matches                 []MatchChip
}

// MatchChip is a match in a list.
type MatchChip struct {
	Rule, Title, Severity string
	Shadow                bool
	Score, Threshold      int
}

// spans are the choices of time, in the order of the form.
var spans = map[string]time.Duration{"1d": day, "7d": 7 * day, "30d": 30 * day, "90d": 90 * day}

func askedOf(r *http.Request) Asked {
	value := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	return Asked{value("q"), value("theme"), value("rule"), value("feed"), value("severity"), value("within"), value("after")}
}

// address is the address of a page of the archive.
func (a Asked) address() string {
	v := make(url.Values)
	for name, value := range map[string]string{"q": a.Text, "theme": a.Theme, "rule": a.Rule, "feed": a.Feed, "severity": a.Severity, "within": a.Within, "after": a.After} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return "/archive"
	}
	return "/archive?" + v.Encode()
}

// filtered reports whether anything is asked for.
func (a Asked) filtered() bool {
	a.After = ""
	return a != Asked{}
}

// browsing is what is asked of the store. What the form does not offer asks for
// nothing.
func (a Asked) browsing(feeds []Feed, now time.Time) store.Browsing {
	b := store.Browsing{Search: store.Search{Text: a.Text, After: a.After, Limit: archivePage}, Theme: a.Theme, Rule: a.Rule}
	if a.Feed != "" {
		b.Feed = "no feed " + a.Feed
		for _, f := range feeds {
			if feedKey(f.URL) == a.Feed {
				b.Feed = f.URL
			}
		}
	}
	if least, ok := rules.ParseSeverity(a.Severity); ok {
		for s := least; s <= rules.Critical; s++ {
			b.Severities = append(b.Severities, s.String())
		}
	}
	if d := spans[a.Within]; d > 0 {
		b.Since = now.Add(-d)
	}
	return b
}

// feedKey stands for a feed's URL, which may hold secrets, in addresses.
func feedKey(url string) string {
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:6])
}

// articleID is what store.ArticleID and store.AlertID make.
var articleID = regexp.MustCompile(`^[a-z2-7]{16}$`)

func (s *server) archive(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := reading(r)
	defer cancel()
	asked := askedOf(r)
	if id := s.meant(ctx, asked.Text); id != "" {
		http.Redirect(w, r, "/article/"+id, http.StatusSeeOther)
		return
	}
	feeds, err := s.Daemon.Feeds(ctx, false)
	var found store.Listing
	if err == nil {
		found, err = s.Store.Browse(ctx, asked.browsing(feeds, s.Now()))
	}
	if err != nil && asked.After != "" && ctx.Err() == nil {
		asked.After = "" // an address that somebody kept
		http.Redirect(w, r, asked.address(), http.StatusSeeOther)
		return
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "archive", "Archive", archiveView(asked, found, feeds, s.Daemon.Rules(), s.Now()))
}

// meant is the ID of the article whose ID or address somebody looks for; "" where it
// is words.
func (s *server) meant(ctx context.Context, text string) string {
	if !articleID.MatchString(text) && !strings.Contains(text, "://") {
		return ""
	}
	accounts, err := s.Daemon.Accounts(ctx, text)
	if err != nil || len(accounts) == 0 {
		return ""
	}
	return accounts[0].Article.ID
}

func archiveView(asked Asked, found store.Listing, feeds []Feed, set *rules.Set, now time.Time) Archive {
	v := Archive{Asked: asked, Filtered: asked.filtered()}
	for _, rule := range set.Rules() {
		v.Themes = append(v.Themes, rule.Theme)
	}
	slices.Sort(v.Themes)
	v.Themes = slices.Compact(v.Themes)
	if asked.Theme != "" && !slices.Contains(v.Themes, asked.Theme) {
		v.Themes = append(v.Themes, asked.Theme)
	}
	names := make(map[string]string)
	for _, f := range feeds {
		names[f.URL] = f.Title
		v.Feeds = append(v.Feeds, FeedChoice{feedKey(f.URL), f.Title})
	}
	slices.SortFunc(v.Feeds, func(a, b FeedChoice) int { return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) })
	titles := ruleTitles(set)
	for _, e := range found.Entries {
		v.Rows = append(v.Rows, articleRow(e, names[e.Feed], titles, now))
	}
	if found.Next != "" {
		older := asked
		older.After = found.Next
		v.Older = older.address()
	}
	if asked.After != "" {
		first := asked
		first.After = ""
		v.Newest = first.address()
	}
	return v
}

// ruleTitles are the titles of the rules in use, by ID.
func ruleTitles(set *rules.Set) map[string]string {
	titles := make(map[string]string)
	for _, rule := range set.Rules() {
		titles[rule.ID] = rule.Title
	}
	return titles
}

// excerptLength is how many characters of its text an article in a list has.
const excerptLength = 220

func articleRow(e store.Entry, source string, titles map[string]string, now time.Time) ArticleRow {
	text := e.Summary
	if text == "" {
		text = e.Body
	}
	at := e.Published
	if at.IsZero() {
		at = e.Seen
	}
	if source == "" {
		source = host(e.Feed)
	}
	row := ArticleRow{ID: e.ID, Title: e.Title, Source: source, Text: cut(strings.Join(strings.Fields(text), " "), excerptLength), When: when(at, now)}
	for _, m := range e.Matches {
		title := titles[m.Rule]
		if title == "" {
			title = m.Rule
		}
		row.Matches = append(row.Matches, MatchChip{m.Rule, title, m.Severity, m.Status == rules.Shadow.String(), m.Score, m.Threshold})
	}
	return row
}
