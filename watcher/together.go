package watcher

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/route"
	"tocsin/watcher/slack"
)

const (
	// maxLine is how long a channel's line may take to be said, at the pace of the
	// sink: what would take longer is said in one message.
	maxLine = 10 * time.Second
	// lateAfter is how long after its time an alert is late: of several that are, one
	// message is enough.
	lateAfter = 10 * time.Minute
	// maxGathered is how many alerts are said together at the most.
	maxGathered = 1000
	// overBudget is the story of the messages about what is over a budget.
	overBudget = "over budget"
	// gathered is the story of the messages that say several.
	gathered = "gathered"
)

// plan decides whether the alert is said now and by itself. It may put it off, or
// have another one say it with others, which is the attempt's from there on.
func (t *attempt) plan(ctx context.Context) (now bool, err error) {
	if until := t.quietUntil(&t.alert, &t.content); until.After(t.now()) {
		t.putOff(until)
		return false, nil
	}
	if t.alert.Story == gathered && t.alert.Kind == store.AlertDigest {
		return true, t.gatherMore(ctx)
	}
	if t.alert.Kind != store.AlertFirst || t.alert.Route == operators || t.content.Drill {
		return true, nil
	}
	limits := route.LimitsOf(t.course.Load().Routes, t.alert.Channel)
	messages, last, err := t.store.Said(ctx, t.alert.Channel, route.Day(t.now()))
	if err != nil {
		return false, err
	}
	if free := last.Add(limits.AtMostEvery); limits.AtMostEvery > 0 && free.After(t.now()) {
		t.putOff(free)
		return false, nil
	}
	line, err := t.line(ctx)
	if err != nil {
		return false, err
	}
	if limits.Budget > 0 && messages >= limits.Budget {
		return true, t.exceed(ctx, line)
	}
	if together := t.together(line); len(together) > 1 {
		return true, t.gather(ctx, together)
	}
	return true, nil
}

// putOff has the alert wait until then, for what else is said then.
func (t *attempt) putOff(until time.Time) {
	t.d.State, t.d.Untried, t.d.Unsettled, t.d.NextTry = store.AlertWaiting, true, false, until
}

// inLine is an alert that could be said now.
type inLine struct {
	store.Alert
	content slack.Alert
}

// stories is how many stories the alert tells.
func (l *inLine) stories() int {
	if l.content.Digest != nil {
		return l.content.Digest.Total
	}
	return 1
}

// line returns what could be said now on the attempt's channel in messages of their
// own, itself first.
func (t *attempt) line(ctx context.Context) ([]inLine, error) {
	alerts, err := t.store.Line(ctx, t.alert.Channel, maxGathered)
	if err != nil {
		return nil, err
	}
	list := []inLine{{t.alert, t.content}}
	for _, a := range alerts {
		l := inLine{Alert: a}
		if a.ID == t.alert.ID || a.Kind != store.AlertFirst || a.Route == operators || a.Unsettled || a.NextTry.After(t.now()) ||
			json.Unmarshal(a.Content, &l.content) != nil || l.content.Drill || !t.quietUntil(&a, &l.content).IsZero() {
			continue
		}
		list = append(list, l)
	}
	return list, nil
}

// together returns which of the line are to be said with its first: all where they
// are many, else those that have waited together or are late, if it is one of them.
func (t *attempt) together(line []inLine) []inLine {
	if time.Duration(len(line))*t.sink.Pace() > maxLine {
		return line
	}
	waited := slices.DeleteFunc(slices.Clone(line), func(l inLine) bool {
		due := l.Created
		if l.Due.After(due) {
			due = l.Due
		}
		return !l.Together && t.now().Sub(due) < lateAfter
	})
	if len(waited) == 0 || waited[0].ID != t.alert.ID {
		return nil
	}
	return waited
}

