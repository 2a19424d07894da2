// Package store is the contract of tocsin's memory: the records that outlive a
// process and the operations on them. Engines live in folders of their own
// (store/sqlite, store/postgres); store/storetest is the suite that every engine
// passes.
//
// An operation is named after what happens in the daemon and owns its
// transaction. Nothing here judges, schedules or sends: the store keeps what
// others decided, and it keeps it whole or not at all.
//
// What holds for every operation:
//
//   - Times are given by the caller, kept in UTC to the microsecond, and come
//     back as given. The zero time means "unknown" or "never" and comes back as
//     the zero time.
//   - A cancelled context leaves the store as it was before the call, or as it
//     is after it; never in between.
//   - Strings are kept byte for byte, whatever they hold (feeds hold anything).
package store

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"time"
)

// Sentinel errors. Engines wrap them with what they were doing; callers ask
// with errors.Is.
var (
	// ErrInUse comes from Join on an engine that serves one worker process at
	// a time, while another process is that worker.
	ErrInUse = errors.New("store is in use by another tocsin")
	// ErrLeaseLost comes from CommitPoll and RecordDelivery when the holder
	// has no lease on the row any more: it ran out and another holder may have
	// claimed the row since, or the same outcome was recorded before. Nothing
	// was changed.
	ErrLeaseLost = errors.New("lease lost")
	// ErrNewerSchema comes from opening a store that a newer tocsin has
	// migrated. Nothing was changed.
	ErrNewerSchema = errors.New("store was written by a newer tocsin")
	// ErrNotFound comes from History and Feed when the store has no such article
	// or feed.
	ErrNotFound = errors.New("not found")
)

