package learn_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"tocsin/rules"
	"tocsin/rules/learn"
	"tocsin/rules/yamlfile"
)

var update = flag.Bool("update", false, "write the golden files")

// tide reads the documents and the background that most tests are about.
func tide(t testing.TB) (docs []learn.Document, background []learn.Background) {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", "tide.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		if f.Name != "background" {
			docs = append(docs, learn.Document{Text: string(f.Data)})
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			title, summary, _ := strings.Cut(strings.TrimSpace(line), " | ")
			background = append(background, learn.Background{Title: title, Summary: summary})
		}
	}
	return docs, background
}

func draft(docs []learn.Document, background []learn.Background) (*learn.Draft, error) {
	l, err := learn.New(docs)
	if err != nil {
		return nil, err
	}
	for _, b := range background {
		l.Add(b)
	}
	return l.Draft("tide")
}

func TestDraftsAreAsBefore(t *testing.T) {
	t.Parallel()
	docs, background := tide(t)
	for _, tt := range []struct {
		name       string
		background []learn.Background
	}{
		{"alone", nil},
		{"background", background},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d, err := draft(docs, tt.background)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", tt.name+".yaml")
			if *update {
				if err := os.WriteFile(golden, d.YAML, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(d.YAML, want) {
				t.Errorf("the draft is not %s (-update takes it):\n%s", golden, d.YAML)
			}
		})
	}
}

func TestTheSameTextsGiveTheSameDraft(t *testing.T) {
	t.Parallel()
	docs, background := tide(t)
	first, err := draft(docs, background)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(background)
	for _, again := range []struct {
		what       string
		docs       []learn.Document
		background []learn.Background
	}{
		{"the background in another order", docs, background},
		{"a document twice", append(slices.Clone(docs), docs[0]), background},
		{"a document without words", append(slices.Clone(docs), learn.Document{Text: " …\n"}), background},
		{"a document in the background", docs, append(slices.Clone(background), learn.Background{Title: docs[0].Title, Summary: docs[0].Text})},
	} {
		d, err := draft(again.docs, again.background)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(d.YAML, first.YAML) {
			t.Errorf("%s: the draft is another", again.what)
		}
	}
}

func TestDraftFindsWhatTheTextsAreAbout(t *testing.T) {
	t.Parallel()
	docs, background := tide(t)
	for _, b := range [][]learn.Background{nil, background} {
		d, err := draft(docs, b)
		if err != nil {
			t.Fatal(err)
		}
		set := compiled(t, d.YAML)
		for title, want := range map[string]bool{
			"Selkie Power wins a licence for tidal turbines off Hestay": true,
			"Bakery wins a prize for its bread":                         false,
			"Council debates a new licence for street markets":          false,
		} {
			if got := len(set.Evaluate(&rules.Article{Title: title})) > 0; got != want {
				t.Errorf("with %d articles of background: %q matches: %v, want %v", len(b), title, got, want)
			}
		}
	}
}

// compiled compiles a draft as tocsin check does, and tests it as tocsin test does.
func compiled(t testing.TB, data []byte) *rules.Set {
	t.Helper()
	f, problems := rules.Parse("draft.yaml", data)
	if f == nil {
		t.Fatalf("%v\n%s", problems, data)
	}
	set, problems := rules.Compile(time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC), f)
	if yamlfile.AnyError(problems) {
		t.Fatalf("%v\n%s", problems, data)
	}
	for _, r := range set.Test() {
		if r.Failures() > 0 {
			t.Fatalf("%s\n%s", r.Text(), data)
		}
	}
	return set
}

func TestNothingIsLearntFromNothing(t *testing.T) {
	t.Parallel()
	for name, docs := range map[string][]learn.Document{
		"no document":          nil,
		"an empty document":    {{}},
		"no words":             {{Text: "… – !\n\n\x00\xff"}},
		"words of grammar":     {{Text: "It is what it is, and that was not so before."}},
		"numbers":              {{Text: "1 2 3, 4.5 and 6,000"}},
		"nothing that recurs":  {{Text: "Zebras graze"}, {Text: "Violins sound"}},
		"nothing to be looked": {{Text: "foo:bar baz_qux"}},
	} {
		if d, err := draft(docs, nil); !errors.Is(err, learn.ErrNothing) {
			t.Errorf("%s: error %v, want ErrNothing\n%+v", name, err, d)
		}
	}
}

func TestTooMuchTextIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := learn.New([]learn.Document{{Text: strings.Repeat("x", learn.MaxText+1)}}); err == nil {
		t.Error("more than MaxText is taken")
	}
}

func TestABadThemeIsRefused(t *testing.T) {
	t.Parallel()
	docs, _ := tide(t)
	l, err := learn.New(docs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Draft("a b\n"); err == nil {
		t.Error("a theme with a space is taken")
	}
}

// Whatever the texts hold, the draft is a rule file without errors whose examples
// pass.
func FuzzDraft(f *testing.F) {
	docs, background := tide(f)
	f.Add(docs[0].Text, docs[1].Text, background[0].Title)
	f.Add("yes: no\n- null # a\n\"' true'", "null yes no true \x00\x1b[31m 'Yes' \"No\"", "x")
	f.Add("We saw NEAR AND NOT NEAR/8 xAI. We saw NEAR AND Near.", "Of it NEAR AND NOT OR Or AND.", "")
	f.Add("人工智能公司宣布。人工智能公司。", "人工智能公司新闻", "新闻 新闻")
	f.Add("Straße STRASSE ﬁne ½ ǅ ß İi ı ά’s l’Équipe", "Straße ﬁne ½ ǅ İi l’Équipe don’t U.S. U.S.", "ﬁne")
	f.Add(strings.Repeat("walrus ", 40), strings.Repeat("Walrus Walruses walrusing ", 40), "walrus")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, docs := range [][]learn.Document{{{Title: c, Text: a}}, {{Text: a}, {Title: b, Text: a + "\n" + b}}} {
			for _, background := range [][]learn.Background{nil, {{Title: c, Summary: b}, {Title: b, Summary: c}, {Title: c}}} {
				d, err := draft(docs, background)
				if errors.Is(err, learn.ErrNothing) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				compiled(t, d.YAML)
			}
		}
	})
}

func TestTheBackgroundIsKeptInBoundedMemory(t *testing.T) {
	t.Parallel()
	docs, _ := tide(t)
	l, err := learn.New(docs)
	if err != nil {
		t.Fatal(err)
	}
	const many = 7000
	for i := range many {
		l.Add(learn.Background{Title: fmt.Sprintf("Bread number %d is baked", i)})
	}
	d, err := l.Draft("tide")
	if err != nil {
		t.Fatal(err)
	}
	if d.Background != many || d.Sampled != 5000 {
		t.Errorf("%d articles counted and %d kept, want %d and 5000", d.Background, d.Sampled, many)
	}
}
