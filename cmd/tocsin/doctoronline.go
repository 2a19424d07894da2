package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/watcher/config"
	"tocsin/watcher/slack"
)

// What is looked at here asks others.

// maxFeedLines is how many feeds that fail have a line each.
const maxFeedLines = 20

func lookAtFeeds(ctx context.Context, d *doctor) (all []finding) {
	reader := newReader(d.config.Fetch)
	defer reader.Close()
	done, failed := 0, 0
	for r := range checks(ctx, reader, d.config.Feeds, d.config.Fetch.Concurrency) {
		done++
		d.progress("looking at the feeds: %d of %d", done, len(d.config.Feeds))
		if r.err == nil {
			continue
		}
		if failed++; failed <= maxFeedLines {
			all = append(all, bad("", "%s: %s", config.Loggable(r.feed.URL), r.err))
		}
	}
	if failed > maxFeedLines {
		all = append(all, bad("tocsin feeds check shows all of them", "%s more", count(failed-maxFeedLines, "feed")))
	}
	return append([]finding{ok("%d of %s can be read", done-failed, count(len(d.config.Feeds), "feed"))}, all...)
}

// slackClient is what is asked of Slack.
type slackClient interface {
	Examine(ctx context.Context, now func() time.Time) (slack.Standing, error)
	Member(ctx context.Context, channel string) (bool, error)
}

// slackLimit is how long Slack may take for one thing.
const slackLimit = 30 * time.Second

func lookAtSlack(ctx context.Context, d *doctor) []finding {
	token, err := slackToken(d.config.Slack)
	if err != nil {
		return []finding{bad("", "%s", err)}
	}
	if token == "" {
		return []finding{odd("set TOCSIN_SLACK_TOKEN, or slack.token_file in the configuration", "there is no token: alerts go to the terminal")}
	}
	client := slack.NewClient(token, d.config.Slack.APIURL, nil)
	ctx, cancel := context.WithTimeout(ctx, slackLimit)
	defer cancel()
	standing, err := client.Examine(ctx, time.Now)
	if err != nil {
		return []finding{bad("", "%s", err)}
	}
	d.slack = client
	if standing.Skew != 0 {
		d.clocks = append(d.clocks, clock{"Slack", standing.Skew})
	}
	all := []finding{ok("the token is that of %s", standing.Who)}
	for _, s := range standing.Missing {
		all = append(all, bad("add it to the app at api.slack.com/apps and install the app again", "the token lacks the scope %s, %s", s.Name, s.For))
	}
	return all
}

func lookAtChannels(ctx context.Context, d *doctor) (all []finding) {
	if d.slack == nil {
		return nil
	}
	var channels []string
	for _, r := range d.config.Routes {
		channels = append(channels, r.Channel)
	}
	if d.config.Operators != "" {
		channels = append(channels, d.config.Operators)
	}
	for _, channel := range sortedUnique(channels) {
		limited, cancel := context.WithTimeout(ctx, slackLimit)
		member, err := d.slack.Member(limited, channel)
		cancel()
		switch {
		case err != nil:
			all = append(all, bad("", "%s", err))
		case !member:
			all = append(all, bad(fmt.Sprintf("write /invite @tocsin in %s", channel), "the app is not in %s, or it is archived", channel))
		default:
			all = append(all, ok("the app is in %s", strings.TrimSpace(channel)))
		}
	}
	return all
}
