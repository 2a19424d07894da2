package schema_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tocsin/cmd/tocsin/schema"
	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/seeds"
	"tocsin/watcher/config"
	"tocsin/watcher/schedule"
)

// top is the folder of the project.
const top = "../../.."

// kind is a kind of file that people write.
type kind struct {
	schema *jsonschema.Schema
	// right reports whether the program takes a file as it stands alone.
	right func(data []byte) bool
}

var (
	ruleFile   = kind{compile(schema.Rules), rightRules}
	configFile = kind{compile(schema.Config), rightConfig}
	feedList   = kind{compile(schema.Feeds), rightFeeds}
)

func compile(f schema.File) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(f.Data))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(f.Name, doc); err != nil {
		panic(err)
	}
	return c.MustCompile(f.Name)
}

func rightRules(data []byte) bool {
	_, problems := rules.Parse("x.yaml", data)
	return !yamlfile.AnyError(problems)
}

func rightConfig(data []byte) bool {
	_, problems := config.Parse("tocsin.yaml", data, noFiles)
	return !yamlfile.AnyError(problems)
}

func rightFeeds(data []byte) bool {
	every, err := schedule.Parse(config.DefaultSchedule)
	if err != nil {
		panic(err)
	}
	_, problems := config.ParseFeeds("feeds.yaml", data, every, noFiles)
	return !yamlfile.AnyError(problems)
}

// noFiles stands for the files that a configuration names: all are there and
// empty.
func noFiles(string) ([]byte, error) { return nil, nil }

// says returns what a schema says of a file; nil when it takes it.
func (k kind) says(data []byte) error {
	doc, err := document(data)
	if err != nil {
		return err
	}
	return k.schema.Validate(doc)
}

// kindOf tells what a YAML example is for by the keys at its left edge.
func kindOf(data []byte) kind {
	switch {
	case regexp.MustCompile(`(?m)^version:`).Match(data):
		return ruleFile
	case regexp.MustCompile(`(?m)^- `).Match(data):
		return feedList
	}
	return configFile
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func archives(t testing.TB, folder string) map[string]*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(top, folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives in %s: %v", folder, err)
	}
	found := map[string]*txtar.Archive{}
	for _, p := range paths {
		a, err := txtar.ParseFile(p)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimSuffix(filepath.Base(p), ".txtar")] = a
	}
	return found
}