// gather has one message say all of these, the best first. Those that it has no
// room for are said in its thread.
func (t *attempt) gather(ctx context.Context, all []inLine) error {
	best := slices.Clone(all)
	slices.SortStableFunc(best, better)
	title := cmp.Or(all[0].content.Occasion, catchUp)
	if slices.ContainsFunc(all, func(l inLine) bool { return l.content.Occasion != all[0].content.Occasion }) {
		title = catchUp
	}
	entries, err := t.entries(ctx, best)
	if err != nil {
		return err
	}
	shown, total := min(len(entries), slack.MaxEntries), 0
	for _, l := range all {
		total += l.stories()
	}
	b := t.bundle(store.AlertDigest, gathered, all[0].ID)
	content := slack.Alert{
		Key: b.ID, Severity: best[0].content.Severity, Title: title, Mention: mentionIn(best), Published: best[0].content.Published,
		Digest: &slack.Digest{Title: title, Line: fmt.Sprintf("%d stories", total), Total: total, Entries: entries[:shown], More: total - shown},
	}
	return t.become(ctx, b, content, all, t.further(b.ID, entries[shown:]))
}

// gatherMore has one more message say what the attempt's could not say so far, and
// what has got in line meanwhile.
func (t *attempt) gatherMore(ctx context.Context) error {
	line, err := t.line(ctx)
	if err != nil || len(line) == 1 {
		return err
	}
	return t.gather(ctx, line)
}

// exceed has what is over the budget said in the thread of the day's message about
// it, which is begun where there is none.
func (t *attempt) exceed(ctx context.Context, line []inLine) error {
	best := slices.Clone(line)
	slices.SortStableFunc(best, better)
	entries, err := t.entries(ctx, best)
	if err != nil {
		return err
	}
	day := route.Day(t.now())
	about := t.bundle(store.AlertDigest, overBudget, day.Format(time.DateOnly))
	_, err = t.store.Alert(ctx, about.ID)
	if errors.Is(err, store.ErrNotFound) {
		text, err := t.budgetLine(ctx, t.alert.Channel, t.now())
		if err != nil {
			return err
		}
		content := slack.Alert{Key: about.ID, Severity: best[0].content.Severity, Mention: mentionIn(best), Digest: &slack.Digest{Title: "Over the budget", Line: text}}
		return t.become(ctx, about, content, line, t.further(about.ID, entries))
	}
	if err != nil {
		return err
	}
	further := t.further(about.ID, entries)
	first := further[0]
	var content slack.Alert
	if err := json.Unmarshal(first.Content, &content); err != nil {
		return err
	}
	if err := t.become(ctx, first, content, line, further[1:]); err != nil {
		return err
	}
	t.parent, err = t.spoken(ctx, about.ID)
	return err
}

// bundle is an alert of the channel that says others.
func (t *attempt) bundle(kind store.AlertKind, story, which string) store.Alert {
	return store.Alert{
		ID: store.AlertID(story, t.alert.Channel, which), Story: story, Route: t.alert.Route, Channel: t.alert.Channel,
		Severity: t.alert.Severity, Created: t.now(), Kind: kind, State: store.AlertPending,
	}
}

// further are replies that say entries, as many in each as there is room for.
func (t *attempt) further(parent string, entries []slack.Entry) (replies []store.Alert) {
	for chunk := range slices.Chunk(entries, slack.MaxEntries) {
		r := t.bundle(store.AlertReply, parent, t.alert.ID+fmt.Sprint(len(replies)))
		r.Follows = parent
		r.Content = mustJSON(slack.Alert{Key: r.ID, Severity: chunk[0].Severity, Digest: &slack.Digest{Title: "More", Entries: chunk}})
		replies = append(replies, r)
	}
	return replies
}

// mustJSON encodes what is made of plain texts and numbers.
func mustJSON(a slack.Alert) json.RawMessage {
	data, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return data
}

