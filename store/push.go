package store

import (
	"context"
	"time"
)

// Pushes is what an engine can do for feeds whose news are pushed: it keeps their
// subscriptions at hubs (W3C WebSub). What holds for every operation of a Store
// holds for these, and leases are those of Store.Join and leave.
//
// A feed has at most one push that is not ending. What hubs send may reach any of
// the daemons that share a store, so each step is one transaction here.
type Pushes interface {
	// FoundHub makes p the push of its feed, wanted and due at p.Found, in place of
	// the one before, which is ending then. It is nothing where the feed has a push
	// with that Hub and Topic already. Of p, the Token, Feed, Hub, Topic, Secret,
	// Callback and Found count.
	FoundHub(ctx context.Context, p Push) error

	// EndPush makes the push of a feed ending, due at the time at. It is nothing
	// where the feed has none.
	EndPush(ctx context.Context, feed string, at time.Time) error

	// SyncPushes makes ending the pushes of feeds that are not subscribed any more,
	// and wanted anew those that are not ending and were asked for with another
	// Callback; both due at the time at.
	SyncPushes(ctx context.Context, callback string, at time.Time) error

	// ClaimPushes leases up to c.Limit pushes whose NextTry is not after c.Now and
	// that nobody holds a running lease on, the longest due first. It marks each as
	// asked at c.Now before anybody asks, for a hub may verify before it answers, and
	// a denied one as wanted. c.PerHost does not matter.
	ClaimPushes(ctx context.Context, c Claim) ([]Push, error)

	// RecordPush writes what became of a request to a hub and gives the lease back.
	// Where the hub has verified or denied it meanwhile, that stands, and only the
	// lease is given back. The error is ErrLeaseLost where the holder has no lease.
	RecordPush(ctx context.Context, r PushRequest) error

	// NextPush returns the earliest time at which ClaimPushes could return something;
	// the zero time when nothing is due ever. See Store.NextDue.
	NextPush(ctx context.Context) (time.Time, error)

	// VerifyPush writes that the hub has confirmed what it was asked: a push that
	// is ending is forgotten, any other is verified, with no failures, until
	// v.LeaseEnd, and due at v.NextTry. The error is ErrNotFound, and nothing is
	// changed, where no push has the token, the topic is another, v.Ending is not
	// what was asked, or nothing is asked that is not verified yet.
	VerifyPush(ctx context.Context, v PushVerification) error

	// DenyPush writes that the hub does not have the push any more, whatever was
	// before: one that is ending is forgotten, any other is denied, with one failure
	// more, and due at d.Next; its feed is due at d.At, at the latest. The error
	// is ErrNotFound, and nothing is changed, where no push has the token, the topic
	// is another, or the hub was never asked.
	DenyPush(ctx context.Context, d PushDenial) error

	// PushDelivered writes that the hub brought a document of the push with this
	// token. Where something in it was new, the push has one more delivery in a row.
	PushDelivered(ctx context.Context, token string, at time.Time, news bool) error

	// PushMissed writes that a poll of the feed found what its hub did not bring: the
	// push has no deliveries in a row.
	PushMissed(ctx context.Context, feed string) error

	// Push returns the push with this token, or ErrNotFound.
	Push(ctx context.Context, token string) (Push, error)
	// PushOf returns the push of a feed that is not ending, or ErrNotFound.
	PushOf(ctx context.Context, feed string) (Push, error)

	// ClaimFeed leases the feed with this URL, due or not, for what its hub brings.
	// It is false where it is not subscribed or somebody holds a running lease on it.
	// c.Limit and c.PerHost do not matter.
	ClaimFeed(ctx context.Context, c Claim, url string) (f Feed, ok bool, err error)

	// PollBy makes the subscribed feed with this URL due at the time by, at the
	// latest.
	PollBy(ctx context.Context, by time.Time, url string) error
}

// PushState is how far a push is.
type PushState string

// The states of a push.
const (
	PushWanted   PushState = "wanted"   // the hub is to be asked for it, or has not verified it yet
	PushVerified PushState = "verified" // the hub has it, until LeaseEnd
	PushDenied   PushState = "denied"   // the hub does not want it
	PushEnding   PushState = "ending"   // the hub is to be asked to end it
)

// Push is the subscription of a feed at a hub.
type Push struct {
	Token    string // the last part of its callback address; unguessable, unique
	Feed     string // the feed's URL
	Hub      string
	Topic    string // what the hub calls the feed
	Secret   string // what the hub signs with; never in a log
	Callback string // where the callback address begins that the hub was given
	Found    time.Time

	State     PushState
	Asked     time.Time // when the hub was asked for what it has not verified yet; zero: it was not
	LeaseEnd  time.Time // zero: never verified
	NextTry   time.Time // when the hub is to be asked, first, again or for renewal
	Failures  int       // requests since it was last verified that came to nothing
	Problem   string    // one line: why the last one did; "" when all is well
	Delivered time.Time // when the hub last brought a document; zero: never
	Streak    int       // deliveries with news since a poll found something that was not delivered
}

// PushRequest is what became of a request to a hub.
type PushRequest struct {
	Token    string
	Holder   string // who holds the lease
	NextTry  time.Time
	Failures int
	Problem  string
	Forget   bool // the push is given up and forgotten
}

// PushVerification is what a hub has confirmed.
type PushVerification struct {
	Token    string
	Topic    string
	Ending   bool // the end of the push
	LeaseEnd time.Time
	NextTry  time.Time
}

// PushDenial is what a hub has refused, or ended.
type PushDenial struct {
	Token   string
	Topic   string
	Problem string
	At      time.Time
	Next    time.Time
}