// The schemas are in the program as they are in the folder, and say who they are
// without an address that somebody else could own.
func TestSchemasNameThemselves(t *testing.T) {
	t.Parallel()
	for _, f := range []schema.File{schema.Rules, schema.Config, schema.Feeds} {
		var doc struct {
			Draft string `json:"$schema"`
			ID    string `json:"$id"`
		}
		if err := json.Unmarshal(f.Data, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Draft != "http://json-schema.org/draft-07/schema#" || doc.ID != f.Name {
			t.Errorf("%s is %q after %q", f.Name, doc.ID, doc.Draft)
		}
		if !bytes.Equal(f.Data, read(t, "cmd/tocsin/schema/"+f.Name)) {
			t.Errorf("%s is another in the program", f.Name)
		}
	}
}

func TestShippedFilesAreTaken(t *testing.T) {
	t.Parallel()
	taken := func(name string, k kind, data []byte) {
		if err := k.says(data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	names, err := fs.Glob(seeds.Themes(), "*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no themes: %v", err)
	}
	for _, name := range names {
		taken(name, ruleFile, read(t, "seeds/themes/"+name))
	}
	taken("feeds.yaml", feedList, seeds.Feeds())
	taken("tocsin.yaml", configFile, read(t, "cmd/tocsin/tocsin.yaml"))
	taken("faultless.yaml", ruleFile, read(t, "rules/testdata/faultless.yaml"))
	for name, a := range archives(t, "rules/testdata/examples") {
		for _, f := range a.Files {
			if strings.HasSuffix(f.Name, ".yaml") {
				taken(name+"/"+f.Name, ruleFile, f.Data)
			}
		}
	}
}

// example finds the YAML examples in a document.
var example = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```")

func TestExamplesInDocumentsAreTaken(t *testing.T) {
	t.Parallel()
	count := 0
	err := fs.WalkDir(os.DirFS(top), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case filepath.Ext(name) != ".md":
			return nil
		}
		for _, m := range example.FindAllSubmatch(read(t, name), -1) {
			count++
			if k := kindOf(m[1]); k.says(m[1]) != nil || !k.right(m[1]) {
				t.Errorf("%s: %v\n%s", name, k.says(m[1]), m[1])
			}
		}
		return nil
	})
	if err != nil || count < 2 {
		t.Errorf("%d examples found: %v", count, err)
	}
}

// Each line of an "in" that begins with "? " is a query, and "head" holds keys of
// the file around it.
func TestQueriesAreTaken(t *testing.T) {
	t.Parallel()
	for name, a := range archives(t, "rules/testdata/queries") {
		head, in := "", ""
		for _, f := range a.Files {
			switch f.Name {
			case "head":
				head = string(f.Data)
			case "in":
				in = string(f.Data)
			}
		}
		for line := range strings.Lines(in) {
			query, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "? ")
			if !ok {
				continue
			}
			quoted := "'" + strings.ReplaceAll(query, "'", "''") + "'"
			file := []byte(head + "version: 1\ntheme: t\nrules:\n  - {id: r, require: " + quoted + "}\n")
			if err := ruleFile.says(file); err != nil || !ruleFile.right(file) {
				t.Errorf("%s: %s: %v", name, query, err)
			}
		}
	}
}

// What the decoder takes and a schema of its types would not take on its own.
func TestWhatTheDecoderTakesIsTaken(t *testing.T) {
	t.Parallel()
	inRule := func(text string) string {
		return "version: 1\ntheme: t\nrules:\n- id: t.one\n  require: alpha\n  " + text + "\n"
	}
	for _, c := range []struct {
		name string
		kind kind
		text string
	}{
		{"numbers and bools as members of a list", ruleFile, "version: 1\nlists: {a: [1984, true, 3.5, -1, .5, 1e3, 0x1F, no, 'null']}"},
		{"numbers and bools as text", ruleFile, inRule("title: 1984\n  why: true\n  exclude: 42\n  examples: {match: [1984, true, {title: 3, tags: [1]}]}")},
		{"a number as an id and a theme", ruleFile, "version: 1\ntheme: 2027\nrules: [{id: 5, require: 2027}]"},
		{"keys without values", ruleFile, inRule("title:\n  why: ~\n  status:\n  severity: null\n  base:\n  exclude:\n  signals:\n  threshold:\n  escalate:\n  examples:\n    match:\n")},
		{"no rules, so no theme", ruleFile, "version: 1\ntheme:\nshare: false\nfold:\nlists:\nrules: []\ntune:\n"},
		{"names in other scripts", ruleFile, "version: 1\ntheme: été-2_x\nlists: {größe: [x]}\nrules: [{id: 規則.1, require: $größe}]"},
		{"stems", ruleFile, "version: 1\nlists: {a: [loosen*, \"two word*\", \"mid* dle*\", ﬃ*, \"d'a*\", été*, \"(gamm*)\", 'foo*-bar*']}"},
		{"a member with a dollar inside", ruleFile, "version: 1\nlists: {a: [US$, ' $b']}"},
		{"points up to the edge", ruleFile, inRule("signals: [{when: a, points: -10}, {when: b, points: +10}]\n  threshold: -3\n  base: -5\n  escalate: {high: 8, critical: 012}")},
		{"an example without a title", ruleFile, inRule("examples: {no_match: [{title: '', summary: x}, {body: y}]}")},
		{"tunings", ruleFile, "version: 1\ntune: [{rules: [a.b, 'c.*', 'd*', '*', 5], threshold: 0, expires: 2027-03-01}, {rules: ['e'], exclude: x, signals: }]"},
		{"aliases", ruleFile, "version: 1\nlists: {a: &a [x], b: *a}"},

		{"an empty configuration", configFile, ""},
		{"blocks without keys", configFile, "fetch:\nslack:\nroutes:\nstories:\nlog:\nweb:\nretention:\noperators:\nintervals:\n"},
		{"empty texts as not given", configFile, "store: ''\nfetch: {user_agent: '', contact: ''}\nslack: {token_file: '', api_url: ''}\nroutes: {channel: '', mention: ''}\nlog: {level: '', format: ''}"},
		{"durations", configFile, "fetch: {timeout: 1.5h30m, min_interval: 0}\nstories: {window: 1d12h}\nroutes: {hold: 0s, at_most_every: '0', routes: [{hold: 5d0}, {hold: +5m}, {hold: .5s}, {hold: 90µs}]}"},
		{"sizes", configFile, "fetch: {max_body: 16 MiB}\nretention: {max_size: 5GiB, articles: 0d}"},
		{"schedules", configFile, "schedule: '@every 90s'\nfeeds: [{url: 'https://a.example', schedule: 'TZ=UTC 0,30 8-18/2 ? JAN mon-fri'}, {url: 'https://b.example', schedule: ' @hourly '}]"},
		{"channels", configFile, "routes: {channel: '#süd_2', routes: [{channel: C0123456789}, {channel: GABCDEFGH, routes: [{}]}]}"},
		{"feeds that are paths", configFile, "feeds: [a.yaml, 2027, /b/c.opml, 'd: e', 'f:/g', {url: 'https://a.example'}]"},
		{"headers", configFile, "feeds: [{url: 'https://a.example', headers: {A: , B: 5, X-C: 'Bearer ${file:a b}$', D: 'US$ 5', E: '$${file:x}'}}]"},
		{"an address in capitals", feedList, "[{url: 'HTTPS://A.EXAMPLE'}, {url: 'http://u:p@b.example:80?x#y'}]"},
		{"an empty list of feeds", feedList, "# none yet"},
		{"a feed's keys without values", feedList, "- url: https://a.example\n  title:\n  tags:\n  schedule:\n  max_age:\n  full_text:\n  language:\n  headers:\n  enabled:\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !c.kind.right([]byte(c.text)) {
				t.Fatal("the program does not take it")
			}
			if err := c.kind.says([]byte(c.text)); err != nil {
				t.Error(err)
			}
		})
	}
}

// What no fixture is about.
func TestWhatIsWrongIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		kind kind
		text string
	}{
		{"a version in quotes", ruleFile, "version: '1'"},
		{"lists to share without a theme", ruleFile, "version: 1\nshare: true"},
		{"a theme without a value", ruleFile, "version: 1\ntheme:\nrules: [{id: a, require: b}]"},
		{"a rule that is no block", ruleFile, "version: 1\ntheme: t\nrules: [alpha]"},
		{"an unknown key of an example", ruleFile, "version: 1\ntheme: t\nrules: [{id: a, require: b, examples: {match: [{titel: x, summary: y}]}}]"},
		{"a list without members", ruleFile, "version: 1\nlists: {a: }"},
		{"no day", ruleFile, "version: 1\ntune: [{rules: [a], threshold: 1, expires: 2027-02-30}]"},
		{"an unknown key of a route in a route", configFile, "routes: {routes: [{routes: [{chanel: '#x'}]}]}"},
		{"a route in a route without a value", configFile, "routes: {routes: [{routes: [null]}]}"},
		{"a time-out of nothing", configFile, "fetch: {timeout: 0s}"},
		{"a size of nothing", configFile, "fetch: {max_body: 0MiB}"},
		{"a negative duration", configFile, "stories: {window: 5x}"},
		{"a contact with a line break", configFile, "fetch: {contact: \"a\\nb\"}"},
		{"a channel in capitals", configFile, "routes: {channel: '#AI'}"},
		{"a configuration that is a list", configFile, "[a]"},
		{"a list of feeds that is a block", feedList, "feeds: []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.kind.right([]byte(c.text)) {
				t.Fatal("the program takes it")
			}
			if c.kind.says([]byte(c.text)) == nil {
				t.Error("the schema takes it")
			}
		})
	}
}

// FuzzDecoder looks for files that the program takes and a schema refuses.
func FuzzDecoder(f *testing.F) {
	for _, folder := range []string{"rules/testdata/mistakes", "watcher/config/testdata", "rules/testdata/examples"} {
		for _, a := range archives(f, folder) {
			for _, file := range a.Files {
				f.Add(file.Data)
			}
		}
	}
	for _, name := range []string{"rules/testdata/faultless.yaml", "cmd/tocsin/tocsin.yaml"} {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, k := range []kind{ruleFile, configFile, feedList} {
			if !k.right(data) || bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff \t\r\n"), []byte("<")) {
				continue
			}
			if err := k.says(data); err != nil {
				t.Errorf("the program takes it: %v", err)
			}
		}
	})
}
