package config

import (
	"errors"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/rules/yamlfile"
	"tocsin/seeds"
	"tocsin/watcher/route"
	"tocsin/watcher/schedule"
	"tocsin/watcher/story"
)

// Builtin is the prefix of a rules path that names the starter pack.
const Builtin = "builtin:"

// ReadFile reads a file; os.ReadFile is the usual one.
type ReadFile func(name string) ([]byte, error)

// Load reads the configuration file at path and the feed lists that it names,
// and returns everything that is wrong with them; the Config is nil when there
// are errors. An error is that of reading the file itself.
func Load(path string, read ReadFile) (*Config, []yamlfile.Problem, error) {
	data, err := read(path)
	if err != nil {
		return nil, nil, err
	}
	c, problems := Parse(path, data, read)
	return c, problems, nil
}

// Default returns the configuration without any file: the starter pack, and
// the terminal for alerts.
func Default() (*Config, []yamlfile.Problem) {
	return Parse("", nil, func(string) ([]byte, error) { return nil, fs.ErrNotExist })
}

// Parse is Load for a file whose content is known.
func Parse(path string, data []byte, read ReadFile) (*Config, []yamlfile.Problem) {
	var f File
	problems := yamlfile.Decode(path, data, &f)
	l := loader{path: path, dir: filepath.Dir(path), read: read, problems: problems}
	c := l.config(&f)
	if yamlfile.AnyError(l.problems) {
		c = nil
	}
	return c, yamlfile.Sort(l.problems)
}

// loader turns what is written into what is meant.
type loader struct {
	path   string // of the configuration file
	dir    string // its folder
	read   ReadFile
	listed []string          // Config.Listed
	themes []yamlfile.String // that routes ask for
	// routeFeeds are the feeds that routes ask for.
	routeFeeds []yamlfile.String
	intervals  []route.Interval
	rulePos    map[string]yamlfile.Pos
	problems   []yamlfile.Problem
}

// add notes a problem. What cannot be read is wrong once: nothing more is said
// about the value that stands in for it.
func (l *loader) add(p yamlfile.Problem) {
	if p.File == "" {
		p.File = l.path
	}
	if slices.ContainsFunc(l.problems, func(q yamlfile.Problem) bool {
		return q.Level == yamlfile.Error && q.Pos == p.Pos && q.File == p.File
	}) {
		return
	}
	l.problems = append(l.problems, p)
}

func (l *loader) config(f *File) *Config {
	c := &Config{
		path:   l.path,
		Store:  l.store(f.Store),
		Rules:  l.rules(f.Rules),
		Fetch:  l.fetch(&f.Fetch),
		Web:    l.web(&f.Web, f.Fetch.WebsubCallback.Value != ""),
		Slack:  l.slack(&f.Slack),
		Routes: l.routes(f),
		Log:    l.log(&f.Log),
	}
	c.StoryWindow = orDefault(f.Stories.Window, story.Window)
	c.Retention = l.retention(&f.Retention, c.StoryWindow)
	if f.Operators.Channel.Value != "" {
		l.channel(f.Operators.Channel)
		c.Operators = f.Operators.Channel.Value
	}
	c.Feeds = l.feeds(f)
	l.unknownFeeds(c.Feeds)
	c.Listed, c.routeThemes, c.rulePos = l.listed, l.themes, l.rulePos
	return c
}

func (l *loader) store(s yamlfile.String) string {
	switch {
	case s.Value == "":
		return l.relative(DefaultStore)
	case isDatabase(s.Value):
		address, err := expand(s.Value, l.dir, l.read, percentEncoded)
		if err == nil {
			err = checkDatabase(address)
		}
		if err != nil {
			l.add(yamlfile.Errorf(s.Pos, "store", "store %s", err))
		}
		return address
	case strings.Contains(s.Value, "://"):
		l.add(yamlfile.Errorf(s.Pos, "store", "store is neither a file nor a PostgreSQL database").WithHint("write a path such as tocsin.db, or postgres://user@host/database"))
	}
	return l.relative(s.Value)
}

// isDatabase reports whether the name of a store is the URL of a PostgreSQL
// database.
func isDatabase(store string) bool {
	return strings.HasPrefix(store, "postgres://") || strings.HasPrefix(store, "postgresql://")
}

// checkDatabase says what is wrong with the URL of a database, in words that
// read on after its name. The URL itself is not in them: it may hold a password.
func checkDatabase(address string) error {
	if _, err := url.Parse(address); err != nil {
		return errors.New("must be a URL such as postgres://user@host/database; signs in a password are written as %XX")
	}
	return nil
}

