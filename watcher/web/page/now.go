package page

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/store"
)

const (
	// themeDays is how many days the sparklines of Now and Rules are of.
	themeDays = 30
	// maxRang is how many alerts Now shows.
	maxRang = 50
)

// Now is the view of what happens.
type Now struct {
	Alerts   []AlertRow // what rang in the last 24 hours, the latest first
	More     int        // that are not shown
	Feeds    string     // their health in a line
	Ill      bool       // some feeds are not well
	Queue    string     // what is to be said, in a line
	Stuck    bool       // what is to be said waits for long
	Articles int
	Themes   []ThemeRow
	Since    string // for news
}

// AlertRow is an alert in a list.
type AlertRow struct {
	Said
	Severity string
	Channel  string
	State    string // in words
	Bad      bool
	When     When
	Article  string // the ID of its article; "" for a notice
	Problem  string
}

// ThemeRow is a theme with its matches over time.
type ThemeRow struct {
	Theme   string
	Sum     int
	Picture Picture
	Last    When
}

func (s *server) now(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := reading(r)
	defer cancel()
	now := s.Now()
	alerts, err := s.Store.Alerts(ctx, now.Add(-day))
	var hits []store.Hit
	if err == nil {
		hits, err = s.Store.Hits(ctx, firstDay(now, themeDays), day)
	}
	var feeds []Feed
	if err == nil {
		feeds, err = s.Daemon.Feeds(ctx, false)
	}
	var counts store.Counts
	if err == nil {
		counts, err = s.Daemon.Counts(ctx)
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "now", "Now", nowView(alerts, hits, feeds, counts, s.themes(), s.Daemon.Said, now))
}

// themes are those of the rules in use.
func (s *server) themes() []string {
	var all []string
	for _, rule := range s.Daemon.Rules().Rules() {
		all = append(all, rule.Theme)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// firstDay is when the first of some days began, of which the last is today, in UTC.
func firstDay(now time.Time, days int) time.Time {
	y, m, d := now.UTC().Date()
	return time.Date(y, m, d-days+1, 0, 0, 0, 0, time.UTC)
}

func nowView(alerts []store.Alert, hits []store.Hit, feeds []Feed, c store.Counts, themes []string, said func(store.Alert) Said, now time.Time) Now {
	v := Now{Articles: c.Articles, Since: strconv.FormatInt(now.UnixMicro(), 10)}
	v.Feeds, v.Ill = feedsLine(feeds)
	v.Queue, v.Stuck = queueLine(c, now)
	for i := len(alerts) - 1; i >= 0; i-- {
		if len(v.Alerts) == maxRang {
			v.More = i + 1
			break
		}
		v.Alerts = append(v.Alerts, alertRow(alerts[i], said(alerts[i]), now))
	}
	v.Themes = themeRows(hits, themes, now)
	return v
}

// alertRow is an alert in a list.
func alertRow(a store.Alert, said Said, now time.Time) AlertRow {
	row := AlertRow{Said: said, Severity: a.Severity, Channel: a.Channel, When: when(a.Created, now), Problem: a.Problem, Article: a.Story}
	if said.Notice {
		row.Article = ""
	}
	switch a.State {
	case store.AlertSent:
		row.State, row.Problem = "said", ""
	case store.AlertFailed:
		row.State, row.Bad = "could not be said", true
	case store.AlertMuted:
		row.State = "was muted while it waited"
	default:
		row.State = "waits to be said"
		row.Bad = a.Problem != ""
	}
	return row
}

// feedsLine is the health of the feeds in a line.
func feedsLine(feeds []Feed) (line string, ill bool) {
	if len(feeds) == 0 {
		return "no feeds are watched", true
	}
	counts := make(map[State]int)
	for _, f := range feeds {
		counts[f.State]++
	}
	var parts []string
	for _, s := range []State{Gone, Failing, Quiet} {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", number(n), s))
			ill = true
		}
	}
	if n := counts[Unread]; n > 0 {
		parts = append(parts, number(n)+" not polled yet")
	}
	if len(parts) == 0 {
		return count(len(feeds), "feed") + ", all well", false
	}
	return count(len(feeds), "feed") + ": " + strings.Join(parts, ", "), ill
}

// longQueue is from which age on an alert waits for long.
const longQueue = 5 * time.Minute

// queueLine is what waits in a line.
func queueLine(c store.Counts, now time.Time) (line string, stuck bool) {
	if c.Pending == 0 {
		return "nothing waits to be said", false
	}
	age := now.Sub(c.OldestPending)
	line = count(c.Pending, "alert") + " waiting to be said"
	if age < time.Minute {
		return line, false
	}
	return line + ", the oldest for " + span(age), age > longQueue
}

// themeRows are the themes with their matches a day, those with the most first, and
// those of the rules in use that have none.
func themeRows(hits []store.Hit, themes []string, now time.Time) []ThemeRow {
	days := make(map[string][]int)
	last := make(map[string]time.Time)
	for _, t := range themes {
		days[t] = make([]int, themeDays)
	}
	for _, h := range hits {
		if days[h.Theme] == nil {
			days[h.Theme] = make([]int, themeDays)
		}
		if 0 <= h.Step && h.Step < themeDays {
			days[h.Theme][h.Step] += h.Articles
		}
		if h.Last.After(last[h.Theme]) {
			last[h.Theme] = h.Last
		}
	}
	var rows []ThemeRow
	for theme, counts := range days {
		rows = append(rows, ThemeRow{Theme: theme, Sum: sum(counts), Picture: sparkline(counts, "match", now), Last: when(last[theme], now)})
	}
	slices.SortFunc(rows, func(a, b ThemeRow) int { return cmp.Or(cmp.Compare(b.Sum, a.Sum), cmp.Compare(a.Theme, b.Theme)) })
	return rows
}

func sum(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// news tells who has Now open how much has rung since; 204 for nothing.
func (s *server) news(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := reading(r)
	defer cancel()
	micros, err := strconv.ParseInt(r.FormValue("since"), 10, 64)
	since := time.UnixMicro(micros)
	if err != nil || s.Now().Sub(since) > day {
		since = s.Now().Add(-day)
	}
	alerts, err := s.Store.Alerts(ctx, since)
	if err != nil || len(alerts) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.part(w, "now", "news", count(len(alerts), "new alert"))
}
