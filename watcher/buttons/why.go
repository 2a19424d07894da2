package buttons

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/slack"
)

// strongest is the rule that heads an alert's message.
func strongest(c store.Cause) string {
	var content slack.Alert
	if err := json.Unmarshal(c.Alert.Content, &content); err == nil && len(content.Matches) > 0 {
		return content.Matches[0].Rule
	}
	return c.Rules[0]
}

// whyAlert tells why an alert was raised: the arithmetic of its article.
func (d *Desk) whyAlert(ctx context.Context, alert string) (reply *slack.Reply, err error) {
	err = d.insist(ctx, func() error {
		c, err := d.store.Cause(ctx, alert)
		if err != nil {
			return err
		}
		h, err := d.store.History(ctx, c.Article)
		if err == nil {
			reply, err = d.account(ctx, h)
		}
		return err
	})
	return reply, err
}

// whyArticle tells of the article that somebody means.
func (d *Desk) whyArticle(ctx context.Context, what string) (reply *slack.Reply, err error) {
	err = d.insist(ctx, func() error {
		found, err := watcher.Find(ctx, d.store, what)
		if errors.Is(err, store.ErrNotFound) {
			reply = say("There is no article %q. /tocsin search WORDS finds some.", what)
			return nil
		}
		if err == nil {
			reply, err = d.account(ctx, found[0])
		}
		return err
	})
	return reply, err
}

// maxNear is how many rules are told of that did not match.
const maxNear = 3

// account tells what was decided of an article when it was seen, or where nothing
// was, which rules come nearest now.
func (d *Desk) account(ctx context.Context, h store.History) (*slack.Reply, error) {
	f, err := d.store.Feed(ctx, h.Article.Feed)
	if err != nil {
		return nil, err
	}
	plan := d.plan()
	a, err := watcher.AccountOf(h, f, plan.Feeds, plan.Rules)
	if err != nil {
		return nil, err
	}
	reply := &slack.Reply{Title: "Why: " + h.Article.Title, Lines: []slack.ReplyLine{
		{Text: a.Source + ", seen " + moment(h.Article.Seen) + ", article " + h.Article.ID, Link: h.Article.URL},
	}}
	line := func(format string, args ...any) {
		reply.Lines = append(reply.Lines, slack.ReplyLine{Text: fmt.Sprintf(format, args...)})
	}
	slices.SortStableFunc(a.Then, func(x, y watcher.PastMatch) int {
		return cmp.Compare(y.Score-y.Threshold, x.Score-x.Threshold)
	})
	for _, m := range a.Then {
		reply.Lines = append(reply.Lines, slack.ReplyLine{Text: fmt.Sprintf("%s: %s, score %d, rings at %d", m.Rule, m.Severity, m.Score, m.Threshold), Bold: true})
		if m.Base != 0 {
			line("  %+d base", m.Base)
		}
		for _, s := range m.Signals {
			line("  %+d %s", s.Points, signalText(s))
		}
		for _, v := range a.Verdicts {
			if v.Rule == m.Rule {
				line("  → %s", strings.TrimSpace(v.Route+" "+string(v.Outcome)))
			}
		}
	}
	if len(a.Then) == 0 {
		nearest(&a, line)
	}
	return reply, nil
}

func signalText(s slack.Signal) string {
	if len(s.Words) == 0 {
		return s.When
	}
	return s.When + ": " + strings.Join(s.Words, ", ")
}

// nearest tells of the rules that come nearest to an article that none matched.
func nearest(a *watcher.Account, line func(format string, args ...any)) {
	line("No rule matched it. Nearest now:")
	n := 0
	for i := range a.Rules {
		v := &a.Rules[i]
		if watcher.StandingOf(v) == watcher.Apart || n == maxNear {
			break
		}
		n++
		line("%s%s", v.Rule.ID, status(v.Rule))
		for text := range strings.Lines(v.Text(&a.AsRead)) {
			line("  %s", strings.TrimSpace(text))
		}
	}
	if n == 0 {
		line("none has anything to do with it")
	}
}

func status(r *rules.Rule) string {
	if r.Status == rules.Live {
		return ""
	}
	return " (" + r.Status.String() + ")"
}
