package config

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher/route"
)

var update = flag.Bool("update", false, "write what the tests got as what they want")

// archive reads files out of a txtar archive.
func archive(a *txtar.Archive) ReadFile {
	return func(name string) ([]byte, error) {
		for _, f := range a.Files {
			if f.Name == filepath.ToSlash(name) {
				return f.Data, nil
			}
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
}

// TestProblems reads each file of testdata: an archive with tocsin.yaml, what
// it names, and in problems.txt everything that is to be said about it.
func TestProblems(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			c, problems, err := Load("tocsin.yaml", archive(a))
			if err != nil {
				t.Fatal(err)
			}
			if (c == nil) != yamlfile.AnyError(problems) {
				t.Errorf("configuration given: %v, errors: %v", c != nil, yamlfile.AnyError(problems))
			}
			got := yamlfile.Problems(problems).Error()
			if got != "" {
				got += "\n"
			}
			last := &a.Files[len(a.Files)-1]
			if last.Name != "problems.txt" {
				t.Fatalf("the last file of the archive is %s, not problems.txt", last.Name)
			}
			if *update {
				last.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(last.Data), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// parse reads a configuration that has to be right.
func parse(t *testing.T, text string, files ...txtar.File) *Config {
	t.Helper()
	c, problems := Parse("/etc/tocsin/tocsin.yaml", []byte(text), archive(&txtar.Archive{Files: files}))
	if c == nil {
		t.Fatal(yamlfile.Problems(problems))
	}
	return c
}

func TestDefaultIsTheStarterPack(t *testing.T) {
	t.Parallel()
	c, problems := Default()
	if len(problems) > 0 {
		t.Fatal(yamlfile.Problems(problems))
	}
	if len(c.Feeds) < 10 || c.Listed != nil {
		t.Errorf("%d feeds", len(c.Feeds))
	}
	want := Fetch{Timeout: 30 * time.Second, MaxBody: 16 << 20, Concurrency: 64, PerHost: 2, MinInterval: time.Minute}
	if c.Fetch != want {
		t.Errorf("fetch = %+v, want %+v", c.Fetch, want)
	}
	if diff := cmp.Diff([]string{"builtin:"}, c.Rules); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]route.Route{{Channel: "#ai-news", MinSeverity: rules.Low, Budget: 40}}, c.Routes); diff != "" {
		t.Error(diff)
	}
	if want := (Retention{Articles: 180 * 24 * time.Hour, Matched: 730 * 24 * time.Hour, MaxSize: 5 << 30}); c.Retention != want {
		t.Errorf("retention = %+v, want %+v", c.Retention, want)
	}
	if c.Store != "tocsin.db" || c.StoryWindow != 72*time.Hour || c.Slack.APIURL != "https://slack.com/api/" {
		t.Errorf("store %q, window %s, Slack at %q", c.Store, c.StoryWindow, c.Slack.APIURL)
	}
}

func TestTheConfigurationOfThePackageIsRight(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../deploy/package/tocsin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := parse(t, string(data))
	if want := (Web{Listen: DefaultListen}); cmp.Diff(want, c.Web) != "" || c.Store != "/var/lib/tocsin/tocsin.db" {
		t.Errorf("store %s, web %+v", c.Store, c.Web)
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	t.Parallel()
	c := parse(t, "store: data/t.db\nrules: [rules, /srv/rules, 'builtin:']\nslack: {token_file: token}\n")
	if c.Store != "/etc/tocsin/data/t.db" || c.Slack.TokenFile != "/etc/tocsin/token" {
		t.Errorf("store %q, token %q", c.Store, c.Slack.TokenFile)
	}
	if diff := cmp.Diff([]string{"/etc/tocsin/rules", "/srv/rules", "builtin:"}, c.Rules); diff != "" {
		t.Error(diff)
	}
}

func TestAStoreMayBeADatabase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ written, store, name string }{
		{"postgres://me@db.example/news", "postgres://me@db.example/news", "postgres://db.example/news"},
		{"postgresql:///news", "postgresql:///news", "postgresql:///news"},
		{"postgres://me:word@db.example:5433/news?sslmode=disable", "postgres://me:word@db.example:5433/news?sslmode=disable", "postgres://db.example:5433/news?…"},
		{"postgres://me:${file:word}@db.example/news", "postgres://me:p%40ss%20%2F%3A%25@db.example/news", "postgres://db.example/news"},
	} {
		c := parse(t, "store: "+tt.written+"\n", txtar.File{Name: "/etc/tocsin/word", Data: []byte("p@ss /:%\n")})
		if c.Store != tt.store {
			t.Errorf("%s is the store %s, want %s", tt.written, c.Store, tt.store)
		}
		if c.StoreName() != tt.name {
			t.Errorf("%s is called %s, want %s", tt.written, c.StoreName(), tt.name)
		}
	}
}

func TestFeedsTakeTheirDefaultsAndSecrets(t *testing.T) {
	t.Parallel()
	c := parse(t, `
schedule: "@every 7m"
feeds:
  - url: https://a.example/feed
    headers: {authorization: "Bearer ${file:a.token}", X-Two: "${file:/b}${file:/b}"}
    tags: [one, two]
    max_age: 2d12h
    full_text: true
    language: pt-BR
  - {url: https://off.example/feed, enabled: false}
  - more.yaml
  - subscriptions.opml
`,
		txtar.File{Name: "/etc/tocsin/a.token", Data: []byte("s3cret\n")},
		txtar.File{Name: "/b", Data: []byte("b")},
		txtar.File{Name: "/etc/tocsin/more.yaml", Data: []byte("- {url: https://b.example/feed, title: Bee, schedule: \"0 8 * * *\"}\n- url: https://a.example/feed\n")},
		txtar.File{Name: "/etc/tocsin/subscriptions.opml", Data: []byte(`<?xml version="1.0"?>
<opml version="2.0"><head><title>Mine</title></head><body>
 <outline text="Press &amp; law"><outline text="Ministry" title="The Ministry" type="rss" xmlUrl="https://c.example/feed"/></outline>
 <outline text="No feed"/>
</body></opml>`)},
	)
	type feed struct {
		URL, Title, Schedule, Language string
		Tags                           []string
		MaxAge                         time.Duration
	}
	var got []feed
	for _, f := range c.Feeds {
		got = append(got, feed{f.URL, f.Title, f.Schedule.String(), f.Language, f.Tags, f.MaxAge})
	}
	want := []feed{
		{"https://a.example/feed", "", "@every 7m", "pt-br", []string{"one", "two"}, 60 * time.Hour},
		{"https://b.example/feed", "Bee", "0 8 * * *", "", []string{}, 24 * time.Hour},
		{"https://c.example/feed", "The Ministry", "@every 7m", "", []string{"press & law"}, 24 * time.Hour},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !c.Feeds[0].FullText || c.Feeds[1].FullText {
		t.Error("full_text is not that of its feed")
	}
	h := c.Feeds[0].Header
	if h.Get("Authorization") != "Bearer s3cret" || h.Get("X-Two") != "bb" {
		t.Errorf("headers %v", h)
	}
	listed := []string{"https://a.example/feed", "https://off.example/feed", "https://b.example/feed", "https://a.example/feed", "https://c.example/feed"}
	if diff := cmp.Diff(listed, c.Listed); diff != "" {
		t.Error(diff)
	}
}

func TestRoutesInheritAndComeBeforeTheirParent(t *testing.T) {
	t.Parallel()
	c := parse(t, `
routes:
  channel: "#all"
  min_severity: medium
  routes:
    - themes: [probe]
      channel: "#policy"
      continue: true
      routes:
        - {tags: [eu], channel: C0123456789, min_severity: critical}
    - {tags: [company], min_severity: info}
`)
	want := []route.Route{
		{Channel: "C0123456789", Themes: []string{"probe"}, Tags: []string{"eu"}, MinSeverity: rules.Critical, Budget: 40},
		{Channel: "#policy", Themes: []string{"probe"}, MinSeverity: rules.Medium, Budget: 40, Continue: true},
		{Channel: "#all", Tags: []string{"company"}, MinSeverity: rules.Info, Budget: 40},
		{Channel: "#all", MinSeverity: rules.Medium, Budget: 40},
	}
	if diff := cmp.Diff(want, c.Routes); diff != "" {
		t.Error(diff)
	}
}

func TestRoutesInheritWhenTheySpeak(t *testing.T) {
	t.Parallel()
	c := parse(t, `
routes:
  hold: 5m
  at_most_every: 1h
  budget: 12
  digest: "0 8 * * *"
  quiet: [nights]
  mention: "@oncall"
  routes:
    - {themes: [a]}
    - {themes: [b], hold: 0s, at_most_every: 0, budget: 1, digest: "", quiet: [], quiet_critical: true, mention: ""}
intervals: {nights: {time_zone: Europe/Berlin, days: [fri-mon, wed], from: "20:00", to: "07:00"}}
`)
	inherits, own := c.Routes[0], c.Routes[1]
	if inherits.Hold != 5*time.Minute || inherits.AtMostEvery != time.Hour || inherits.Budget != 12 || inherits.Digest.String() != "0 8 * * *" || inherits.Mention != "@oncall" {
		t.Errorf("a route that sets nothing: %+v", inherits)
	}
	want := [7]bool{true, true, false, true, false, true, true}
	if n := inherits.Quiet; len(n) != 1 || n[0].Name != "nights" || n[0].Days != want || n[0].From != 20*60 || n[0].To != 7*60 || n[0].Zone.String() != "Europe/Berlin" {
		t.Errorf("its quiet hours: %+v", n)
	}
	if own.Hold != 0 || own.AtMostEvery != 0 || own.Budget != 1 || own.Digest != nil || len(own.Quiet) != 0 || !own.QuietCritical || own.Mention != "" {
		t.Errorf("a route that sets all: %+v", own)
	}
}

func TestOperatorsHaveAChannelOrNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "operators:\n": "", `operators: {channel: ""}`: "", `operators: {channel: "#ops"}`: "#ops", "operators: {channel: C0123456789}": "C0123456789"} {
		if c := parse(t, text); c.Operators != want {
			t.Errorf("%q: channel %q, want %q", text, c.Operators, want)
		}
	}
	c, problems := Parse("x.yaml", []byte("operators: {channel: ops}"), archive(new(txtar.Archive)))
	if got := yamlfile.Problems(problems).Error(); c != nil || !strings.HasPrefix(got, `x.yaml:1:22: "ops" is no channel`) {
		t.Errorf("a channel that is none: %s", got)
	}
}

