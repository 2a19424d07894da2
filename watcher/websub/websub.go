// Package websub speaks W3C WebSub (Recommendation of 2018) as a subscriber: what
// a feed says of its hub, what a hub is asked, and, as an http.Handler, what hubs
// say to a callback address.
//
// It keeps nothing and decides nothing about feeds: who subscribes what, when, and
// what becomes of a delivered document is for a Subscriber. It is no hub and no
// publisher, and serves no port by itself.
package websub

import (
	"net/url"
	"strconv"
	"time"
)

// Lease is for how long a subscription is asked for. Hubs decide themselves.
const Lease = 10 * 24 * time.Hour

// maxLease bounds what a hub can give: a mad number must not keep a subscription
// from being renewed, which is also how it is known to be still there.
const maxLease = 30 * 24 * time.Hour

// Mode is what a subscriber wants of a hub.
type Mode string

// The modes.
const (
	Subscribe   Mode = "subscribe"
	Unsubscribe Mode = "unsubscribe"
)

// Request is what a hub is asked.
type Request struct {
	Mode     Mode
	Topic    string
	Callback string // where the hub verifies and delivers
	Secret   string // what it signs with; at most 199 bytes
}

// Form is the request as it is posted to the hub. The secret goes to hubs without
// TLS, too: who listens there learns the callback address as well, and for all
// others a signature is better than none.
func (r Request) Form() url.Values {
	form := url.Values{
		"hub.mode":     {string(r.Mode)},
		"hub.topic":    {r.Topic},
		"hub.callback": {r.Callback},
	}
	if r.Mode == Subscribe {
		form.Set("hub.lease_seconds", strconv.Itoa(int(Lease/time.Second)))
		form.Set("hub.secret", r.Secret)
	}
	return form
}

// leaseOf reads hub.lease_seconds. A hub that does not say, as those before the
// Recommendation need not, is taken to give what it was asked for. What is no
// number is no lease.
func leaseOf(seconds string) time.Duration {
	if seconds == "" {
		return Lease
	}
	n, err := strconv.ParseUint(seconds, 10, 32)
	if err != nil {
		return 0
	}
	return min(time.Duration(n)*time.Second, maxLease)
}

const (
	// shortLease is what is not worth to be renewed all the time: feeds whose hub
	// gives less are polled as if they had none.
	shortLease = time.Hour
	// shortRest is when such a hub is asked again.
	shortRest = 6 * time.Hour
)

// Renewal is when a subscription of that lease is renewed: after a time, and a
// part of the spread later, so that what was subscribed together is not renewed
// together. The lease ends after both, unless it is a short one.
func Renewal(lease time.Duration) (after, spread time.Duration) {
	if lease < shortLease {
		return shortRest, shortRest
	}
	return lease * 8 / 10, lease / 10
}

// Retry is when a hub is asked again after that many requests in a row that came
// to nothing, of which there is at least one.
func Retry(failures int) time.Duration { return doubled(15*time.Minute, failures, 24*time.Hour) }

// Unverified is the same after a request that the hub accepted and has not verified
// yet, for which it may take its time.
func Unverified(failures int) time.Duration { return doubled(time.Hour, failures, 24*time.Hour) }

// Refused is the same after a hub denied the subscription, which will rarely
// change.
func Refused(failures int) time.Duration {
	return doubled(24*time.Hour, failures, 7*24*time.Hour)
}

// doubled is first, twice as long for each failure after the first, at most limit.
func doubled(first time.Duration, failures int, limit time.Duration) time.Duration {
	for range failures - 1 {
		if first *= 2; first >= limit {
			return limit
		}
	}
	return first
}
