package yamlfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/rules/yamlfile"
)

type file struct {
	Version int
	Share   yamlfile.Bool
	Lists   yamlfile.Map[[]yamlfile.String]
	Rules   []entry
	Limits  map[string]float64
	Size    uint8
	Feed    *feed
	Wait    wait
	base    `yaml:",inline"`
	Skipped string `yaml:"-"`
}

type base struct {
	Theme string `yaml:"theme"`
}

type entry struct {
	ID        yamlfile.String `yaml:"id"`
	Threshold yamlfile.Int    `yaml:"threshold"`
}

// feed is an address alone, or a block.
type feed struct {
	URL  string
	Tags []string
}

func (f *feed) UnmarshalYAML(n *yamlfile.Node) error {
	switch n.Kind() {
	case yamlfile.Text:
		f.URL = n.Text()
		return nil
	case yamlfile.List:
		return n.Problem("an address or a block of keys", "")
	}
	type plain feed
	return n.Decode((*plain)(f))
}

type wait time.Duration

func (w *wait) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil {
		return errors.New("must be a duration such as 15m")
	}
	*w = wait(d)
	return nil
}

func TestDecodeReadsEveryKindOfValue(t *testing.T) {
	t.Parallel()
	const text = `version: 1
share: true
theme: 5
wait: 15m
size: 200
feed: https://example.com/feed
limits: {a: 1.5}
lists:
  z: [no, 1, x y]
  a:
rules:
  - id: one
    threshold: 3
`
	var f file
	if ps := yamlfile.Decode("x.yaml", []byte(text), &f); len(ps) > 0 {
		t.Fatal(ps)
	}
	got := strings.TrimSpace(fmt.Sprintln(f.Version, f.Share, f.Theme, time.Duration(f.Wait), f.Size, f.Feed.URL, f.Limits))
	if want := "1 {true {2 8}} 5 15m0s 200 https://example.com/feed map[a:1.5]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var lists []string
	for _, l := range f.Lists {
		lists = append(lists, fmt.Sprint(l.Key.Value, l.Key.Pos))
		for _, m := range l.Value {
			lists = append(lists, fmt.Sprint(m.Value, m.Pos))
		}
	}
	if diff := cmp.Diff([]string{"z{9 3}", "no{9 7}", "1{9 11}", "x y{9 14}", "a{10 3}"}, lists); diff != "" {
		t.Error(diff)
	}
	if r := f.Rules[0]; r.ID.Value != "one" || r.Threshold.Value != 3 || r.Threshold.Pos != (yamlfile.Pos{Line: 13, Col: 16}) {
		t.Errorf("got rule %+v", r)
	}
}

