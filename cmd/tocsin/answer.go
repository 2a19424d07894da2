package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/buttons"
	"tocsin/watcher/slack"
)

// answer has messages carry buttons where there is an app-level token beside a bot
// token, and where the settings say so has what people do be heard until end is
// called, or ctx ends.
func (s *settings) answer(ctx context.Context, log *slog.Logger, sink watcher.Sink, db store.Store, w *watcher.Watcher) (end func(), err error) {
	client := watcher.SlackClient(sink)
	token, err := slackAppToken(s.config.Slack)
	if err != nil || token == "" {
		return func() {}, err
	}
	if client == nil || client.IsWebhook() {
		if s.hears {
			log.Warn("buttons and /tocsin do nothing: an app token counts beside a bot token only")
		}
		return func() {}, nil
	}
	desk := buttons.New(log, db, voice{w, client}, time.Now, w.Plan)
	client.ShowButtons(desk.Deeds)
	if !s.hears {
		return func() {}, nil
	}
	ctx, stop := context.WithCancel(ctx)
	var hearing sync.WaitGroup
	hearing.Go(func() { slack.NewSocket(log, token, s.config.Slack.APIURL, nil).Run(ctx, desk.Act) })
	return func() {
		stop()
		hearing.Wait()
	}, nil
}

// voice is what people who do something in Slack are answered through.
type voice struct {
	*watcher.Watcher
	*slack.Client
}
