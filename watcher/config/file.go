package config

import "tocsin/rules/yamlfile"

// The types of this file are the configuration file as people write it, and
// their comments are its manual: tocsin schema makes what editors show of them,
// with the keys in place of the fields' names.

// File is the configuration file of tocsin. Every key has a default that is
// good. Paths are relative to the file.
type File struct {
	// Store is what holds everything: an SQLite file, which is made where there is
	// none, or postgres://user@host/database, which several daemons can share. The
	// password comes from PGPASSWORD, or is written as user:${file:PATH}@host.
	// Default: tocsin.db.
	Store yamlfile.String `yaml:"store"`
	// Schedule is the cron spec of feeds that name none: five fields in UTC, or
	// another zone after CRON_TZ=, or @every 10m. Default: every ten minutes.
	Schedule yamlfile.At[cronSpec] `yaml:"schedule"`
	// Rules are files, folders, or builtin:THEME; builtin: is every theme that
	// tocsin ships. Default: builtin:.
	Rules yamlfile.At[[]yamlfile.String] `yaml:"rules"`
	// Feeds are the feeds to poll, or files that list feeds, in YAML or OPML.
	// Default: the feeds that tocsin ships.
	Feeds yamlfile.At[[]feedEntry] `yaml:"feeds"`
	// Fetch is how servers are asked.
	Fetch fetchBlock `yaml:"fetch"`
	// Slack is how Slack is reached. Not given: alerts go to the terminal, unless
	// there is a token in the environment.
	Slack slackBlock `yaml:"slack"`
	// Routes says to which channels alerts go. It is a route itself, which takes
	// what the routes in it do not take.
	Routes routeBlock `yaml:"routes"`
	// Intervals are spans of the week that routes can be quiet in, by name.
	Intervals yamlfile.At[yamlfile.Map[intervalBlock]] `yaml:"intervals"`
	// Operators is where tocsin speaks of itself and its feeds.
	Operators operatorsBlock `yaml:"operators"`
	// Stories is how articles are grouped.
	Stories storiesBlock `yaml:"stories"`
	// Retention is how long articles are kept.
	Retention retentionBlock `yaml:"retention"`
	// Web is what a running tocsin serves over HTTP: its health, its metrics, and what
	// hubs reach.
	Web webBlock `yaml:"web"`
	// Log is how the daemon logs.
	Log logBlock `yaml:"log"`
}

// FeedList is a list of feeds in a file of its own.
type FeedList []feedEntry

// feedBlock is a feed.
type feedBlock struct {
	// URL is where the feed is: http or https. It must be given, and is the
	// feed's identity: a feed with another url is another feed.
	URL yamlfile.String `yaml:"url"`
	// Title is what alerts call the feed. Default: the feed's own title.
	Title yamlfile.String `yaml:"title"`
	// Tags are names that rules (tag:regulator) and routes can ask for.
	Tags []yamlfile.String `yaml:"tags"`
	// Schedule is the feed's cron spec. Default: the schedule of the
	// configuration.
	Schedule yamlfile.At[cronSpec] `yaml:"schedule"`
	// MaxAge is the age from which articles never ring; they are kept all the
	// same. Default: 24h.
	MaxAge yamlfile.At[duration] `yaml:"max_age"`
	// FullText says whether the pages of new articles are fetched too, for rules
	// to see their whole text. Default: false.
	FullText yamlfile.Bool `yaml:"full_text"`
	// Language is the language of articles whose feed does not name one, such as
	// en or pt-BR. Default: unknown.
	Language yamlfile.String `yaml:"language"`
	// Headers are sent to the feed's host with every request. ${file:PATH} stands
	// for what is in that file, such as a token. Default: none.
	Headers yamlfile.Map[yamlfile.String] `yaml:"headers"`
	// Enabled says whether the feed is polled; false leaves it out. Default: true.
	Enabled yamlfile.Bool `yaml:"enabled"`
}