// Store is everything an engine can do. Code that uses a store declares the two
// or three methods it needs, not this.
type Store interface {
	// Join makes the caller a worker called holder: the one that may claim.
	// holder is unique to the process's run; "host:pid:random" is usual.
	// Leases that a dead worker left behind come free: at once where the
	// engine can know that it is dead, after a while in which nothing was heard
	// of its process where workers are on several machines, and at the latest
	// when they run out. leave gives
	// back every lease of holder and ends the membership; it must be called
	// before Close. An engine that serves only one worker process at a time
	// returns ErrInUse while another process is joined, with words that say
	// which.
	Join(ctx context.Context, holder string) (leave func() error, err error)

	// SyncFeeds makes subs the feeds that are polled. A URL that the store does
	// not know gets a row that is due at its FirstPoll; a known one keeps its
	// whole state, but where its Schedule has changed it is due at its NextPoll
	// at the latest; one that is in the store and not in subs keeps its state
	// and its articles and is not claimed until it is in subs again. Two entries
	// with one URL count as the first of them.
	SyncFeeds(ctx context.Context, subs []Subscription) error

	// MakeDue makes the subscribed feeds with these URLs due at the time at, or
	// all of them where no URL is given. A feed that is Gone is asked again. URLs
	// that are not subscribed are passed over.
	MakeDue(ctx context.Context, at time.Time, urls ...string) error

	// ClaimDueFeeds leases up to c.Limit subscribed feeds whose next poll is
	// not after c.Now, that are not Gone and that nobody holds a running lease
	// on, the longest due first. Of the feeds of one host (that of Location,
	// else of URL, with its port) at most c.PerHost are leased at a time, by all
	// holders together; those beyond wait, and others go before them. Two claims
	// never return the same feed before its lease ends or its poll is committed.
	ClaimDueFeeds(ctx context.Context, c Claim) ([]Feed, error)

	// Unknown returns those of ids, in their order, that are the ID of no article
	// of the feed, deleted ones included. What is unknown may be kept by the time it returns, but only by
	// whoever has the lease on the feed.
	Unknown(ctx context.Context, feed string, ids []string) ([]string, error)

	// CommitPoll ends the poll of one feed in one transaction: it writes
	// p.Feed over the feed's row, keeps those of p.Articles whose ID it does
	// not know, hands these (in the order of p.Articles, each ID once) to
	// judge, writes judge's decision and gives the lease back. If anything
	// fails, judge included, nothing is written and the lease stays.
	//
	// judge runs inside the transaction, so what it decides was true when it
	// was written, however many daemons share the store. It must be pure but
	// for reading stories: an engine may run it more than once. It is not
	// called when no article is new; nil is allowed where p.Articles is empty.
	//
	// Articles that are already known are left as they are, deleted ones included;
	// see Retention. An alert whose
	// (Story, Route) is known already is left as it is, too. An article whose
	// ID is not made of p.Feed.URL and its Key, and a decision about an article
	// or a story that does not exist, are mistakes of the caller: an error.
	CommitPoll(ctx context.Context, p Poll, judge Judge) error

	// NextDue returns the earliest time at which ClaimDueFeeds or ClaimAlerts
	// could return something, be it in the past; the zero time when nothing is
	// scheduled at all. Rows under a running lease count from the lease's end,
	// and of a channel's alerts only the head counts; that a host is busy does
	// not matter. What is due at once, whenever that is, counts as due in 1970.
	NextDue(ctx context.Context) (feeds, alerts time.Time, err error)

	// ClaimAlerts leases up to c.Limit alerts: of each channel its head, which is
	// the pending alert that was kept first, if its NextTry is not after c.Now and nobody
	// holds a running lease on it; the oldest heads first. So a channel's alerts
	// are said in order and one at a time, whoever says them, and one that has
	// to wait makes those behind it wait. It counts an attempt for each and
	// marks it Unsettled: from here until RecordDelivery says otherwise it may
	// have been sent. The returned Alert has Attempts with this attempt counted,
	// and Unsettled as it was before this claim: true means that an earlier
	// attempt may have got through, so the channel must be searched before
	// sending. c.PerHost does not matter.
	//
	// Before that, alerts that wait for their time and whose Due has come get into
	// their channels' lines, behind what is there, the longest due first.
	ClaimAlerts(ctx context.Context, c Claim) ([]Alert, error)

	// RecordDelivery writes what became of a claimed alert and of those that it
	// says, settles the verdicts that wait for them, and gives the lease back, in
	// one transaction. What is to wait again and is not Unsettled is muted as by Mute,
	// where that was silenced meanwhile.
	RecordDelivery(ctx context.Context, d Delivery) error

	// Gather has one alert say others of its channel: g.Alert is kept as claimed by
	// g.Holder, with its first attempt begun at g.Now, in the place that g.Head had
	// in the line, and all of g.Said that are pending and that nobody else holds are
	// AlertGathered from here on and share what becomes of it, as do those that one of
	// them was to say. g.Head must be among them and be leased to g.Holder:
	// ErrLeaseLost if it is not, and nothing was changed. Its lease is g.Alert's from
	// here on, and ends when it would have.
	Gather(ctx context.Context, g Gathering) error

	// Line returns the pending alerts of a channel in their order, at most limit.
	Line(ctx context.Context, channel string, limit int) ([]Alert, error)
	// Alert returns the alert with that ID, or ErrNotFound.
	Alert(ctx context.Context, id string) (Alert, error)
	// Replies returns the replies to the alert with that ID, in the order in which
	// they were kept.
	Replies(ctx context.Context, alert string) ([]Alert, error)
	// Said returns how many messages the channel was told at since or later, those
	// in threads not counted, and when it was told the last one; the zero time when
	// never.
	Said(ctx context.Context, channel string, since time.Time) (messages int, last time.Time, err error)

	// Feeds returns all subscribed feeds, by URL.
	Feeds(ctx context.Context) ([]Feed, error)
	// Feed returns the feed with that URL, be it subscribed or no longer, or
	// ErrNotFound.
	Feed(ctx context.Context, url string) (Feed, error)
	// Articles returns the articles seen at since or later, in the order in
	// which they were kept and so judged: the new articles of a poll stand
	// together, in the order in which its judge had them. They are those that
	// are there when the reading begins. However many there are, a few at a time
	// are in memory, and no poll waits while they are read. What goes wrong
	// comes as the last element, with its error.
	Articles(ctx context.Context, since time.Time) iter.Seq2[Article, error]
	// ArticlesAt returns the articles whose URL is page, with or without a slash,
	// a query and a fragment after it, by URL, and the first kept first where
	// feeds carry the same. Its cost is that of what is found.
	ArticlesAt(ctx context.Context, page string) ([]Located, error)
	// Alerts returns the alerts created at since or later, oldest first.
	Alerts(ctx context.Context, since time.Time) ([]Alert, error)
	// RulesOf returns how many articles of the feed with that URL, seen at since or
	// later, each rule matched: the limit rules with the most, and those with as many
	// by name. Its cost is that of all matches since then, whosever they are.
	RulesOf(ctx context.Context, feed string, since time.Time, limit int) ([]RuleCount, error)
	// History returns all that is kept of the article with that ID, or
	// ErrNotFound.
	History(ctx context.Context, article string) (History, error)
	// ArticleCounts returns of each feed how many of its articles are kept, by the
	// feed's URL, be it subscribed or no longer. Feeds without any are not in it.
	ArticleCounts(ctx context.Context) (map[string]int, error)
	// Counts returns how much there is of everything.
	Counts(ctx context.Context) (Counts, error)

	// Mute silences a target until a time, longer or shorter than before; a time that
	// has passed ends it. What waits at m.At to be said of it is muted: the verdicts
	// that are queued for it are Muted, and an alert that none of them waits for any
	// more is AlertMuted, and so are those that it was to say. What is being said then,
	// or may have been said, is left; RecordDelivery mutes it if it has to wait again.
	Mute(ctx context.Context, m Mute) error
	// Mutes returns the targets that are muted at a time, those first whose end is near.
	Mutes(ctx context.Context, at time.Time) ([]Mute, error)

	Pushes
	Searcher
	Browser
	Tasks
	Retention
	Examiner
	Feedback

	// Close ends the use of the store. Operations that run are waited for.
	Close() error
}