func TestDecodeNamesEveryMistake(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 20000)
	for _, c := range []struct{ name, text, want string }{
		{"an empty file is an empty block", "", ""},
		{"comments alone are an empty block", "# nothing\n", ""},
		{"keys without values are not given", "version:\nfeed: ~\n", ""},
		{"several mistakes at once, in order", "versoin: 1\nshare: yes\nsize: -1\n", `
x.yaml:1:1: unknown key "versoin" (did you mean version?)
x.yaml:2:8: share must be true or false, not "yes"
x.yaml:3:7: size must be a whole number from 0, not "-1"`},
		{"a key like no other", "colour: red\n", `
x.yaml:1:1: unknown key "colour" (known here: version, share, lists, rules, limits, size, feed, wait and theme)`},
		{"a repeated key", "version: 1\ntheme: a\nversion: 2\n", `
x.yaml:3:1: the key "version" is here twice (first in line 1)`},
		{"a word for a number", "rules:\n  - {id: a, threshold: five}\n", `
x.yaml:2:24: threshold must be a whole number, not "five"`},
		{"a number in quotes", "version: \"1\"\n", `
x.yaml:1:10: version must be a whole number, not "1" (write it without quotes)`},
		{"a number too large", "size: 256\nversion: 99999999999999999999\n", `
x.yaml:1:7: size must be a whole number from 0, not "256"
x.yaml:2:10: version must be a whole number, not "99999999999999999999"`},
		{"a list for a text", "rules:\n  - id: [a]\n", `
x.yaml:2:9: id must be text, not a list`},
		{"text for a list", "lists: {a: OpenAI}\n", `
x.yaml:1:12: a must be a list, not "OpenAI" (write [OpenAI])`},
		{"text for a block", "rules: [hello]\n", `
x.yaml:1:9: an entry of rules must be a block of keys, not "hello"`},
		{"a file that is a list", "- a\n", `
x.yaml:1:1: the file must be a block of keys, not a list`},
		{"an empty entry", "rules:\n  -\n", `
x.yaml:2:4: an entry of rules is empty (write something after the - or delete it)`},
		{"a type's own words", "wait: soon\nfeed: [x]\n", `
x.yaml:1:7: wait must be a duration such as 15m
x.yaml:2:7: feed must be an address or a block of keys, not a list`},
		{"a mistake inside a type that reads itself", "feed: {tag: x}\n", `
x.yaml:1:8: unknown key "tag" (did you mean tags?)`},
		{"a key that is a list", "? [a]\n: 1\n", `
x.yaml:1:3: a key must be text, not a list`},
		{"a merge key", "feed: {<<: {url: x}}\n", `
x.yaml:1:8: << does not merge keys here (write them out)`},
		{"a tag", "theme: !env HOME\n", `
x.yaml:1:8: the tag !env means nothing here (put text that begins with ! in quotes)`},
		{"a colon in text", "theme: a: b\n", `
x.yaml:1:9: a key with a colon cannot stand here (indent like the lines around, or put text that has ": " in it in quotes)`},
		{"text behind a closing quote", "theme: \"a b\" OR \"c d\"\n", `
x.yaml:1:14: text goes on behind its closing quote (put all of it in single quotes: '"a b" OR "c d"')`},
		{"a quote that is not closed", "version: 1\ntheme: 'abc\n\nwait: 1m\n", `
x.yaml:2:8: a quote is not closed`},
		{"a tab", "feed:\n\turl: x\n", `
x.yaml:2:1: lines are indented with spaces, not tabs`},
		{"a star", "theme: *word\n", `
x.yaml:1:8: text that begins with * must be in quotes`},
		{"an open list", "lists: {a: [b, c}\n", `
x.yaml:1:12: this [ is not closed`},
		{"two documents", "version: 1\n---\nversion: 1\n", `
x.yaml:2:1: the file has several documents (delete the line --- and what follows, or make it a file of its own)`},
		{"a byte that is no UTF-8", "theme: a\nwait: \xff\n", `
x.yaml:2:7: the file is not UTF-8 from here on (save it as UTF-8)`},
		{"a control character", "theme: ä\x01\n", `
x.yaml:1:9: control character U+0001 (delete it)`},
		{"an alias of what it is part of", "feed: &f\n  tags: *f\n", `
x.yaml:1:7: tags must be a list, not a block of keys`},
		{"a name for text that nothing uses", "theme: &Co buys it\n", `
x.yaml:1:8: &Co is a name for the text behind it, which no *Co uses (put text that begins with & in quotes)`},
		{"a name for text that something uses", "theme: &x it\nfeed: *x\n", ""},
		{"an open block above another entry", "rules:\n  - {id: a, threshold: 1\n  - {id: b}\n", `
x.yaml:2:5: this { is not closed (line 3 goes on as if it were)`},
		{"a list whose closing bracket is missing", "lists:\n  a: [b,\n    c\n  d: [e]\n", `
x.yaml:2:6: this [ is not closed (line 4 goes on as if it were)`},
		{"a quote that the next one closes", "rules:\n  - {id: 'a}\n  - {id: 'b'}\n", `
x.yaml:2:10: a quote is not closed (the next one is in line 3)`},
		{"quotes and brackets inside texts mean nothing", "theme: |\n  'a [\nwait: can't [ {\nlists: {a: [\"b's]\", 'c\"', d's]}\nrules: [}\n", `
x.yaml:5:8: this [ is not closed`},
		{"text behind a closing bracket", "theme: [a] b\n", `
x.yaml:1:12: text goes on behind its closing bracket (put all of it in quotes)`},
		{"a comma that is missing in a list", "lists: {a: [\"b\" c]}\n", `
x.yaml:1:17: text goes on behind its closing quote (put a comma before it, or put all of it in double quotes)`},
		{"an opening brace that is missing", "rules:\n  - id: 'a', threshold: 1}\n", `
x.yaml:2:12: text goes on behind its closing quote (a block in one line is {a: b, c: d}, and a list [a, b])`},
		{"no space behind a dash", "rules:\n  -id: a\n   threshold: 1\n", `
x.yaml:2:3: a space is missing behind the - (entries of a list begin with a - and a space)`},
		{"no dash before an entry", "lists:\n  a:\n    - b\n    c\n    - d\n", `
x.yaml:4:5: a - is missing before this entry of the list`},
		{"no dash before the first entry", "rules:\n  {id: a}\n  - {id: b}\n", `
x.yaml:2:3: a - is missing before this entry of the list`},
		{"no dash before an entry that stands further right", "lists:\n  a:\n     b\n    - c\n    - d: e\n", `
x.yaml:3:6: a - is missing before this entry of the list`},
		{"no colon behind the key of a block", "feed\n  url: x\n", `
x.yaml:1:1: a colon is missing behind the key (write key: value)`},
		{"a bracket inside a text in a block", "rules:\n  - {id: a, thre[shold: 1}\n  - {id: b}\n", `
x.yaml:2:17: this [ is not closed`},
		{"no colon behind a key", "version 1\ntheme: a\n", `
x.yaml:1:1: a colon is missing behind the key (write key: value)`},
		{"no space behind a colon", "version:1\ntheme: a\n", `
x.yaml:1:1: a space is missing behind the colon (write version: 1)`},
		{"no space behind a colon in a block", "rules: [{id:5, threshold: 1}]\n", `
x.yaml:1:10: unknown key "id:5" (write id: with a space behind the colon)`},
		{"a key that stands too far left", "rules:\n  - id: a\n   threshold: 1\n", `
x.yaml:3:4: this cannot stand here (check the indentation: what it would belong to begins in column 3, as in line 2)`},
		{"a list in itself", "lists: {a: &a [*a]}\n", `
x.yaml:1:12: an entry of a must be text, not a list`},
		{"20,000 open brackets", "lists: " + deep, `
x.yaml:1:72: lists or blocks are too deep inside each other`},
		{"a long text in a message", "version: " + strings.Repeat("ä", 100) + "\n", `
x.yaml:1:10: version must be a whole number, not "` + strings.Repeat("ä", 40) + `…"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var f file
			var got strings.Builder
			for _, p := range yamlfile.Decode("x.yaml", []byte(c.text), &f) {
				got.WriteString("\n" + p.Error())
			}
			if diff := cmp.Diff(c.want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeRefusesWhatWouldNotEnd(t *testing.T) {
	t.Parallel()
	var bomb strings.Builder
	bomb.WriteString("lists: [&l0 [x]")
	for i := range 40 {
		fmt.Fprintf(&bomb, ", &l%d [*l%d, *l%d]", i+1, i, i)
	}
	bomb.WriteString("]\n")
	for _, c := range []struct{ name, text, want string }{
		{"10 MB", strings.Repeat("# 4567890\n", 1<<20), "x.yaml: the file has 10 MiB, more than the 8 MiB that are read (split it into several)"},
		{"many entries", strings.Repeat("-\n", 2<<20), "x.yaml: the file has more than 1048576 lines and commas (split it into several)"},
		{"an alias bomb", bomb.String(), "aliases make this file too large (write out what * stands for)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var f struct{ Lists []tree }
			ps := yamlfile.Decode("x.yaml", []byte(c.text), &f)
			if len(ps) != 1 || !strings.HasSuffix(ps[0].Error(), c.want) {
				t.Errorf("got %v, want %s", ps, c.want)
			}
		})
	}
}

// tree is what an alias bomb needs: a type inside itself.
type tree struct{ kids []tree }

func (t *tree) UnmarshalYAML(n *yamlfile.Node) error {
	if n.Kind() == yamlfile.Text {
		return nil
	}
	return n.Decode(&t.kids)
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("version: 1\nlists: {a: [b, \"c\"]}\nrules:\n  - {id: x, threshold: 1}\n"))
	f.Add([]byte("feed: &a {tags: [*a]}\nshare: !!bool x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var v file
		for _, p := range yamlfile.Decode("x.yaml", data, &v) {
			yamlfile.Snippet(data, p)
		}
		for _, r := range v.Rules {
			for i := -1; i <= len(r.ID.Value)+1; i++ {
				r.ID.PosAt(i)
			}
		}
	})
}
