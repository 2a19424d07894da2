package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/store"
	"tocsin/watcher"
	"tocsin/watcher/config"
	"tocsin/watcher/feed"
	"tocsin/watcher/reload"
	"tocsin/watcher/slack"
)

// configPaths are the places where a configuration is looked for.
var configPaths = []string{"tocsin.yaml", "/etc/tocsin/tocsin.yaml"}

// configPath returns the configuration file to use; "" when there is none.
func (e *env) configPath() string {
	if e.config != "" {
		return e.config
	}
	for _, p := range configPaths {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return ""
}

// settings is a whole configuration with its rules, checked.
type settings struct {
	path   string // of the configuration; "" for the starter pack
	files  *fileReader
	config *config.Config
	rules  *rules.Set
	draft  reload.Draft // that both came from
	at     time.Time    // for which the rules were compiled
	pushed bool         // feeds are subscribed at the hubs that they name
	hears  bool         // what people do in Slack is heard
}

// loadSettings reads the configuration, the feeds and the rules. Everything
// wrong with them is said on stderr, all of it, before anything is touched.
// What is only odd about rules is left to check; an odd configuration may do
// something else than its operator thinks, so that is said.
func (e *env) loadSettings(now time.Time) (*settings, error) {
	s := &settings{path: e.configPath(), files: newFileReader(), at: now}
	draft, problems, err := readDraft(s.path, s.files)
	if err != nil {
		return nil, err
	}
	if draft.Config == nil {
		return nil, e.refuse(problems)
	}
	for _, p := range problems {
		e.printf("%s", p)
	}
	s.draft, s.config = draft, draft.Config
	if s.rules, problems = draft.Compile(now); s.rules == nil {
		return nil, e.refuse(problems)
	}
	return s, nil
}

// loadRuleSet reads the rules that the paths name, by default those of the
// configuration. Everything wrong with them is said on stderr.
func (e *env) loadRuleSet(paths []string) (*rules.Set, error) {
	if len(paths) == 0 {
		c, problems, err := e.loadConfig()
		if err != nil {
			return nil, err
		}
		if c == nil {
			return nil, e.refuse(problems)
		}
		paths = c.Rules
	}
	l, err := loadRulePaths(paths, time.Now())
	if err != nil {
		return nil, err
	}
	if l.set == nil {
		return nil, e.refuse(l.problems)
	}
	return l.set, nil
}

// loadConfig reads the configuration and the feed lists.
func (e *env) loadConfig() (*config.Config, []yamlfile.Problem, error) {
	return loadConfig(e.configPath(), readText)
}

// loadConfig reads the configuration at path, "" for the starter pack, and the
// feed lists.
func loadConfig(path string, read config.ReadFile) (*config.Config, []yamlfile.Problem, error) {
	if path == "" {
		c, problems := config.Default()
		return c, problems, nil
	}
	c, problems, err := config.Load(path, read)
	if err != nil {
		return nil, nil, usage("reading the configuration: %w", err)
	}
	return c, problems, nil
}

// refuse says the errors among problems and returns the error that ends the
// command. Warnings are for check.
func (e *env) refuse(problems []yamlfile.Problem) error {
	n := 0
	for _, p := range problems {
		if p.Level == yamlfile.Error {
			e.printf("%s", p)
			n++
		}
	}
	return usage("%s, nothing was touched (tocsin check shows all of it)", count(n, "error"))
}

// themesOf returns the themes of a rule set, each once, sorted.
func themesOf(set *rules.Set) []string {
	var themes []string
	for _, r := range set.Rules() {
		if n := len(themes); n == 0 || themes[n-1] != r.Theme {
			themes = append(themes, r.Theme)
		}
	}
	return sortedUnique(themes)
}

// newReader returns what reads feeds over HTTP.
func newReader(f config.Fetch) *feed.Reader {
	agent := f.UserAgent
	if agent == "" {
		agent = "tocsin/" + version
		if f.Contact != "" {
			agent += " (+" + f.Contact + ")"
		}
	}
	return feed.NewReader(feed.Options{
		Timeout: f.Timeout, MaxBody: f.MaxBody, PerHost: f.PerHost, Requests: f.Concurrency, AllowPrivate: f.AllowPrivate, UserAgent: agent,
	})
}

// listeners are told what a watcher does; see watcher.Options. Any may be nil.
type listeners struct {
	polled    func(watcher.PollReport)
	attempted func(watcher.AttemptReport)
	began     func()
	took      func(operation string, d time.Duration)
	opened    func(store.Store)
}

// watch opens the store, has work use a watcher of the settings, and closes
// everything again. Trouble with the store comes back as such, and a signal
// that ended the work as errInterrupted.
func (s *settings) watch(ctx context.Context, log *slog.Logger, sink watcher.Sink, told listeners, work func(*watcher.Watcher) error) error {
	db, err := openStore(ctx, s.config.Store)
	if err != nil {
		return storeTrouble(err)
	}
	defer db.Close()
	if told.opened != nil {
		told.opened(db)
	}
	reader := newReader(s.config.Fetch)
	defer reader.Close()
	o := watcher.Options{
		Plan:      planOf(s.config, s.rules),
		Holder:    holder(),
		Requests:  s.config.Fetch.Concurrency,
		PerHost:   s.config.Fetch.PerHost,
		Timeout:   s.config.Fetch.Timeout,
		Polled:    told.polled,
		Attempted: told.attempted,
		Began:     told.began,
	}
	o.Tidy = &watcher.Tidying{Store: db, Keep: s.config.Retention}
	if s.pushed {
		o.Push = &watcher.Push{Store: db, Hubs: reader, Callback: s.config.Fetch.WebsubCallback, MaxBody: s.config.Fetch.MaxBody}
	}
	kept := watcher.Store(db)
	if told.took != nil {
		kept = timedStore{db, told.took}
	}
	w := watcher.New(log, kept, reader, sink, time.Now, o)
	end, err := s.answer(ctx, log, sink, db, w)
	if err != nil {
		return err
	}
	defer end()
	return storeTrouble(work(w))
}

// holder names this run of the program.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s:%d:%s", host, os.Getpid(), rand.Text())
}

