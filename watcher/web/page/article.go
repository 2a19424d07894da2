package page

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/rules"
	"tocsin/store"
)

const (
	// maxText is how many bytes of a text are shown.
	maxText = 40 << 10
	// maxWords is how many words of a signal are shown.
	maxWords = 8
	// maxOthers is how many other articles of a story are shown.
	maxOthers = 20
)

// ArticleView is the view of one article.
type ArticleView struct {
	ID         string
	Title      []Piece
	Plain      string // the title without marks
	Summary    [][]Piece
	Body       [][]Piece
	BodyLeft   bool   // more of the body is not shown
	Link, Host string // where it stands; "" for nowhere
	Source     string
	FeedKey    string
	Author     string
	Language   string
	Categories []string
	Published  When
	Dated      bool // the feed says when it was published
	Seen       When
	Headline   string // how it ended, in a sentence
	Rang       bool
	Matched    []RuleAccount // rules that match now or matched then
	Near       []RuleAccount
	Apart      int // rules that have nothing to do with it
	Changed    []Drift
	Others     []ArticleRow
	OthersLeft int
	Alerts     []AlertRow
	StoryID    string
}

// RuleAccount is what a rule says of an article, with its arithmetic.
type RuleAccount struct {
	ID, Title, Theme, Why string
	Severity, Status      string
	Matched               bool
	Then                  bool // it is what was decided when it was seen, and no longer so
	Score, Threshold      int
	Lines                 []Line
	Missing               []Line // signals that do not hold
	Outcomes              []string
	Lacks                 string // why it does not match; "" where it does
}

// Line is a line of an arithmetic.
type Line struct {
	Holds  bool
	Part   string // require, exclude, signal, base
	Query  string
	Points string // "" for require and exclude
	Words  []string
}

func (s *server) article(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := reading(r)
	defer cancel()
	id := r.PathValue("id")
	accounts, err := s.Daemon.Accounts(ctx, id)
	if err == nil && len(accounts) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if own := accounts[0].Article.ID; own != id {
		http.Redirect(w, r, "/article/"+own, http.StatusSeeOther) // it was the ID of an alert
		return
	}
	s.show(w, r, http.StatusOK, "article", cut(accounts[0].Article.Title, 80), articleView(&accounts[0], s.Daemon.Said, s.Now()))
}

func articleView(a *Account, said func(store.Alert) Said, now time.Time) ArticleView {
	marks := marksOf(a)
	body := a.Article.Body
	v := ArticleView{
		ID: a.Article.ID, Plain: a.Article.Title, Title: highlight(a.Article.Title, rules.Title, marks),
		Summary: paragraphs(highlight(a.Article.Summary, rules.Summary, marks)),
		Link:    link(a.Article.URL), Host: host(a.Article.URL), Source: a.Source, FeedKey: feedKey(a.Article.Feed),
		Author: a.Article.Author, Language: a.AsRead.Lang, Categories: a.Article.Categories,
		Published: when(a.Article.Published, now), Dated: !a.Article.Published.IsZero(), Seen: when(a.Article.Seen, now),
		Changed: a.Changed, StoryID: a.Story,
	}
	if len(body) > maxText {
		body, v.BodyLeft = strings.ToValidUTF8(body[:maxText], ""), true
	}
	if body != a.Article.Summary {
		v.Body = paragraphs(highlight(body, rules.Body, marks))
	}
	v.addRules(a)
	v.Headline, v.Rang = headline(a, v.Near)
	for _, o := range a.Others {
		if len(v.Others) == maxOthers {
			v.OthersLeft = len(a.Others) - maxOthers
			break
		}
		v.Others = append(v.Others, articleRow(store.Entry{Article: o}, host(o.URL), nil, now))
	}
	for _, alert := range a.Alerts {
		v.Alerts = append(v.Alerts, alertRow(alert, said(alert), now))
	}
	return v
}

// addRules adds what the rules say now, and what those said then that say something
// else now.
func (v *ArticleView) addRules(a *Account) {
	for i := range a.Rules {
		j := &a.Rules[i]
		switch {
		case j.Standing == Matches:
			ra := accountOf(j, &a.AsRead)
			ra.Outcomes = outcomes(a, j.Rule.ID)
			v.Matched = append(v.Matched, ra)
		case j.Standing == Near:
			v.Near = append(v.Near, accountOf(j, &a.AsRead))
		default:
			v.Apart++
		}
	}
	for _, m := range a.Then {
		if slices.ContainsFunc(v.Matched, func(r RuleAccount) bool { return r.ID == m.Rule }) {
			continue
		}
		v.Matched = append(v.Matched, pastAccount(a, m))
	}
}

