package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/rules"
)

// now is a moment that nothing in testdata has expired at, unless it says so.
var now = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// compile makes a set of one file, and fails the test when it is wrong.
func compile(t testing.TB, text string) *rules.Set {
	t.Helper()
	f, problems := rules.Parse("x.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatalf("%v\n%s", problems, text)
	}
	s, problems := rules.Compile(now, f)
	if s == nil {
		t.Fatalf("%v\n%s", problems, text)
	}
	return s
}

// ruleFile returns a file with one rule that requires the query.
func ruleFile(head, query string) string {
	return head + "\nversion: 1\ntheme: t\nrules:\n  - id: r\n    require: '" + strings.ReplaceAll(query, "'", "''") + "'\n"
}

// Each archive has queries in its file "in": a query in a line that begins with
// "? ", then one article a line, its fields parted by " | " and its data behind
// " @@ ". In "want" the articles say whether the query holds, and its words are
// in brackets.
func TestQueries(t *testing.T) {
	t.Parallel()
	forEachArchive(t, "queries", func(t *testing.T, files map[string]string) string {
		var want strings.Builder
		var set *rules.Set
		for line := range strings.Lines(files["in"]) {
			line = strings.TrimSuffix(line, "\n")
			if query, ok := strings.CutPrefix(line, "? "); ok {
				set = compile(t, ruleFile(files["head"], query))
				fmt.Fprintf(&want, "? %s\n", query)
			} else if line != "" {
				want.WriteString(markMatch(set, articleOf(line)))
			}
		}
		return want.String()
	})
}

// articleOf reads "title | summary | body @@ source=Name; tag=x".
func articleOf(line string) *rules.Article {
	line, data, _ := strings.Cut(line, " @@ ")
	fields := append(strings.Split(line, " | "), "", "")
	a := &rules.Article{Title: fields[0], Summary: fields[1], Body: fields[2]}
	for d := range strings.SplitSeq(data, "; ") {
		switch key, value, _ := strings.Cut(d, "="); key {
		case "source":
			a.Source = value
		case "url":
			a.URL = value
		case "author":
			a.Author = value
		case "lang":
			a.Lang = value
		case "tag":
			a.Tags = append(a.Tags, value)
		case "category":
			a.Categories = append(a.Categories, value)
		}
	}
	return a
}

// markMatch says in a line whether the set's one rule holds, with the words of
// its require in brackets.
func markMatch(s *rules.Set, a *rules.Article) string {
	holds := "no "
	var spans []rules.Span
	for _, m := range s.Evaluate(a) {
		holds, spans = "yes", m.Require
	}
	var fields []string
	for f, text := range []string{a.Title, a.Summary, a.Body} {
		fields = append(fields, brackets(text, spans, rules.Field(f)))
	}
	for len(fields) > 1 && fields[len(fields)-1] == "" {
		fields = fields[:len(fields)-1]
	}
	return holds + " " + strings.Join(fields, " | ") + "\n"
}

// brackets puts [ and ] around the spans, which may lie inside each other.
func brackets(text string, spans []rules.Span, f rules.Field) string {
	marks := make([]string, len(text)+1)
	for _, s := range slices.Backward(spans) {
		if s.Field == f {
			marks[s.From] += "["
			marks[s.To] = "]" + marks[s.To]
		}
	}
	var b strings.Builder
	for i := range len(text) {
		b.WriteString(marks[i])
		b.WriteByte(text[i])
	}
	return b.String() + marks[len(text)]
}
