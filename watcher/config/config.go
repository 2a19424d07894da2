// Package config reads what an operator wrote: the configuration file and the
// feed lists it names. It is strict, names every mistake at its place, fills in
// the defaults, and hands out plain values.
//
// It does not open stores, compile rules or reach any server, and never writes
// a file.
package config

import (
	"net/http"
	"net/netip"
	"time"

	"tocsin/rules/yamlfile"
	"tocsin/watcher/route"
	"tocsin/watcher/schedule"
)

// Config is a whole configuration, checked and with every default filled in.
// Paths are absolute or relative to the working directory.
type Config struct {
	Store  string   // path of the SQLite file, or URL of the PostgreSQL database, which may hold a password
	Rules  []string // files, folders, or builtin:NAME
	Feeds  []Feed   // enabled ones only, each URL once
	Fetch  Fetch
	Web    Web
	Slack  Slack
	Routes []route.Route // flattened: in the order in which they are tried
	Log    Log
	// Operators is the channel that is told of feeds in trouble; "" for none.
	Operators string
	// StoryWindow is how long a story takes further reports.
	StoryWindow time.Duration
	Retention   Retention
	// Listed are the URLs of all feeds that the configuration names, enabled or
	// not; nil where it names none and has those of the starter pack.
	Listed []string

	path        string
	routeThemes []yamlfile.String
	rulePos     map[string]yamlfile.Pos // by entry of Rules
}

// Feed is a feed to be polled.
type Feed struct {
	URL      string
	Title    string // "" takes the feed's own
	Tags     []string
	Page     string // the page that it is the feed of, where its list says so; else ""
	Schedule schedule.Schedule
	MaxAge   time.Duration // older articles never ring
	FullText bool          // the pages of new articles are read too
	Language string        // for a feed that does not say; "" unknown
	Header   http.Header   // sent along to this feed's host only; may be nil
}

// Fetch is how feeds are asked for.
type Fetch struct {
	Timeout      time.Duration // one request, whole
	MaxBody      int64         // bytes, after decompression
	Concurrency  int           // requests at once
	PerHost      int           // requests at once to one host
	MinInterval  time.Duration // no feed more often
	AllowPrivate bool          // loopback and private networks too
	UserAgent    string        // "" takes tocsin's own
	Contact      string        // for the operators of the sites; may be empty
	// WebsubCallback is the public address under which hubs reach us; it has a path
	// and ends in a slash. "" leaves all feeds to polling.
	WebsubCallback string
}

// Web is where tocsin is reached over HTTP.

// Slack is how Slack is reached.
type Slack struct {
	TokenFile    string // "" looks at the environment and the credentials
	AppTokenFile string // likewise
	WebhookFile  string // holds the address of a webhook; "" for none
	APIURL       string // ends in a slash
}

// Retention is for how long articles are kept, from when they were seen.
type Retention struct {
	Articles time.Duration // those that no rule matched; 0: for good
	Matched  time.Duration // the others; 0: for good, else not less than Articles
	MaxSize  int64         // bytes of the store above which the oldest go earlier; 0: any
}

// Log is how the daemon logs.
type Log struct {
	Level  string // debug, info, warn, error
	Format string // auto, text, json, journal; see logBlock
}

// Web is what is served over HTTP.
type Web struct {
	Listen    string // host:port; "" serves nothing
	Asked     bool   // the file has Listen: it is no default
	TokenFile string // what requests must carry; "" asks for none
	// Hosts are names by which the page is asked for; nil for those that need no
	// name here.
	Hosts []string
	// ProxyHeader is where a proxy says who signed in there, which is believed from
	// Proxies; "" for none. Without it and TokenFile, Listen is on loopback.
	ProxyHeader string
	Proxies     []netip.Prefix // nil without ProxyHeader
	// FeedMetrics says that the metrics have series of every single feed.
	FeedMetrics bool
	// Profiles is the network, unix or tcp, and the address at which profiles are
	// served, which is on this machine; "" for nowhere.
	Profiles [2]string
}

// Defaults that other code needs too.
const (
	DefaultSchedule = "*/10 * * * *"
	DefaultMaxAge   = 24 * time.Hour
	DefaultStore    = "tocsin.db"
	DefaultChannel  = "#ai-news"
	DefaultBudget   = 40
	DefaultListen   = "127.0.0.1:8420"
)