// Subscription is a feed that is to be polled.
type Subscription struct {
	URL       string    // as people wrote it; the feed's identity
	FirstPoll time.Time // when a feed that the store does not know is due
	Schedule  string    // what the feed's times follow; compared with what it was
	NextPoll  time.Time // when a feed whose Schedule has changed is due at the latest
}

// Claim asks for work.
type Claim struct {
	Holder string        // who asks; must have joined
	Now    time.Time     // what is due by then is due; nothing else goes by it
	Lease  time.Duration // how long the work is the holder's, counted from Now

	// The clock that decides is the store's. An engine that daemons on several
	// machines share goes by the clock of its server: leases count from there and
	// end by it, and where Now is later than that clock, it counts for Now. So a
	// clock that is wrong takes no work from another daemon, and makes nothing due
	// early; Now says no more than which round the claim is for. An engine with one
	// worker process has no other clock than the caller's.
	//
	// What is renewed is the membership, by the engine and for as long as the process
	// lives: a process that dies loses its leases within a few such heartbeats,
	// however long they are. The leases on feeds, alerts and pushes are not prolonged.
	// Each is for work that has an end by itself, and a lease that is longer than this
	// is how a holder that lives and hangs loses its work all the same. Tasks, which
	// may take any time, are prolonged by their holder; see Tasks.

	Limit   int // at most so many rows; 1 or more
	PerHost int // at most so many feeds of one host at a time; 0 means any number
}