// percentEncoded is text for any part of a URL.
func percentEncoded(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// relative is a path of the file as seen from the working directory.
func (l *loader) relative(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(l.dir, path)
}

func (l *loader) rules(list yamlfile.At[[]yamlfile.String]) []string {
	if !list.Given() {
		return []string{Builtin}
	}
	var paths []string
	l.rulePos = make(map[string]yamlfile.Pos)
	for _, p := range list.Value {
		path := p.Value
		if !strings.HasPrefix(path, Builtin) {
			path = l.relative(path)
		}
		paths = append(paths, path)
		l.rulePos[path] = p.Pos
	}
	if len(paths) == 0 {
		l.add(yamlfile.Errorf(list.Pos, "no-rules", "rules names nothing").WithHint("leave rules out for the starter pack"))
	}
	return paths
}

func (l *loader) fetch(f *fetchBlock) Fetch {
	return Fetch{
		Timeout:      l.positive(f.Timeout, "fetch.timeout", 30*time.Second),
		MaxBody:      l.maxBody(f.MaxBody),
		Concurrency:  l.count(f.Concurrency, "fetch.concurrency", 64),
		PerHost:      l.count(f.PerHost, "fetch.per_host", 2),
		MinInterval:  orDefault(f.MinInterval, time.Minute),
		AllowPrivate: f.AllowPrivate.Value,
		UserAgent:    l.header(f.UserAgent, "fetch.user_agent"),
		Contact:      l.header(f.Contact, "fetch.contact"),

		WebsubCallback: l.callback(f),
	}
}

func orDefault(d yamlfile.At[duration], otherwise time.Duration) time.Duration {
	if !d.Given() {
		return otherwise
	}
	return time.Duration(d.Value)
}

func (l *loader) positive(d yamlfile.At[duration], name string, otherwise time.Duration) time.Duration {
	if d.Given() && d.Value <= 0 {
		l.add(yamlfile.Errorf(d.Pos, "value", "%s must be more than 0", name))
	}
	return orDefault(d, otherwise)
}

func (l *loader) maxBody(s yamlfile.At[size]) int64 {
	if !s.Given() {
		return 16 << 20
	}
	if s.Value <= 0 {
		l.add(yamlfile.Errorf(s.Pos, "value", "fetch.max_body must be more than 0"))
	}
	return int64(s.Value)
}

// retention is for how long articles are kept. What rules matched is kept for at
// least as long as other articles, and as stories take reports: a story whose
// articles are gone would begin anew. A default gives way to what is given.
func (l *loader) retention(b *retentionBlock, window time.Duration) Retention {
	const day = 24 * time.Hour
	r := Retention{Articles: orDefault(b.Articles, 180*day), Matched: orDefault(b.Matched, 730*day), MaxSize: 5 << 30}
	if b.MaxSize.Given() {
		r.MaxSize = int64(b.MaxSize.Value)
	}
	switch {
	case !b.Matched.Given() && r.Articles == 0:
		r.Matched = 0
	case !b.Matched.Given():
		r.Matched = max(r.Matched, r.Articles, window)
	case !b.Articles.Given() && r.Matched > 0:
		r.Articles = min(r.Articles, r.Matched)
	}
	switch {
	case r.Matched == 0:
	case r.Articles == 0 || r.Matched < r.Articles:
		l.add(yamlfile.Errorf(b.Matched.Pos, "value", "retention.matched must not be shorter than retention.articles"))
	case r.Matched < window:
		l.add(yamlfile.Errorf(b.Matched.Pos, "value", "retention.matched must not be shorter than stories.window"))
	}
	return r
}

// maxCount bounds what runs at once, so that a slip of the keyboard does not
// take all the sockets of the machine.
const maxCount = 4096

func (l *loader) count(n yamlfile.Int, name string, otherwise int) int {
	if !n.Given() {
		return otherwise
	}
	if n.Value < 1 || n.Value > maxCount {
		l.add(yamlfile.Errorf(n.Pos, "value", "%s must be from 1 to %d", name, maxCount))
	}
	return n.Value
}

// header is text that is sent in a header.
func (l *loader) header(s yamlfile.String, name string) string {
	if strings.ContainsFunc(s.Value, func(r rune) bool { return r < ' ' || r > '~' }) {
		l.add(yamlfile.Errorf(s.Pos, "value", "%s can hold ASCII letters, digits and signs only", name))
	}
	return s.Value
}

func (l *loader) slack(s *slackBlock) Slack {
	out := Slack{APIURL: "https://slack.com/api/"}
	if s.TokenFile.Value != "" {
		out.TokenFile = l.tokenFile(s.TokenFile, "slack.token_file")
	}
	if s.AppTokenFile.Value != "" {
		out.AppTokenFile = l.tokenFile(s.AppTokenFile, "slack.app_token_file")
	}
	if s.WebhookFile.Value != "" {
		out.WebhookFile = l.webhook(s)
	}
	if s.APIURL.Value != "" {
		if err := CheckURL(s.APIURL.Value); err != nil {
			l.add(yamlfile.Errorf(s.APIURL.Pos, "url", "slack.api_url %s", err))
		}
		out.APIURL = strings.TrimSuffix(s.APIURL.Value, "/") + "/"
	}
	return out
}

// webhook is the path of the file with a webhook's address. What a webhook cannot do
// is said, since it is nobody's mistake and easily overlooked.
func (l *loader) webhook(s *slackBlock) string {
	if s.TokenFile.Value != "" {
		l.add(yamlfile.Warningf(s.WebhookFile.Pos, "no-effect", "slack.webhook_file has no effect beside slack.token_file"))
		return ""
	}
	if s.AppTokenFile.Value != "" {
		l.add(yamlfile.Warningf(s.AppTokenFile.Pos, "no-effect", "slack.app_token_file has no effect with a webhook, whose messages have no buttons"))
	}
	path := l.tokenFile(s.WebhookFile, "slack.webhook_file")
	l.add(yamlfile.Warningf(s.WebhookFile.Pos, "webhook", "a webhook has one channel, whatever routes say, no threads and no reconciliation: what is sent again since an answer was lost may come twice").
		WithHint("a bot token does all of that, see slack.token_file"))
	return path
}

// tokenFile is the path of a file that holds a token.
func (l *loader) tokenFile(s yamlfile.String, name string) string {
	path := l.relative(s.Value)
	if _, err := l.read(path); err != nil {
		// A warning, since a pull request is checked where no token is.
		l.add(yamlfile.Warningf(s.Pos, "unreadable", "reading %s: %s", name, reading(err)))
	}
	return path
}

func (l *loader) log(b *logBlock) Log {
	return Log{
		Level:  l.oneOf(b.Level, "log.level", "info", []string{"debug", "info", "warn", "error"}),
		Format: l.oneOf(b.Format, "log.format", "auto", []string{"auto", "text", "json", "journal"}),
	}
}

func (l *loader) oneOf(s yamlfile.String, name, otherwise string, allowed []string) string {
	if s.Value == "" {
		return otherwise
	}
	if slices.Contains(allowed, s.Value) {
		return s.Value
	}
	l.add(yamlfile.Errorf(s.Pos, "value", "%s %s", name, notOneOf(s.Value, allowed)))
	return otherwise
}

// feeds reads the feeds, in the order in which they are written.
func (l *loader) feeds(f *File) []Feed {
	every := mustParse(DefaultSchedule)
	if f.Schedule.Given() {
		every = f.Schedule.Value.Schedule
	}
	if !f.Feeds.Given() {
		feeds, problems := ParseFeeds(Builtin+"feeds.yaml", seeds.Feeds(), every, l.read)
		l.problems = append(l.problems, problems...)
		return feeds
	}
	r := feedReader{file: l.path, dir: l.dir, read: l.read, schedule: every, lists: true}
	feeds := r.entries(f.Feeds.Value)
	l.listed = r.listed
	l.problems = append(l.problems, r.problems...)
	feeds, doubled := unique(feeds)
	for _, url := range doubled {
		l.add(yamlfile.Warningf(f.Feeds.Pos, "duplicate-feed", "the feed %s is listed more than once", Loggable(url)).WithHint("the first one counts"))
	}
	if len(feeds) == 0 && !yamlfile.AnyError(r.problems) {
		l.add(yamlfile.Errorf(f.Feeds.Pos, "no-feeds", "feeds names nothing to poll").WithHint("leave feeds out for the starter pack"))
	}
	return feeds
}

func mustParse(spec string) schedule.Schedule {
	s, err := schedule.Parse(spec)
	if err != nil {
		panic(err)
	}
	return s
}

// unique leaves out feeds whose URL came before, and says which.
func unique(feeds []Feed) (kept []Feed, doubled []string) {
	seen := make(map[string]bool, len(feeds))
	for _, f := range feeds {
		if seen[f.URL] {
			doubled = append(doubled, f.URL)
			continue
		}
		seen[f.URL] = true
		kept = append(kept, f)
	}
	return kept, doubled
}

// UnknownThemes returns an error for every theme that a route asks for and that
// is none of those known.
func (c *Config) UnknownThemes(known []string) []yamlfile.Problem {
	var problems []yamlfile.Problem
	for _, t := range c.routeThemes {
		if !slices.Contains(known, t.Value) {
			p := yamlfile.Errorf(t.Pos, "unknown-theme", "there is no theme %q", t.Value)
			p.File = c.path
			if p.Hint = yamlfile.DidYouMean(t.Value, known); p.Hint == "" && len(known) > 0 {
				p.Hint = "themes: " + yamlfile.OneOf(known, "and")
			}
			problems = append(problems, p)
		}
	}
	return problems
}

// UnreadableRules returns the error of an entry of Rules that cannot be read, at
// its place.
func (c *Config) UnreadableRules(path string, err error) yamlfile.Problem {
	p := yamlfile.Errorf(c.rulePos[path], "unreadable", "reading rules: %s", err)
	p.File = c.path
	return p
}

// reading is the end of a message about a file that cannot be read.
func reading(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}
