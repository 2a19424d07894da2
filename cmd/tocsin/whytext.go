package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
	"tocsin/watcher/story"
)

// maxOthers is how many other articles of a story are shown, unless all are.
const maxOthers = 5

// accountText is an account for people. Nothing of what feeds hold in it can
// steer a terminal.
func accountText(a *watcher.Account, all bool, zone *time.Location) string {
	w := accountWriter{a: a, all: all, zone: zone}
	w.identity()
	w.story()
	w.decided()
	w.alerts()
	w.changed()
	w.rules()
	return w.String()
}

// accountWriter writes an account.
type accountWriter struct {
	strings.Builder
	a    *watcher.Account
	all  bool
	zone *time.Location
}

func (w *accountWriter) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// field writes a line of the article's data, if there is any.
func (w *accountWriter) field(name, value string) {
	if value != "" {
		w.line("  %-10s %s", name, value)
	}
}

func (w *accountWriter) time(t time.Time) string {
	return t.In(w.zone).Format("2006-01-02 15:04:05 MST")
}

// identity says what the article is and where it came from.
func (w *accountWriter) identity() {
	a := &w.a.Article
	w.line("%s", oneLine(a.Title))
	w.field("id", a.ID)
	w.field("address", oneLine(a.URL))
	w.field("feed", w.feed())
	w.field("key", oneLine(a.Key))
	w.field("author", oneLine(a.Author))
	w.field("language", oneLine(w.a.AsRead.Lang))
	w.field("categories", oneLine(strings.Join(a.Categories, ", ")))
	w.field("published", w.published())
	w.field("seen", w.seen())
}

func (w *accountWriter) feed() string {
	text := fmt.Sprintf("%s, %s", oneLine(w.a.Source), oneLine(config.Loggable(w.a.Feed.URL)))
	if !w.a.Watched {
		return text + "; it is not in the configuration any more"
	}
	if tags := w.a.Sub.Tags; len(tags) > 0 {
		text += ", tagged " + oneLine(strings.Join(tags, ", "))
	}
	return text
}

// published says when the article is from, and whether that was too long ago.
func (w *accountWriter) published() string {
	a := &w.a.Article
	at, what := a.Published, ""
	if at.IsZero() {
		at, what = a.Updated, " (its last edit; the feed has no other date)"
	}
	if at.IsZero() {
		return "the feed does not say"
	}
	text := w.time(at) + what
	age := a.Seen.Sub(at)
	if age < 0 {
		return text + ", after it was seen"
	}
	text += fmt.Sprintf(", %s before it was seen", span(age))
	if w.a.Watched && age > w.a.Sub.MaxAge {
		text += fmt.Sprintf("; what is older than %s does not ring", span(w.a.Sub.MaxAge))
	}
	return text
}

func (w *accountWriter) seen() string {
	if w.a.Baseline {
		return w.time(w.a.Article.Seen) + ", when its feed was first read"
	}
	return w.time(w.a.Article.Seen)
}

// story says which other articles tell the same.
func (w *accountWriter) story() {
	if w.a.Story == "" {
		return
	}
	switch others := len(w.a.Others); {
	case others == 0:
		w.field("story", w.a.Story+", told by this article alone")
	case w.a.Story == w.a.Article.ID:
		w.field("story", fmt.Sprintf("%s, begun by this article and told by %s", w.a.Story, count(others, "other")))
	default:
		w.field("story", fmt.Sprintf("%s, told by %s", w.a.Story, count(others, "other")))
	}
	for i, o := range w.a.Others {
		if i == maxOthers && !w.all {
			w.line("  %-10s … and %d more (--all shows them)", "", len(w.a.Others)-i)
			break
		}
		w.line("  %-10s %s  %s  %s: %s%s", "", o.ID, w.time(o.Seen), hostOf(&o), oneLine(o.Title), shared(&w.a.Article, &o))
	}
}

// hostOf is where the article is, or else where its feed is.
func hostOf(a *store.Article) string {
	for _, address := range []string{a.URL, a.Feed} {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			return oneLine(u.Hostname())
		}
	}
	return "somewhere"
}

// shared says what two articles have in common by which their story is known.
func shared(a, b *store.Article) string {
	keys := make(map[string]bool)
	for _, k := range story.Keys(a.Title, a.URL) {
		keys[k] = true
	}
	var same []string
	for _, k := range story.Keys(b.Title, b.URL) {
		if kind, _, _ := strings.Cut(k, ":"); keys[k] {
			same = append(same, map[string]string{"url": "address", "title": "title"}[kind])
		}
	}
	if len(same) == 0 {
		return ""
	}
	return " (same " + strings.Join(same, " and ") + ")"
}

// decided says what was decided when the article was seen.
func (w *accountWriter) decided() {
	w.line("\ndecided then")
	if len(w.a.Then) == 0 {
		w.line("  no rule matched, so nothing followed")
	}
	drifted := make(map[string]bool)
	for _, d := range w.a.Changed {
		drifted[d.Rule] = true
	}
	for _, m := range w.a.Then {
		w.line("  %s  %s, score %d, threshold %d", oneLine(m.Rule), oneLine(m.Severity), m.Score, m.Threshold)
		if drifted[m.Rule] {
			w.arithmetic(&m)
		}
		for _, v := range w.a.Verdicts {
			if v.Rule == m.Rule {
				w.line("    %s", w.outcome(&v))
			}
		}
	}
}