// Feed is what is known of a subscribed feed.
type Feed struct {
	URL      string // the subscription; the feed's identity
	Location string // where it is read since it moved for good; "" means URL
	Title    string // as the document says; "" before the first success

	// Validators of the last good answer, byte for byte as the server sent them,
	// and a digest of its document; "" for none.
	ETag         string
	LastModified string
	Digest       string

	// What the document said of how often it is to be asked for: how long it
	// stays fresh, and the hours and the days of the week on which nobody need
	// ask, a bit each: bit 0 is the hour from midnight in UTC, and Sunday.
	TTL       time.Duration // to the microsecond
	SkipHours uint32
	SkipDays  uint8

	NextPoll  time.Time
	Polled    time.Time // when it was last asked; zero: never
	Begun     time.Time // when it first answered with a feed, which is its baseline; zero: never
	Succeeded time.Time // when it last answered with a feed or with "unchanged"; zero: never
	Delivered time.Time // when it last answered with a feed, be it the same as before; zero: never
	Failures  int       // polls that failed since Succeeded
	Problem   string    // one line: why the last poll failed or was degraded; "" when all is well
	Gone      bool      // the server said that the feed is gone for good; it is polled no more
	// Health is what the daemon remembers of the feed's past, in its own form; nil
	// for nothing.
	Health json.RawMessage

	// Lease is when the lease ends under which ClaimDueFeeds returned the feed; zero
	// where it was read otherwise. A poll that is committed with it is of that lease
	// alone: one that is committed again, since nobody knows whether the first time
	// went well, does not end a later lease of the same holder.
	Lease time.Time
}

// Article is one entry of a feed, as it was when first seen.
type Article struct {
	ID         string // ArticleID(Feed, Key)
	Feed       string // the subscription's URL
	Key        string // what identifies the article within its feed
	URL        string
	Title      string // plain text, one line; never empty
	Summary    string // plain text
	Body       string // plain text
	Author     string
	Language   string // BCP 47, lower case; "" unknown
	Categories []string
	Published  time.Time // zero: the feed does not say
	Updated    time.Time // zero: the feed does not say
	Seen       time.Time // when the poll that brought it ran
}

// RuleCount is how many articles a rule matched.
type RuleCount struct {
	Rule     string
	Articles int
}

// Located is an article with where it is.
type Located struct {
	Article string // its ID
	URL     string
}

// ArticleID is the ID of the article with that key in that feed: 80 bits of a
// SHA-256 over both, in 16 characters of lower-case base32. It is the same on
// every machine, so that repeating a poll finds what it kept before.
func ArticleID(feedURL, key string) string { return shortHash("article", feedURL, key) }

// FeedID stands for a feed where its URL, which may hold credentials, is not to be.
func FeedID(url string) string { return shortHash("feed", url) }

// AlertID is the ID of what a route says of a story: the natural key (story,
// route, and what tells further messages apart) in the form of ArticleID. It also
// goes with the message to Slack, to find it there again.
func AlertID(story, route string, further ...string) string {
	return shortHash(append([]string{"alert", story, route}, further...)...)
}

// NoticeID stands for a story where an alert is about a feed itself: what is the same
// notice of the same feed is said once on a route.
func NoticeID(feedURL, notice string) string { return shortHash("notice", feedURL, notice) }

// shortHash hashes the parts so that no two lists of parts read the same.
func shortHash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		for i, l := 0, len(p); i < len(n); i, l = i+1, l>>8 {
			n[i] = byte(l)
		}
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)[:10]))
}

// Poll is the outcome of one poll of one feed.
type Poll struct {
	Holder   string    // who holds the lease on the feed
	Feed     Feed      // the feed's row as it is from now on; its URL says which
	Articles []Article // all that the document held, known or new, in its order; empty when unchanged or failed
	Alerts   []Alert   // about the feed itself, whatever is new; their Story is a NoticeID
}

// Judge decides about the articles of a poll that are new.
type Judge func(ctx context.Context, fresh []Article, stories Stories) (Decision, error)