func TestUnknownThemes(t *testing.T) {
	t.Parallel()
	c := parse(t, "routes:\n  routes:\n    - {themes: [exclusivity, regulatory_prob]}\n    - {themes: [x]}\n")
	got := yamlfile.Problems(c.UnknownThemes([]string{"exclusivity", "regulatory_probe"})).Error()
	want := `/etc/tocsin/tocsin.yaml:3:30: there is no theme "regulatory_prob" (did you mean regulatory_probe?)
/etc/tocsin/tocsin.yaml:4:17: there is no theme "x" (themes: exclusivity and regulatory_probe)`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"0": -1, "5": -1, "5B": 5, "1KiB": 1024, "16 MiB": 16 << 20, "5GiB": 5 << 30, "5GB": -1, "-1B": -1, "9999999999GiB": -1, "B": -1, "": -1} {
		var s size
		if err := s.UnmarshalText([]byte(text)); (err != nil) != (want < 0) || err == nil && int64(s) != want {
			t.Errorf("size %q = %d, %v, want %d", text, s, err, want)
		}
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "15m": 15 * time.Minute, "8h": 8 * time.Hour, "30d": 720 * time.Hour, "1d12h": 36 * time.Hour, "0": 0, "0s": 0, "5": -1, "d": -1, "-5m": -1, "1d-1h": -1, "a week": -1, "99999999d": -1, "": -1} {
		var d duration
		if err := d.UnmarshalText([]byte(text)); (err != nil) != (want < 0) || err == nil && time.Duration(d) != want {
			t.Errorf("duration %q = %s, %v, want %s", text, time.Duration(d), err, want)
		}
	}
}