// slackToken finds the bot token. "" means that there is none.
func slackToken(c config.Slack) (string, error) {
	return findToken("slack.token_file", c.TokenFile, "TOCSIN_SLACK_TOKEN", "slack-token")
}

// slackAppToken finds the app-level token, in the same way.
func slackAppToken(c config.Slack) (string, error) {
	return findToken("slack.app_token_file", c.AppTokenFile, "TOCSIN_SLACK_APP_TOKEN", "slack-app-token")
}

// findToken finds a token: in the file that the configuration names under key, in
// the environment, or among systemd's credentials.
func findToken(key, file, variable, credential string) (string, error) {
	if file != "" {
		return readToken(key, file)
	}
	if token := os.Getenv(variable); token != "" {
		return token, nil
	}
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return "", nil
	}
	token, err := readToken("the credential "+credential, filepath.Join(dir, credential))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return token, err
}

// readToken reads a token from a file that holds nothing else.
func readToken(what, name string) (string, error) {
	data, err := readText(name)
	if err != nil {
		return "", usage("reading %s: %w", what, err)
	}
	token := strings.TrimSpace(string(data))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", usage("%s: %s does not hold a token, which is one word", what, name)
	}
	return token, nil
}

// The values of --deliver.
const (
	deliverSlack    = "slack"
	deliverTerminal = "terminal"
	deliverNone     = "none"
)

// newSink returns where alerts are said: deliver is one of the words above, or
// "" for Slack where there is a token and the terminal otherwise. answered is told how
// each call to Slack ends; nil tells nobody.
func (e *env) newSink(deliver string, c *config.Config, log *slog.Logger, out *console, answered func(class string)) (watcher.Sink, error) {
	token, err := slackToken(c.Slack)
	if err != nil {
		return nil, err
	}
	if deliver == "" {
		deliver = deliverTerminal
		if token != "" || c.Slack.WebhookFile != "" {
			deliver = deliverSlack
		}
	}
	switch deliver {
	case deliverNone:
		return nil, nil
	case deliverTerminal:
		return watcher.TerminalSink(out.writer(e.stdout), e.terminalOptions()), nil
	case deliverSlack:
		if token == "" && c.Slack.WebhookFile != "" {
			return newWebhookSink(c.Slack, log)
		}
		if token == "" {
			return nil, usage("there is no Slack token: set TOCSIN_SLACK_TOKEN, or slack.token_file in the configuration")
		}
		client := slack.NewClient(token, c.Slack.APIURL, nil)
		if answered != nil {
			client.Answered(answered)
		}
		return watcher.SlackSink(log, client), nil
	}
	return nil, usage("--deliver must be slack, terminal or none, not %q", deliver)
}

// newWebhookSink returns what says alerts by the webhook that the configuration names.
func newWebhookSink(c config.Slack, log *slog.Logger) (watcher.Sink, error) {
	address, err := readToken("slack.webhook_file", c.WebhookFile)
	if err != nil {
		return nil, err
	}
	if config.CheckURL(address) != nil {
		return nil, usage("slack.webhook_file: %s does not hold the address of a webhook, as in https://hooks.slack.com/services/...", c.WebhookFile)
	}
	return watcher.SlackSink(log, slack.NewWebhookClient(address, nil)), nil
}