// accountOf is what a rule says now.
func accountOf(j *Judged, article *rules.Article) RuleAccount {
	rule := j.Rule
	ra := RuleAccount{
		ID: rule.ID, Title: rule.Title, Theme: rule.Theme, Why: rule.Why, Severity: j.Severity.String(), Status: rule.Status.String(),
		Matched: j.Standing == Matches, Score: j.Score, Threshold: rule.Threshold,
	}
	ra.Lines = append(ra.Lines, Line{Holds: j.Require.Holds, Part: "require", Query: rule.Require, Words: wordsAt(article, j.Require.Spans)})
	if len(rule.Exclude) > 0 {
		ra.Lines = append(ra.Lines, Line{Holds: j.Exclude.Holds, Part: "exclude", Query: strings.Join(rule.Exclude, " OR "), Words: wordsAt(article, j.Exclude.Spans)})
	}
	if rule.Base != 0 {
		ra.Lines = append(ra.Lines, Line{Holds: true, Part: "base", Points: signed(rule.Base)})
	}
	for _, s := range j.Signals {
		line := Line{Holds: s.Holds, Part: "signal", Query: s.When, Points: signed(s.Points), Words: wordsAt(article, s.Spans)}
		if s.Holds {
			ra.Lines = append(ra.Lines, line)
		} else {
			ra.Missing = append(ra.Missing, line)
		}
	}
	ra.Lacks = lacks(j)
	return ra
}

// lacks says why a rule does not match; "" where it does.
func lacks(j *Judged) string {
	switch {
	case j.Standing == Matches:
		return ""
	case j.Rule.Status == rules.Off:
		return "the rule is off"
	case !j.Require.Holds:
		return "what it requires is not there"
	case j.Exclude.Holds:
		return "something that it excludes is there"
	}
	return "it lacks " + count(j.Rule.Threshold-j.Score, "point")
}

// pastAccount is what a rule said then.
func pastAccount(a *Account, m PastMatch) RuleAccount {
	ra := RuleAccount{
		ID: m.Rule, Title: m.Rule, Theme: m.Theme, Severity: m.Severity, Status: m.Status, Matched: true, Then: true,
		Score: m.Score, Threshold: m.Threshold, Outcomes: outcomes(a, m.Rule),
	}
	if m.Base != 0 {
		ra.Lines = append(ra.Lines, Line{Holds: true, Part: "base", Points: signed(m.Base)})
	}
	for _, s := range m.Signals {
		ra.Lines = append(ra.Lines, Line{Holds: true, Part: "signal", Query: s.When, Points: signed(s.Points), Words: s.Words})
	}
	return ra
}

// wordsAt are the article's words at the places, whatever their case each once.
func wordsAt(a *rules.Article, spans []rules.Span) []string {
	texts := map[rules.Field]string{rules.Title: a.Title, rules.Summary: a.Summary, rules.Body: a.Body}
	var words []string
	for _, s := range spans {
		word := texts[s.Field][s.From:s.To]
		if len(words) < maxWords && !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) }) {
			words = append(words, word)
		}
	}
	return words
}

// outcomes say how the article ended for a rule, on each route.
func outcomes(a *Account, rule string) []string {
	var all []string
	for _, v := range a.Verdicts {
		if v.Rule == rule {
			all = append(all, outcome(&v))
		}
	}
	return all
}

func outcome(v *store.Verdict) string {
	switch v.Outcome {
	case store.Queued:
		return "waits to be said in " + v.Route
	case store.Sent:
		return "said in " + v.Route
	case store.Failed:
		return "could not be said in " + v.Route
	case store.Joined:
		return "joined its story, which was raised in " + v.Route + " before"
	case store.Shadow:
		return "not said, since the rule is on trial (shadow)"
	case store.Baseline:
		return "not said in " + v.Route + ", since it was there already when its feed was first read"
	case store.TooOld:
		return "not said in " + v.Route + ", since it was older than its feed's max_age when it was seen"
	case store.NoRoute:
		return "not said, since no route takes it"
	}
	return strings.TrimSpace(v.Route + " " + string(v.Outcome))
}

// headline says in a sentence how an article ended.
func headline(a *Account, near []RuleAccount) (sentence string, rang bool) {
	channels := func(o store.Outcome) (names []string) {
		for _, v := range a.Verdicts {
			if v.Outcome == o && !slices.Contains(names, v.Route) {
				names = append(names, v.Route)
			}
		}
		return names
	}
	if said := channels(store.Sent); len(said) > 0 {
		return "It rang in " + list(said) + ".", true
	}
	if waits := channels(store.Queued); len(waits) > 0 {
		return "It rings in " + list(waits) + "; the alert waits to be said.", true
	}
	if joined := channels(store.Joined); len(joined) > 0 {
		return "It joined a story that rang in " + list(joined) + " before.", true
	}
	for _, o := range []struct {
		outcome store.Outcome
		words   string
	}{
		{store.Failed, "It matched, and its alert could not be said."},
		{store.TooOld, "It matched, and was too old to ring when it was seen."},
		{store.Baseline, "It matched, and was there already when its feed was first read, so it did not ring."},
		{store.Shadow, "It matched a rule on trial (shadow), which never rings."},
		{store.NoRoute, "It matched, and no route takes it."},
	} {
		if len(channels(o.outcome)) > 0 {
			return o.words, false
		}
	}
	switch {
	case len(a.Verdicts) > 0:
		return "It matched, and did not ring.", false
	case len(near) == 0:
		return "It did not ring: no rule has to do with it.", false
	}
	return "It did not ring. “" + near[0].Title + "” came nearest: " + near[0].Lacks + ".", false
}
