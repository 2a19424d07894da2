package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Text returns the verdict's arithmetic in lines, for people: whether require
// and exclude hold, every signal with its points and the words of the article
// that earned them, and the sum.
//
//	require  yes  $ai_lab AND exclusiv*: OpenAI, exclusivity
//	exclude  no   "exclusive interview"
//	     +5  yes  exclusiv* NEAR/8 $loosen: end, exclusivity
//	     +4  no   "right of first refusal"
//	  score  5, threshold 5: match, medium
//
// a is the article that the verdict is about. Its control characters are shown
// as �, so the text is safe on a terminal.
func (v *Verdict) Text(a *Article) string {
	var b strings.Builder
	line := func(name, holds, rest string) { fmt.Fprintf(&b, "%9s  %-3s  %s\n", name, holds, rest) }
	r := v.Rule
	line("require", yesNo(v.Require), printable(r.Require)+quoteSpans(a, v.Require.Spans))
	if len(r.Exclude) > 0 {
		line("exclude", yesNo(v.Exclude), printable(strings.Join(r.Exclude, " | "))+quoteSpans(a, v.Exclude.Spans))
	}
	if r.Base != 0 {
		line(fmt.Sprintf("%+d", r.Base), "yes", "base")
	}
	for _, s := range v.Signals {
		line(fmt.Sprintf("%+d", s.Points), yesNo(s.Finding), printable(s.When)+quoteSpans(a, s.Spans))
	}
	fmt.Fprintf(&b, "%9s  %d, threshold %d: %s\n", "score", v.Score, r.Threshold, v.conclusion())
	return b.String()
}

func yesNo(f Finding) string {
	if f.Holds {
		return "yes"
	}
	return "no"
}

// conclusion says what follows from the verdict, and why.
func (v *Verdict) conclusion() string {
	switch {
	case v.Matched:
		return "match, " + v.Severity.String()
	case !v.Require.Holds:
		return "no match, require does not hold"
	case v.Exclude.Holds:
		return "no match, exclude holds"
	}
	return "no match"
}

// quoteSpans lists the words at the spans, each once, behind a colon.
func quoteSpans(a *Article, spans []Span) string {
	const most = 8 // spans shown
	fields := [numFields]string{Title: a.Title, Summary: a.Summary, Body: a.Body}
	var shown []string
	for _, s := range spans {
		w := printable(fields[s.Field][s.From:s.To])
		if slices.Contains(shown, w) {
			continue
		}
		if len(shown) == most {
			shown = append(shown, "…")
			break
		}
		shown = append(shown, w)
	}
	if len(shown) == 0 {
		return ""
	}
	return ": " + strings.Join(shown, ", ")
}

// printable returns s in one line without control characters.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Text returns the result in lines, for people: one for the rule, the arithmetic
// of every example that failed, the todos, and the signals that no example
// exercised.
func (r *RuleResult) Text() string {
	var b strings.Builder
	ok := "ok  "
	if r.Failures() > 0 {
		ok = "FAIL"
	}
	fmt.Fprintf(&b, "%s  %s: %s\n", ok, r.Rule.ID, r.counts())
	for _, e := range r.Examples {
		if e.Outcome != Passed {
			b.WriteString(e.text(r.Rule.File))
		}
	}
	for _, i := range r.Unexercised {
		fmt.Fprintf(&b, "      never exercised: %s\n", printable(r.Rule.Signals[i].When))
	}
	return b.String()
}

// counts says how many examples of each kind came out as they must.
func (r *RuleResult) counts() string {
	var all, good [2]int // no match, match
	todo := 0
	for _, e := range r.Examples {
		kind := 0
		if e.WantMatch {
			kind = 1
		}
		switch e.Outcome {
		case KnownMiss, TodoDone:
			todo++
			continue
		case Passed:
			good[kind]++
		}
		all[kind]++
	}
	s := fmt.Sprintf("%d of %d match, %d of %d do not", good[1], all[1], good[0], all[0])
	if todo > 0 {
		s += fmt.Sprintf(", %d to do", todo)
	}
	return s
}

// text describes an example that did not just pass.
func (e *ExampleResult) text(file string) string {
	want := "must not match"
	if e.WantMatch {
		want = "must match"
	}
	name := e.Article.Title
	if name == "" {
		name = e.Article.Summary + e.Article.Body
	}
	head := fmt.Sprintf("%s:%d:%d: %s: %s", file, e.Pos.Line, e.Pos.Col, want, printable(name))
	switch e.Outcome {
	case KnownMiss:
		return "      todo " + head + "\n"
	case TodoDone:
		return "      done " + head + "\n           it does now: move it out of the todo list\n"
	}
	return "      FAIL " + head + "\n" + indent(e.Verdict.Text(e.Article), "      ")
}

func indent(text, by string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	return by + strings.Join(lines, by) + "\n"
}