// fetchBlock is how servers are asked.
type fetchBlock struct {
	// Timeout is how long one request may take, as a whole. Default: 30s.
	Timeout yamlfile.At[duration] `yaml:"timeout"`
	// MaxBody is the largest size of a document, after decompression. Default:
	// 16MiB.
	MaxBody yamlfile.At[size] `yaml:"max_body"`
	// Concurrency is the number of requests at once in all, up to 4096. Default:
	// 64.
	Concurrency yamlfile.Int `yaml:"concurrency"`
	// PerHost is the number of requests at once to one host, and of connections
	// to it, up to 4096. Default: 2.
	PerHost yamlfile.Int `yaml:"per_host"`
	// MinInterval is the shortest time between two polls of a feed, whatever its
	// schedule. Default: 1m.
	MinInterval yamlfile.At[duration] `yaml:"min_interval"`
	// AllowPrivate permits loopback and private networks, for intranets and
	// tests. Default: false.
	AllowPrivate yamlfile.Bool `yaml:"allow_private"`
	// UserAgent is how requests name who asks. Default: tocsin/VERSION, with the
	// contact.
	UserAgent yamlfile.String `yaml:"user_agent"`
	// Contact is a URL or an address for the operators of the sites we poll. It
	// is part of the default user agent. Default: none.
	Contact yamlfile.String `yaml:"contact"`
	// WebsubCallback is a public https URL with a path, such as
	// https://me.example/websub, that leads to web.listen with its path kept. Feeds
	// that name a hub (W3C WebSub) are subscribed there, and their news come at once.
	// Default: none, all feeds are polled only.
	WebsubCallback yamlfile.String `yaml:"websub_callback"`
}

// slackBlock is how Slack is reached.
type slackBlock struct {
	// TokenFile is the file that holds the bot token. Default:
	// $TOCSIN_SLACK_TOKEN, else the systemd credential slack-token; where there
	// is none either, alerts go to the terminal.
	TokenFile yamlfile.String `yaml:"token_file"`
	// AppTokenFile is the file that holds the app-level token, for buttons at messages
	// and for /tocsin. It counts beside a bot token only. Default:
	// $TOCSIN_SLACK_APP_TOKEN, else the systemd credential slack-app-token; where there
	// is none either, messages have no buttons.
	AppTokenFile yamlfile.String `yaml:"app_token_file"`
	// WebhookFile is the file that holds the address of an incoming webhook, for where
	// there can be no app with a bot token. Everything goes to the webhook's one channel
	// then, without threads, edits and buttons, and what is sent again since an answer
	// was lost may come twice. Default: none.
	WebhookFile yamlfile.String `yaml:"webhook_file"`
	// APIURL is where the client finds Slack. Default: https://slack.com/api/.
	APIURL yamlfile.String `yaml:"api_url"`
}

// routeBlock is a route. A route within another one takes over what it does not
// set itself, is tried before it, and takes a match away from the routes after
// it.
type routeBlock struct {
	// Themes are the themes the route is for. Default: those of the route around
	// it; of the outermost, all.
	Themes yamlfile.At[[]yamlfile.String] `yaml:"themes"`
	// Tags are feeds' tags, of which a match needs one. Default: those of the
	// route around it; of the outermost, any or none.
	Tags yamlfile.At[[]yamlfile.String] `yaml:"tags"`
	// Feeds are the URLs of feeds, of which a match must come from one. Default: those
	// of the route around it; of the outermost, all.
	Feeds yamlfile.At[[]yamlfile.String] `yaml:"feeds"`
	// MinSeverity is the least severity that the route is for: info, low, medium,
	// high or critical. Default: that of the route around it; of the outermost,
	// low.
	MinSeverity yamlfile.At[severity] `yaml:"min_severity"`
	// Channel is where alerts go: a channel's name with # and in quotes, or its
	// ID. Default: that of the route around it; of the outermost, #ai-news.
	Channel yamlfile.String `yaml:"channel"`
	// Continue says whether the routes after this one have the match as well.
	// Default: false.
	Continue yamlfile.Bool `yaml:"continue"`
	// Routes are the routes within this one. They are tried before it, in order,
	// and take over what they do not set themselves. Default: none.
	Routes []routeBlock `yaml:"routes"`

	// Hold is how long to wait for further reports before the first message of a
	// story. Default: that of the route around it; of the outermost, 0s.
	Hold yamlfile.At[duration] `yaml:"hold"`
	// AtMostEvery is the shortest time between two messages on the channel; what
	// comes meanwhile is said together. Default: that of the route around it; of
	// the outermost, 0s.
	AtMostEvery yamlfile.At[duration] `yaml:"at_most_every"`
	// Budget is the number of messages a day (of UTC) and channel, up to 10000. What
	// is more is said in the thread of one more message. Of routes with one channel
	// the smallest counts. Default: that of the route around it; of the outermost,
	// 40.
	Budget yamlfile.Int `yaml:"budget"`
	// Digest is a cron spec: everything that the route takes is said at its times, in
	// one message. An empty one says it at once. Default: that of the route around
	// it; of the outermost, none.
	Digest yamlfile.At[digestSpec] `yaml:"digest"`
	// Quiet are the names of intervals in which the route says nothing. What comes in
	// them, and what is not said yet when they begin, is said when they end, together;
	// what is critical, at once. Further reports go into the threads of their stories
	// all the same, which rings nobody. Default: those of the route around it; of the
	// outermost, none.
	Quiet yamlfile.At[[]yamlfile.String] `yaml:"quiet"`
	// QuietCritical says whether critical alerts wait as well in quiet intervals.
	// Default: that of the route around it; of the outermost, false.
	QuietCritical yamlfile.Bool `yaml:"quiet_critical"`
	// Mention is who is mentioned in messages: the name of a person or a group with @
	// and in quotes, or an ID. Default: that of the route around it; of the outermost,
	// nobody.
	Mention yamlfile.String `yaml:"mention"`
}