// arithmetic shows how a score came about that the rules would not give now.
func (w *accountWriter) arithmetic(m *watcher.PastMatch) {
	if m.Base != 0 {
		w.line("    %+d  base", m.Base)
	}
	for _, s := range m.Signals {
		text := oneLine(s.When)
		if len(s.Words) > 0 {
			text += ": " + oneLine(strings.Join(s.Words, ", "))
		}
		w.line("    %+d  %s", s.Points, text)
	}
}

// outcome says how the article ended for a rule and a route.
func (w *accountWriter) outcome(v *store.Verdict) string {
	channel := oneLine(v.Route)
	switch v.Outcome {
	case store.Queued:
		return channel + ": its alert waits to be said"
	case store.Sent:
		return channel + ": said"
	case store.Failed:
		return channel + ": could not be said"
	case store.Joined:
		return channel + ": joined its story, which was raised there before"
	case store.Muted:
		return channel + ": not said, since somebody muted its story, rule or feed"
	case store.Shadow:
		return "the rule was on trial (shadow), so nothing was said"
	case store.Baseline:
		return channel + ": not said, since it was there already when its feed was first read"
	case store.TooOld:
		return channel + ": not said, since it was older than its feed's max_age when it was seen"
	case store.NoRoute:
		return "no route took it"
	}
	return fmt.Sprintf("%s: %s", channel, oneLine(string(v.Outcome)))
}

// alerts says what became of the alerts of the story.
func (w *accountWriter) alerts() {
	if len(w.a.Alerts) == 0 {
		return
	}
	w.line("\nalerts of its story")
	for i := range w.a.Alerts {
		x := &w.a.Alerts[i]
		w.line("  %s%s  %s, raised %s", oneLine(x.Channel), inThread(x), oneLine(x.Severity), w.time(x.Created))
		w.line("    %s, alert %s", w.delivery(x), x.ID)
		if x.Problem != "" {
			w.line("    %s", oneLine(x.Problem))
		}
	}
}

// inThread says of an alert that is in a thread that it is.
func inThread(a *store.Alert) string {
	if a.Kind == store.AlertReply {
		return ", in the thread"
	}
	return ""
}

func (w *accountWriter) delivery(a *store.Alert) string {
	attempts := count(a.Attempts, "attempt")
	if a.SaidBy != "" {
		attempts = "by alert " + a.SaidBy
	}
	switch a.State {
	case store.AlertWaiting:
		return "waits until " + w.time(a.Due)
	case store.AlertGathered:
		return "is being said " + attempts
	case store.AlertSent:
		text := fmt.Sprintf("said %s, %s", w.time(a.Sent), attempts)
		if a.Receipt != "" {
			text += ", in Slack as " + oneLine(a.Receipt)
		}
		return text
	case store.AlertFailed:
		return "could not be said, " + attempts
	case store.AlertMuted:
		return "not said, since it was muted while it waited"
	}
	text := "waits to be said, " + attempts
	if !a.NextTry.IsZero() {
		text += ", next not before " + w.time(a.NextTry)
	}
	return text
}

// changed says where the rules would decide otherwise now.
func (w *accountWriter) changed() {
	if len(w.a.Changed) == 0 {
		return
	}
	w.line("\nthe rules decide otherwise now (they or the feed's configuration changed since)")
	for _, d := range w.a.Changed {
		w.line("  %s: %s", oneLine(d.Rule), strings.Join(d.How, ", "))
	}
}

// rules shows what the rules say now.
func (w *accountWriter) rules() {
	w.line("\nthe rules now")
	apart := 0
	for i := range w.a.Rules {
		v := &w.a.Rules[i]
		if watcher.StandingOf(v) == watcher.Apart && !w.all {
			apart++
			continue
		}
		w.line("  %s%s", oneLine(v.Rule.ID), status(v.Rule))
		for line := range strings.Lines(v.Text(&w.a.AsRead)) {
			w.WriteString("  " + line)
		}
	}
	switch {
	case apart == len(w.a.Rules):
		w.line("  none has to do with it (--all shows them)")
	case apart > 0:
		w.line("  %s nothing to do with it (--all shows them)", more(apart))
	}
}

func more(rules int) string {
	if rules == 1 {
		return "1 more rule has"
	}
	return fmt.Sprintf("%d more rules have", rules)
}

// status says of a rule that is not live what it is.
func status(r *rules.Rule) string {
	switch r.Status {
	case rules.Shadow:
		return "  on trial (shadow), so never said"
	case rules.Off:
		return "  off, so never asked"
	}
	return ""
}

// span is a length of time for people, to the minute; in whole days from two on.
func span(d time.Duration) string {
	if d >= 48*time.Hour {
		return count(int(d.Hours()/24), "day")
	}
	if d < time.Minute {
		return count(int(d.Seconds()), "second")
	}
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h == 0:
		return count(m, "minute")
	case m == 0:
		return count(h, "hour")
	}
	return fmt.Sprintf("%s %s", count(h, "hour"), count(m, "minute"))
}
