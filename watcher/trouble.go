package watcher

import (
	"time"

	"tocsin/watcher/slack"
)

// How long an alert waits after an attempt that failed, by what the failure
// says. They double with every attempt up to maxRetry where the cause may pass
// by itself, and stay where a person has to do something first.
const (
	firstRetry      = time.Second
	maxRetry        = 5 * time.Minute
	ambiguousRetry  = 20 * time.Second // longer than a request that is still on its way can take
	credentialsRest = 5 * time.Minute
	channelRest     = 5 * time.Minute
	transientRest   = 15 * time.Minute
	// unknownTries is after how many attempts an error that nobody knows is
	// taken for final.
	unknownTries = 6
)

// scope is who a failure concerns.
type scope uint8

const (
	thisAlert scope = iota
	thisChannel
	allChannels
)

// trouble is what a failed attempt means for the alert and for others.
type trouble struct {
	wait  time.Duration // until the next attempt
	scope scope         // who rests meanwhile
	maybe bool          // the message may have been posted all the same
	final bool          // the alert can never be said
}

// troubleOf says what follows from the error of an attempt; attempts counts
// this one.
func troubleOf(err error, attempts int) trouble {
	class, retryAfter := slack.Classify(err)
	switch class {
	case slack.NotSent:
		// Order is kept within a channel: what comes after waits too.
		return trouble{wait: max(retryAfter, backoff(attempts)), scope: thisChannel}
	case slack.Ambiguous:
		return trouble{wait: max(retryAfter, ambiguousRetry, backoff(attempts)), scope: thisChannel, maybe: true}
	case slack.Credentials:
		return trouble{wait: credentialsRest, scope: allChannels}
	case slack.Channel:
		return trouble{wait: channelRest, scope: thisChannel}
	case slack.Transient:
		return trouble{wait: max(retryAfter, transientRest), scope: thisChannel}
	case slack.Payload:
		return trouble{final: true}
	}
	return trouble{wait: max(retryAfter, backoff(attempts)), final: attempts >= unknownTries}
}

// backoff is how long to wait after that many attempts.
func backoff(attempts int) time.Duration {
	d := firstRetry
	for range attempts - 1 {
		if d *= 2; d >= maxRetry {
			return maxRetry
		}
	}
	return d
}
