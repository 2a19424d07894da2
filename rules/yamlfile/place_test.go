package yamlfile_test

import (
	"strings"
	"testing"

	"tocsin/rules/yamlfile"
)

// In each file the text is the value of the key q, and ^ marks the place of the
// character that is @ in the value.
func TestAPlaceInATextIsItsPlaceInTheFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text string }{
		{"plain", "q: one @two\n"},
		{"plain with letters of several bytes", "é: 1\nq: ünü @two\n"},
		{"plain over lines", "q: one\n   two\n     thr @ee\n"},
		{"plain over empty lines", "q: one\n\n\n   two @x\n"},
		{"plain in a flow block", "b: {c: 1, q: one AND @two, d: 1}\n"},
		{"single quotes", "q: 'one @two'\n"},
		{"single quotes with doubled ones", "q: 'it''s ''one'' @two'\n"},
		{"single quotes over lines", "q: 'it''s\n  one\n  @two'\n"},
		{"double quotes", "q: \"one @two\"\n"},
		{"double quotes with escapes", `q: "\"one\" \u00e9\x41\t\\ \_\L @two"` + "\n"},
		{"double quotes over lines", "q: \"one\n  \\\"two\\\"\n\n  @three\"\n"},
		{"double quotes with joined lines", "q: \"one \\\n    two @three\"\n"},
		{"literal block", "q: |\n  one\n    two\n\n  @three\nb: 1\n"},
		{"literal block with empty lines first", "q: |\n\n  one\n  @three\n"},
		{"literal block with a comment in its header", "q: |- # words\n  one @two\n"},
		{"folded block", "q: >-\n  one\n  two\n\n  three\n    four\n  @five\n"},
		{"anchored", "q: &name 'one @two'\n"},
		{"tagged", "q: !!str \"one @two\"\n"},
		{"behind a byte order mark", "\ufeffq: one @two\n"},
		{"with Windows line ends", "a: 1\r\nq: one\r\n  two\r\n  @three\r\n"},
		{"at the start", "q: \"@one\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			// A plain @ may not begin a text, so the file has x there.
			before, _, _ := strings.Cut(strings.TrimPrefix(c.text, "\ufeff"), "@")
			want := yamlfile.Pos{Line: strings.Count(before, "\n") + 1, Col: len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1}
			var f struct {
				Q yamlfile.String
				A int
				B any1
				E int `yaml:"é"`
			}
			if ps := yamlfile.Decode("", []byte(c.text), &f); len(ps) > 0 {
				t.Fatal(ps)
			}
			q := f.Q
			if !q.Given() {
				q = f.B.Q
			}
			if got := q.PosAt(strings.Index(q.Value, "@")); got != want {
				t.Errorf("in %q the @ is at %v, want %v", q.Value, got, want)
			}
		})
	}
}

// any1 is a block with a text, or anything.
type any1 struct{ Q yamlfile.String }

func (a *any1) UnmarshalYAML(n *yamlfile.Node) error {
	if n.Kind() != yamlfile.Block {
		return nil
	}
	var b struct {
		Q    yamlfile.String
		C, D int
	}
	ps := n.Decode(&b)
	a.Q = b.Q
	return ps
}

func TestTheEndOfATextIsBehindItsLastCharacter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want yamlfile.Pos
	}{
		{"q: one\nb: 1\n", yamlfile.Pos{Line: 1, Col: 7}},
		{"q: 'one'\n", yamlfile.Pos{Line: 1, Col: 8}},
		{"q: |-\n  one\nb: 1\n", yamlfile.Pos{Line: 2, Col: 6}},
		{"q: |\n  one\n\nb: 1\n", yamlfile.Pos{Line: 2, Col: 6}},
		{"q: one", yamlfile.Pos{Line: 1, Col: 7}},
	} {
		var f struct {
			Q yamlfile.String
			B int
		}
		if ps := yamlfile.Decode("", []byte(c.text), &f); len(ps) > 0 {
			t.Fatal(ps)
		}
		if got := f.Q.PosAt(len(f.Q.Value)); got != c.want {
			t.Errorf("%q ends at %v, want %v", c.text, got, c.want)
		}
	}
}

func TestSnippetShowsThePlace(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("abcdefghi ", 30)
	for _, c := range []struct {
		name, text string
		pos        yamlfile.Pos
		want       string
	}{
		{"with a caret", "a: 1\nb: two\n", yamlfile.Pos{Line: 2, Col: 4}, "2 | b: two\n  |    ^"},
		{"with tabs and wide characters", "\t中文: x", yamlfile.Pos{Line: 1, Col: 5}, "1 | \t中文: x\n  | \t     ^"},
		{"cut when long", long, yamlfile.Pos{Line: 1, Col: 201}, "1 | …" + long[140:239] + "…\n  | " + strings.Repeat(" ", 61) + "^"},
		{"without control characters", "a: \x1b[31m", yamlfile.Pos{Line: 1, Col: 1}, "1 | a: �[31m\n  | ^"},
		{"nowhere", "a: 1\n", yamlfile.Pos{}, ""},
		{"past the end of the line", "a\n", yamlfile.Pos{Line: 1, Col: 9}, "1 | a\n  |  ^"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := yamlfile.Snippet([]byte(c.text), yamlfile.Problem{Pos: c.pos}); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestNearestFindsWhatWasMeant(t *testing.T) {
	t.Parallel()
	known := []string{"threshold", "theme", "title", "why", "status", "severity", "ai_lab", "cloud"}
	for word, want := range map[string]string{
		"treshold": "threshold", "thershold": "threshold", "Threshold": "threshold", "titel": "title",
		"clouds": "cloud", "wyh": "why", "ailab": "ai_lab", "red": "", "x": "", "": "", "severities": "severity",
	} {
		if got := yamlfile.Nearest(word, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}