// intervalBlock is a span of the week.
type intervalBlock struct {
	// TimeZone is the zone of the times, such as Europe/Berlin. Default: UTC.
	TimeZone yamlfile.String `yaml:"time_zone"`
	// Days are the days of the week on which the interval begins, such as mon, or
	// spans such as mon-fri. Default: all.
	Days yamlfile.At[[]yamlfile.String] `yaml:"days"`
	// From is the time of day at which the interval begins, such as "20:00". It must
	// be given.
	From yamlfile.String `yaml:"from"`
	// To is the time of day at which the interval ends, on the next day where it
	// is not after from. It must be given.
	To yamlfile.String `yaml:"to"`
}

// operatorsBlock is where tocsin speaks of itself and its feeds.
type operatorsBlock struct {
	// Channel is the channel that is told once when a feed falls silent, cannot be
	// read, or is gone, and when it is well again. Default: none, only the log says
	// so.
	Channel yamlfile.String `yaml:"channel"`
}

// storiesBlock is how articles are grouped.
type storiesBlock struct {
	// Window is how long a story takes further reports, so that they raise no
	// alert of their own. Default: 72h.
	Window yamlfile.At[duration] `yaml:"window"`
}

// retentionBlock is how long what is kept.
type retentionBlock struct {
	// Articles is how long articles are kept that no rule matched; 0 keeps them for
	// good. Default: 180d.
	Articles yamlfile.At[duration] `yaml:"articles"`
	// Matched is how long articles are kept that rules matched, with what was said of
	// them; 0 keeps them for good. Not shorter than articles and stories.window.
	// Default: 730d, or what these two need.
	Matched yamlfile.At[duration] `yaml:"matched"`
	// MaxSize is the size of the store above which the oldest articles go earlier,
	// those that no rule matched first; the last day is always kept. 0 is any size.
	// In PostgreSQL it is estimated. Default: 5GiB.
	MaxSize yamlfile.At[size] `yaml:"max_size"`
}

// webBlock is what is served over HTTP.
type webBlock struct {
	// Listen is the address that is listened on, and from which a proxy makes
	// fetch.websub_callback public; an empty one serves nothing. Default:
	// 127.0.0.1:8420, unless somebody else listens there.
	Listen yamlfile.String `yaml:"listen"`
	// TokenFile is the file that holds the token with which people sign in to the
	// page, and which other requests must carry as Authorization: Bearer. It, or
	// proxy_header, must be given where listen is not on loopback. Default: none.
	TokenFile yamlfile.String `yaml:"token_file"`
	// FeedMetrics says whether the metrics have series of every single feed, too.
	// Default: false.
	FeedMetrics yamlfile.Bool `yaml:"feed_metrics"`
	// Pprof is where Go's profiles of the daemon are served, which tell much of what
	// it holds: unix:PATH, a socket for the user that it runs as, or an address on
	// loopback such as 127.0.0.1:6060. Default: nowhere.
	Pprof yamlfile.String `yaml:"pprof"`
	// Hosts are names by which the page is asked for, such as tocsin.me.example.
	// Default: any where somebody must sign in, else those of loopback, and then
	// others are added to these.
	Hosts []yamlfile.String `yaml:"hosts"`
	// ProxyHeader is the header in which a proxy in front of tocsin says who signed
	// in there, such as X-Forwarded-User; such requests need no token. The proxy must
	// remove it from what it is sent. Default: none.
	ProxyHeader yamlfile.String `yaml:"proxy_header"`
	// Proxies are the addresses and networks from which proxy_header is believed,
	// such as 10.1.0.0/16. Default: loopback.
	Proxies []yamlfile.String `yaml:"proxies"`
}

// logBlock is how the daemon logs.
type logBlock struct {
	// Level is debug, info, warn or error. Default: info.
	Level yamlfile.String `yaml:"level"`
	// Format is text, json, journal, which is text that begins with the priorities
	// of systemd's journal, or auto: journal where the journal reads along, else
	// text. Default: auto.
	Format yamlfile.String `yaml:"format"`
}