// become makes the attempt one at saying b in the place of all.
func (t *attempt) become(ctx context.Context, b store.Alert, content slack.Alert, all []inLine, then []store.Alert) error {
	b.Content = mustJSON(content)
	g := store.Gathering{Holder: t.opts.Holder, Lease: t.alert.Lease, Now: t.now(), Head: t.alert.ID, Alert: b, Then: then}
	for _, l := range all {
		g.Said = append(g.Said, l.ID)
		if l.Kind != store.AlertFirst {
			continue // what is in its thread is no report
		}
		replies, err := t.store.Replies(ctx, l.ID)
		if err != nil {
			return err
		}
		for _, r := range replies {
			g.Said = append(g.Said, r.ID)
		}
	}
	if err := t.store.Gather(context.WithoutCancel(ctx), g); err != nil {
		return err
	}
	b.Attempts, b.Tried, b.Lease = 1, g.Now, t.alert.Lease
	t.alert, t.content = b, content
	t.d = store.Delivery{Alert: b.ID, Holder: t.opts.Holder, Lease: b.Lease, State: store.AlertPending}
	t.log = t.Watcher.log.With("alert", b.ID, "channel", b.Channel, "says", len(all))
	return nil
}

// entries are alerts as a digest shows them.
func (t *attempt) entries(ctx context.Context, list []inLine) ([]slack.Entry, error) {
	var entries []slack.Entry
	for _, l := range list {
		if l.content.Digest != nil {
			entries = append(entries, l.content.Digest.Entries...)
			continue
		}
		replies, err := t.store.Replies(ctx, l.ID)
		if err != nil {
			return nil, err
		}
		e := slack.Entry{Severity: l.content.Severity, Title: l.content.Title, URL: l.content.URL, Source: l.content.Source, Also: reports(replies)}
		if len(l.content.Matches) > 0 {
			e.Theme = l.content.Matches[0].Theme
		}
		entries = append(entries, e)
	}
	slices.SortStableFunc(entries, func(x, y slack.Entry) int { return cmp.Compare(rank(y.Severity), rank(x.Severity)) })
	return entries, nil
}

// better orders alerts, the best first: by severity, and by how far above its
// threshold the strongest rule is.
func better(x, y inLine) int {
	return cmp.Or(cmp.Compare(rank(y.content.Severity), rank(x.content.Severity)), cmp.Compare(margin(&y.content), margin(&x.content)))
}

func rank(severity string) rules.Severity {
	s, _ := rules.ParseSeverity(severity)
	return s
}

func margin(a *slack.Alert) int {
	if len(a.Matches) == 0 {
		return 0
	}
	return a.Matches[0].Score - a.Matches[0].Threshold
}

// mentionIn is whom the best of the alerts mentions that mentions somebody.
func mentionIn(best []inLine) string {
	for _, l := range best {
		if l.content.Mention != "" {
			return l.content.Mention
		}
	}
	return ""
}

// budgetLine says how much there was on a channel on the day of a time, how much of
// it had a message of its own, and what caused the most.
func (w *Watcher) budgetLine(ctx context.Context, channel string, at time.Time) (string, error) {
	day := route.Day(at)
	alerts, err := w.store.Alerts(ctx, day)
	if err != nil {
		return "", err
	}
	total, shown := 0, route.LimitsOf(w.course.Load().Routes, channel).Budget
	terms := make(map[string]int)
	for _, a := range alerts {
		var content slack.Alert
		if a.Channel != channel || a.Kind != store.AlertFirst || a.State == store.AlertWaiting || a.Route == operators || !a.Created.Before(day.AddDate(0, 0, 1)) ||
			json.Unmarshal(a.Content, &content) != nil || content.Drill {
			continue
		}
		total++
		for _, term := range termsOf(&content) {
			terms[term]++
		}
	}
	line := fmt.Sprintf("%d today, %d shown, the rest in the thread", total, min(shown, total))
	if term, n := mostOf(terms); n > 1 {
		line += fmt.Sprintf("; the term `%s` caused %d", term, n)
	}
	return line, nil
}

// termsOf are the words that the strongest rule was rung by, each once.
func termsOf(a *slack.Alert) []string {
	if len(a.Matches) == 0 {
		return nil
	}
	var terms []string
	for _, s := range a.Matches[0].Signals {
		for _, w := range s.Words {
			if w = strings.ToLower(w); s.Points > 0 && !slices.Contains(terms, w) {
				terms = append(terms, w)
			}
		}
	}
	return terms
}

// mostOf is the term that is counted most; of several, the first by name.
func mostOf(terms map[string]int) (most string, n int) {
	for term, count := range terms {
		if count > n || count == n && term < most {
			most, n = term, count
		}
	}
	return most, n
}
