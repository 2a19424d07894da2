package watcher

import "tocsin/watcher/slack"

// SlackClient is the client with which a sink of SlackSink says alerts; nil for any
// other sink.
func SlackClient(s Sink) *slack.Client {
	if s, ok := s.(slackSink); ok {
		return s.client
	}
	return nil
}