// Stories is what a Judge may ask about the stories so far.
type Stories interface {
	// WithKeys returns the stories that carry at least one of the keys and
	// whose Last is not before since, the latest first. Of those that carry a
	// key there are the latest StoriesPerKey at most, so that the cost does not
	// grow with what is kept.
	WithKeys(ctx context.Context, keys []string, since time.Time) ([]Story, error)
	// Count returns for each of the keys how many stories carry it whose Last is
	// not before since, counted up to most.
	Count(ctx context.Context, keys []string, since time.Time, most int) ([]int, error)
	// Muted returns those of the targets that are muted at the time, in their order.
	Muted(ctx context.Context, targets []string, at time.Time) ([]string, error)
}

// StoriesPerKey is how many stories with one key WithKeys returns at the most.
// Of several that are equally late, which of them is the engine's to choose.
const StoriesPerKey = 64

// Decision is all that follows from the new articles of a poll.
type Decision struct {
	Matches  []Match
	Reports  []Report
	Verdicts []Verdict
	Alerts   []Alert
	Muted    []Muting // after Alerts
}

// Muting has an alert that waits be said by another one, which is stronger: it is
// AlertGathered from here on. One that does not wait any more is left as it is.
type Muting struct {
	Alert, By string // IDs
}

// Match is a rule that holds for an article.
type Match struct {
	Article   string // its ID
	Rule      string
	Theme     string
	Severity  string
	Status    string // the rule's: live or shadow
	Score     int
	Threshold int
	Evidence  json.RawMessage // the signals that held, with their points and the places that earned them
}

// Report puts an article into a story, and makes the story where it is the
// first of it.
type Report struct {
	Story   string    // the story's ID; the first report's article ID is usual
	Article string    // its ID
	Keys    []string  // added to what the story is found by
	At      time.Time // the story's Last is the latest of its reports
	// Signature is what the story's Signature is from now on; nil leaves it.
	Signature []byte
}

// Story is what is known of articles that tell the same event.
type Story struct {
	ID   string
	Keys []string // sorted
	// Raised are the alerts of it that are messages of their own, the latest of each
	// route, by route; where there are replies only, what the latest of them follows,
	// with the severity and the state of the reply.
	Raised []Raised
	First  time.Time
	Last   time.Time
	// Signature is what the latest report with one said the story looks like, in
	// the daemon's own form; nil where none did.
	Signature []byte
}

// Raised is an alert of a story, as far as those after it depend on it.
type Raised struct {
	Route    string
	Alert    string // its ID
	Severity string
	State    AlertState
	Due      time.Time
}

// Outcome is how an article ended for a rule and a route.
type Outcome string

// The outcomes. Every article has exactly one for each rule that matched and
// each route. Queued is the only one that changes: RecordDelivery makes it Sent
// or Failed, and Mute makes it Muted.
const (
	Queued   Outcome = "queued"   // its alert waits to be said
	Sent     Outcome = "sent"     // its alert was said
	Failed   Outcome = "failed"   // its alert can never be said; the alert's Problem says why
	Joined   Outcome = "joined"   // its story was raised on the route before, and it adds nothing
	Muted    Outcome = "muted"    // somebody muted its story, rule or feed
	Shadow   Outcome = "shadow"   // the rule is on trial
	Baseline Outcome = "baseline" // it was there already when its feed was first read
	TooOld   Outcome = "too old"  // it is older than the feed's max_age
	NoRoute  Outcome = "no route" // no route takes it; its Route is ""
)

// Verdict is the end of an article for a rule and a route.
type Verdict struct {
	Article string
	Rule    string
	Route   string
	Outcome Outcome
	Alert   string // the ID of the alert that says or said it, for Joined, its story, or for Muted, was to say it; else ""
	At      time.Time
}

// History is all that the store keeps of one article.
type History struct {
	Article  Article
	Story    string    // the ID of the story that it is in; "" for none
	Others   []Article // that are in Story too, in the order in which they were kept
	Matches  []Match   // by rule
	Verdicts []Verdict // by rule and route
	Alerts   []Alert   // of Story, oldest first
}

// AlertState is how far an alert is.
type AlertState string

