package buttons

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/rules/yamlfile"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
	"tocsin/watcher/slack"
)

// commands are what may stand behind /tocsin.
var commands = []string{"status", "mute", "unmute", "why", "search", "help"}

// command does what is written behind /tocsin.
func (d *Desk) command(ctx context.Context, log *slog.Logger, by slack.Person, text string) (*slack.Reply, error) {
	words := strings.Fields(text)
	if len(words) == 0 {
		return help(), nil
	}
	rest := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), words[0]))
	switch word := strings.ToLower(words[0]); word {
	case "status":
		return d.status(ctx)
	case "mute", "unmute":
		if by.Guest {
			return say("Only members of the workspace that tocsin is installed in can mute."), nil
		}
		return d.muteCommand(ctx, log, word == "mute", words[1:])
	case "why":
		if rest == "" {
			return say("/tocsin why ID or address of an article"), nil
		}
		return d.whyArticle(ctx, bare(rest))
	case "search":
		if rest == "" {
			return say("/tocsin search WORDS"), nil
		}
		return d.search(ctx, rest)
	case "help":
		return help(), nil
	default:
		hint := yamlfile.DidYouMean(word, commands)
		if hint == "" {
			hint = "/tocsin help tells what there is"
		}
		return say("There is no command %q (%s).", words[0], hint), nil
	}
}

func help() *slack.Reply {
	return &slack.Reply{Title: "What /tocsin does", Lines: []slack.ReplyLine{
		{Text: "/tocsin status – how the watch is, and what is muted"},
		{Text: "/tocsin mute rule:ID, feed:URL, or an alert or article by its ID, then how long: 8h (that is the default), 3d"},
		{Text: "/tocsin unmute the same"},
		{Text: "/tocsin why ID or address – what the rules said of an article"},
		{Text: `/tocsin search WORDS – articles of the archive; "side by side", -without, begin*, OR`},
	}}
}

// bare is an address without what Slack may put around it.
func bare(s string) string {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
	s, _, _ = strings.Cut(s, "|")
	return s
}

// maxShownMutes is how many mutes the status shows.
const maxShownMutes = 10

// status tells how the watch is.
func (d *Desk) status(ctx context.Context) (reply *slack.Reply, err error) {
	var c store.Counts
	var mutes []store.Mute
	err = d.insist(ctx, func() (err error) {
		if c, err = d.store.Counts(ctx); err == nil && d.muter != nil {
			mutes, err = d.muter.Mutes(ctx, d.now())
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	reply = &slack.Reply{Title: fmt.Sprintf("%d feeds, %d failing, %d rules, %d alerts waiting", c.Feeds, c.FeedsFailing, len(d.plan().Rules.Rules()), c.Pending)}
	line := func(format string, args ...any) {
		reply.Lines = append(reply.Lines, slack.ReplyLine{Text: fmt.Sprintf(format, args...)})
	}
	if !c.OldestPending.IsZero() {
		line("the oldest of these waits since %s", moment(c.OldestPending))
	}
	line("%d articles in the archive, %d alerts said, %d that could not be said", c.Articles, c.SentAlerts, c.Dead)
	for i, m := range mutes {
		if i == maxShownMutes {
			line("and %d more are muted", len(mutes)-i)
			break
		}
		line("muted until %s: %s", moment(m.Until), shown(m.Target))
	}
	return reply, nil
}

// muteCommand mutes or unmutes what the words say.
func (d *Desk) muteCommand(ctx context.Context, log *slog.Logger, mute bool, words []string) (*slack.Reply, error) {
	if len(words) == 0 {
		return say("/tocsin mute rule:ID, feed:URL, or an alert or article by its ID, then how long: 8h, 3d"), nil
	}
	if d.muter == nil {
		return say("This tocsin cannot mute anything."), nil
	}
	span := muteRuleFor
	if how := slices.DeleteFunc(slices.Clone(words[1:]), func(w string) bool { return w == "for" }); mute && len(how) > 0 {
		var err error
		if span, err = config.ParseDuration(how[0]); err != nil || span <= 0 || len(how) > 1 {
			return say("%q is no time to mute for: write 90m, 8h or 3d", strings.Join(how, " ")), nil
		}
	}
	target, problem, err := d.target(ctx, bare(words[0]))
	if err != nil || problem != "" {
		return say("%s", problem), err
	}
	if !mute {
		err := d.insist(ctx, func() error { return d.muter.Mute(ctx, store.Mute{Target: target, Until: d.now()}) })
		log.Info("unmuted from Slack", "target", shown(target))
		return say("Not muted any more: %s", shown(target)), err
	}
	log.Info("muted from Slack", "target", shown(target), "for", span)
	return d.mute(ctx, target, d.now().Add(span))
}

// target is what a word means that is to be muted; problem says why it is nothing.
func (d *Desk) target(ctx context.Context, word string) (target, problem string, err error) {
	kind, name, _ := strings.Cut(word, ":")
	switch kind {
	case "rule":
		var ids []string
		for _, r := range d.plan().Rules.Rules() {
			ids = append(ids, r.ID)
		}
		if slices.Contains(ids, name) {
			return word, "", nil
		}
		return "", strings.TrimSpace(fmt.Sprintf("There is no rule %q. %s", name, yamlfile.DidYouMean(name, ids))), nil
	case "feed":
		err := d.insist(ctx, func() error { _, err := d.store.Feed(ctx, bare(name)); return err })
		if errors.Is(err, store.ErrNotFound) {
			return "", "There is no feed " + name + ".", nil
		}
		return "feed:" + bare(name), "", err
	case "story":
		word = name
	}
	var found []store.History
	err = d.insist(ctx, func() (err error) {
		found, err = watcher.Find(ctx, d.store, word)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && found[0].Story == "":
		return "", fmt.Sprintf("There is no story of %q. Name a rule:ID, a feed:URL, or an alert or article by its ID.", word), nil
	case err != nil:
		return "", "", err
	}
	return "story:" + found[0].Story, "", nil
}

// shown is a target without what may be secret in a feed's address.
func shown(target string) string {
	if address, isFeed := strings.CutPrefix(target, "feed:"); isFeed {
		return "feed:" + config.Loggable(address)
	}
	return target
}

// maxFound is how many articles a search shows.
const maxFound = 5

// search finds articles.
func (d *Desk) search(ctx context.Context, text string) (reply *slack.Reply, err error) {
	var found store.Found
	err = d.insist(ctx, func() (err error) {
		found, err = d.store.Search(ctx, store.Search{Text: text, Limit: maxFound})
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found.Articles) == 0 {
		return say("Nothing in the archive has %s", text), nil
	}
	reply = &slack.Reply{Title: "Found for " + text}
	for _, a := range found.Articles {
		reply.Lines = append(reply.Lines,
			slack.ReplyLine{Text: a.Title, Link: a.URL},
			slack.ReplyLine{Text: fmt.Sprintf("  %s · %s · %s", host(a), dated(a).UTC().Format(time.DateOnly), a.ID)})
	}
	if found.Next != "" {
		reply.Lines = append(reply.Lines, slack.ReplyLine{Text: "There are more; further words narrow it."})
	}
	return reply, nil
}

// dated is when an article was published, or else seen.
func dated(a store.Article) time.Time {
	if a.Published.IsZero() {
		return a.Seen
	}
	return a.Published
}

// host is where an article is.
func host(a store.Article) string {
	for _, address := range []string{a.URL, a.Feed} {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			return u.Hostname()
		}
	}
	return "somewhere"
}
