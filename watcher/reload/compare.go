package reload

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"tocsin/rules"
	"tocsin/watcher/config"
)

// Compare says how a setup differs from the one before it, a few words a change.
// It leaves out what only a restart changes.
func Compare(before, after Setup) []string {
	changes := feedChanges(before.Config.Feeds, after.Config.Feeds)
	changes = append(changes, ruleChanges(before.Rules, after.Rules)...)
	changes = append(changes, routeChanges(before.Config.Routes, after.Config.Routes)...)
	b, a := before.Config, after.Config
	return append(changes, differing([]setting{
		{"operators.channel", b.Operators, a.Operators},
		{"stories.window", b.StoryWindow, a.StoryWindow},
		{"fetch.min_interval", b.Fetch.MinInterval, a.Fetch.MinInterval},
	})...)
}

// setting is what a key was and is.
type setting struct {
	key     string
	was, is any
}

// differing says which settings are not what they were, and what they were.
func differing(settings []setting) (changes []string) {
	for _, s := range settings {
		if s.was != s.is {
			changes = append(changes, fmt.Sprintf("%s %s→%s", s.key, orNone(s.was), orNone(s.is)))
		}
	}
	return changes
}

func orNone(v any) string {
	if text := fmt.Sprint(v); text != "" {
		return text
	}
	return "none"
}

// restarts are the keys that only a restart puts in use and that are not what
// they were when the daemon began. Their values may be secret, and are not said.
func restarts(begun, now Draft) (keys []string) {
	b, n := begun.Config, now.Config
	for _, s := range []setting{
		{"store", b.Store, n.Store},
		{"fetch.timeout", b.Fetch.Timeout, n.Fetch.Timeout},
		{"fetch.max_body", b.Fetch.MaxBody, n.Fetch.MaxBody},
		{"fetch.concurrency", b.Fetch.Concurrency, n.Fetch.Concurrency},
		{"fetch.per_host", b.Fetch.PerHost, n.Fetch.PerHost},
		{"fetch.allow_private", b.Fetch.AllowPrivate, n.Fetch.AllowPrivate},
		{"fetch.user_agent", b.Fetch.UserAgent, n.Fetch.UserAgent},
		{"fetch.contact", b.Fetch.Contact, n.Fetch.Contact},
		{"fetch.websub_callback", b.Fetch.WebsubCallback, n.Fetch.WebsubCallback},
		{"slack.token_file", secret(begun, b.Slack.TokenFile), secret(now, n.Slack.TokenFile)},
		{"slack.app_token_file", secret(begun, b.Slack.AppTokenFile), secret(now, n.Slack.AppTokenFile)},
		{"slack.webhook_file", secret(begun, b.Slack.WebhookFile), secret(now, n.Slack.WebhookFile)},
		{"slack.api_url", b.Slack.APIURL, n.Slack.APIURL},
		{"web.listen", b.Web.Listen, n.Web.Listen},
		{"web.token_file", secret(begun, b.Web.TokenFile), secret(now, n.Web.TokenFile)},
		{"web.hosts", fmt.Sprintf("%q", b.Web.Hosts), fmt.Sprintf("%q", n.Web.Hosts)},
		{"web.proxy_header", b.Web.ProxyHeader, n.Web.ProxyHeader},
		{"web.proxies", fmt.Sprint(b.Web.Proxies), fmt.Sprint(n.Web.Proxies)},
		{"web.feed_metrics", b.Web.FeedMetrics, n.Web.FeedMetrics},
		{"web.pprof", b.Web.Profiles, n.Web.Profiles},
		{"retention.articles", b.Retention.Articles, n.Retention.Articles},
		{"retention.matched", b.Retention.Matched, n.Retention.Matched},
		{"retention.max_size", b.Retention.MaxSize, n.Retention.MaxSize},
		{"log.level", b.Log.Level, n.Log.Level},
		{"log.format", b.Log.Format, n.Log.Format},
	} {
		if s.was != s.is {
			keys = append(keys, s.key)
		}
	}
	return keys
}

// secret is the path of a file with a secret, and what is in it.
func secret(d Draft, path string) string { return path + "\n" + d.Secrets[path] }

// feedChanges counts the feeds that come, go, and are polled in another way.
func feedChanges(before, after []config.Feed) []string {
	was := make(map[string]config.Feed, len(before))
	for _, f := range before {
		was[f.URL] = f
	}
	come, differ := 0, 0
	for _, f := range after {
		switch old, known := was[f.URL]; {
		case !known:
			come++
		case !reflect.DeepEqual(f, old):
			differ++
		}
		delete(was, f.URL)
	}
	return counted("feed", come, len(was), differ)
}

// counted says how many of a thing came, went, and changed.
func counted(thing string, come, gone, differ int) (changes []string) {
	if come > 0 {
		changes = append(changes, "+"+count(come, thing))
	}
	if gone > 0 {
		changes = append(changes, "-"+count(gone, thing))
	}
	if differ > 0 {
		changes = append(changes, count(differ, thing)+" changed")
	}
	return changes
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// maxNamed is how many changed rules are named in one line; of more there is
// their number.
const maxNamed = 5

// ruleChanges names the rules that say something else than before, and counts
// those that come and go.
func ruleChanges(before, after *rules.Set) []string {
	d := rules.Compare(before, after)
	if len(d.Changed) > maxNamed {
		return counted("rule", len(d.Added), len(d.Gone), len(d.Changed))
	}
	changes := counted("rule", len(d.Added), len(d.Gone), 0)
	for _, id := range d.Changed {
		changes = append(changes, "rule "+id+" "+ruleChange(ruleOf(before, id), ruleOf(after, id)))
	}
	return changes
}

func ruleOf(set *rules.Set, id string) *rules.Rule {
	list := set.Rules()
	return list[slices.IndexFunc(list, func(r *rules.Rule) bool { return r.ID == id })]
}

// ruleChange says what is another in a rule: its numbers, or that it is.
func ruleChange(before, after *rules.Rule) string {
	changes := differing([]setting{
		{"status", before.Status, after.Status},
		{"severity", before.Severity, after.Severity},
		{"base", before.Base, after.Base},
		{"threshold", before.Threshold, after.Threshold},
	})
	if changes == nil {
		return "changed"
	}
	return strings.Join(changes, " ")
}

// maxWords is how many characters of changes are in one line of the log.
const maxWords = 2000

// listed is a list of changes in one line.
func listed(changes []string) string {
	if len(changes) == 0 {
		return "none"
	}
	text := strings.Join(changes, ", ")
	if runes := []rune(text); len(runes) > maxWords {
		return string(runes[:maxWords]) + "…"
	}
	return text
}