// The states of an alert. Only pending ones are claimed.
const (
	AlertWaiting  AlertState = "waiting"  // for its Due; then it is pending
	AlertGathered AlertState = "gathered" // another one, which is pending, says it
	AlertPending  AlertState = "pending"
	AlertSent     AlertState = "sent"
	AlertFailed   AlertState = "failed"
	AlertMuted    AlertState = "muted" // what it was to say was silenced while it waited
)

// AlertKind is what sort of message an alert is.
type AlertKind string

// The kinds of alerts.
const (
	AlertFirst  AlertKind = ""       // a message of its own
	AlertReply  AlertKind = "reply"  // a message in the thread of another
	AlertDigest AlertKind = "digest" // a message that says others, or has them in its thread
)

// Alert is what is to be said of a story on a route, once.
type Alert struct {
	ID       string // an AlertID of Story and Route
	Story    string // or a NoticeID
	Route    string
	Channel  string // where the route says things
	Severity string
	Content  json.RawMessage // what is to be said, in the daemon's own form
	Created  time.Time

	Kind AlertKind
	// Follows is the ID of the alert in whose thread a reply is, or to which another
	// alert leads back; "" for none.
	Follows  string
	Due      time.Time // when it may be said; zero: at once
	Together bool      // it is to be said with others that are due on its channel then

	State     AlertState
	SaidBy    string // the ID of the alert that says it instead; "" for none
	Attempts  int
	Strikes   int       // attempts that failed for a reason that nobody knows
	Unsettled bool      // an attempt was begun whose outcome is not known
	Tried     time.Time // when the first attempt was claimed; zero: never
	NextTry   time.Time // not before; zero: at once
	Lease     time.Time // when the lease ends under which ClaimAlerts returned it; zero where it was read otherwise
	Sent      time.Time
	Receipt   string // where it can be found: channel and timestamp on Slack; "" elsewhere
	Problem   string // one line: why the last attempt failed
}

// Delivery is what became of a claimed alert.
type Delivery struct {
	Alert  string    // its ID
	Holder string    // who holds the lease
	Lease  time.Time // Alert.Lease as claimed; zero: any lease of the holder, see Feed.Lease
	At     time.Time

	// State is AlertSent, AlertFailed (never to be tried again), AlertPending: to be
	// tried again at NextTry, or AlertWaiting: out of the line until NextTry, which is
	// its Due then, and said together with others.
	State     AlertState
	Untried   bool // for AlertPending and AlertWaiting: there was no attempt after all; the claim's does not count
	Strike    bool // for AlertPending: the attempt failed for a reason that nobody knows
	Unsettled bool // for AlertPending: this attempt, or one before it, may have got through all the same
	NextTry   time.Time
	Receipt   string // for AlertSent
	Problem   string // for AlertPending and AlertFailed
}

// Gathering is an alert that says others in their place.
type Gathering struct {
	Holder string
	Lease  time.Time // of the head, which is the alert's from there on; zero: any lease of the holder
	Now    time.Time
	Head   string   // the ID of the alert that was claimed
	Alert  Alert    // what says them
	Said   []string // the IDs of all that it says, Head among them
	Then   []Alert  // what is to be said after it: they are kept behind all that is in line
}

// Mute is a silence of something.
type Mute struct {
	Target string // story:ID, rule:ID or feed:URL
	Until  time.Time
	// At is when it is silenced, for what waits then; zero leaves all that waits. It is
	// not kept.
	At time.Time
}

// Counts is how much there is of everything.
type Counts struct {
	Feeds, FeedsFailing       int // subscribed; of these with Failures > 0 or Gone
	Articles, Matches         int
	Stories                   int
	Verdicts                  int
	Pending, SentAlerts, Dead int // alerts by state; those that are gathered in none
	Held                      int // alerts that wait for their time
	// OldestPending is when the oldest pending alert was created; zero: there is
	// none.
	OldestPending time.Time
}