func TestHeaderSecretsStayOutOfProblems(t *testing.T) {
	t.Parallel()
	a := &txtar.Archive{Files: []txtar.File{{Name: "token", Data: []byte("s3cret\x01s3cret")}}}
	_, problems := Parse("tocsin.yaml", []byte("feeds:\n  - {url: 'https://user:s3cret@', headers: {A: '${file:token}'}}\n  - {url: 'https://a.example', headers: {A: '${file:token}'}}\n"), archive(a))
	if len(problems) != 2 {
		t.Errorf("%d problems, want 2", len(problems))
	}
	if text := yamlfile.Problems(problems).Error(); strings.Contains(text, "s3cret") {
		t.Errorf("a secret is in %s", text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("feeds: [{url: https://a.example}]\nroutes: {channel: '#x'}")
	f.Add("store: 5\nrules: [a, {b: c}]\nfetch: {timeout: 1d}")
	f.Fuzz(func(t *testing.T, text string) {
		c, problems := Parse("x.yaml", []byte(text), archive(new(txtar.Archive)))
		if (c == nil) != yamlfile.AnyError(problems) {
			t.Errorf("configuration given: %v, problems: %v", c != nil, problems)
		}
	})
}

func TestACallbackHasASlashAtItsEnd(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``: "",
		`fetch: {websub_callback: "https://me.example/a/websub"}`:                    "https://me.example/a/websub/",
		`fetch: {websub_callback: "https://me.example/websub//"}`:                    "https://me.example/websub/",
		`fetch: {websub_callback: "http://127.0.0.1:1/websub", allow_private: true}`: "http://127.0.0.1:1/websub/",
	} {
		if c := parse(t, text); c.Fetch.WebsubCallback != want || c.Web.Listen != DefaultListen {
			t.Errorf("%s: callback %q at %q, want %q", text, c.Fetch.WebsubCallback, c.Web.Listen, want)
		}
	}
}

func TestADefaultOfRetentionGivesWay(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for text, want := range map[string]Retention{
		"{articles: 0}":                {0, 0, 5 << 30},
		"{articles: 1000d}":            {1000 * day, 1000 * day, 5 << 30},
		"{matched: 90d}":               {90 * day, 90 * day, 5 << 30},
		"{matched: 0}":                 {180 * day, 0, 5 << 30},
		"{articles: 7d, max_size: 0B}": {7 * day, 730 * day, 0},
	} {
		c, problems := Parse("tocsin.yaml", []byte("retention: "+text), os.ReadFile)
		if c == nil {
			t.Errorf("%s: %v", text, problems)
		} else if c.Retention != want {
			t.Errorf("%s is %+v, want %+v", text, c.Retention, want)
		}
	}
}
