package watcher

import (
	"time"

	"tocsin/store"
	"tocsin/watcher/slack"
)

// How long an alert waits after an attempt that failed, by what the failure
// says. Its channel waits with it, since a channel keeps its order. Waits double
// with every attempt up to maxRetry where the cause may pass by itself, and stay
// where a person has to do something first.
const (
	firstRetry      = time.Second
	maxRetry        = 5 * time.Minute
	ambiguousRetry  = 20 * time.Second // longer than a request that is still on its way can take
	credentialsRest = 5 * time.Minute
	channelRest     = 5 * time.Minute
	transientRest   = 15 * time.Minute
	// maxStrikes is after how many failures that nobody knows an alert is given
	// up.
	maxStrikes = 6
)

// trouble is what a failed attempt means for an alert.
type trouble struct {
	wait       time.Duration // until the next attempt
	everywhere bool          // all channels rest meanwhile
	maybe      bool          // the message may have been posted all the same
	strike     bool          // nobody knows the reason
	final      bool          // the alert can never be said
}

// troubleOf says what follows from the error of an attempt at saying a.
func troubleOf(err error, a store.Alert) trouble {
	class, retryAfter := slack.Classify(err)
	again := backoff(a.Attempts)
	switch class {
	case slack.NotSent:
		return trouble{wait: max(retryAfter, again)}
	case slack.Ambiguous:
		return trouble{wait: max(retryAfter, again, ambiguousRetry), maybe: true}
	case slack.Credentials:
		return trouble{wait: credentialsRest, everywhere: true}
	case slack.Channel:
		return trouble{wait: channelRest}
	case slack.Transient:
		return trouble{wait: max(retryAfter, transientRest)}
	case slack.Payload:
		return trouble{final: true}
	}
	return trouble{wait: max(retryAfter, again), strike: true, final: a.Strikes+1 >= maxStrikes}
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
