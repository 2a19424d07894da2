package feedback

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// file is the tuning as a file.
func (p *Proposal) file(rule string, useful, bad []rung) []byte {
	var b strings.Builder
	b.WriteString("version: 1\n")
	fmt.Fprintf(&b, "# Narrows %s by what people voted at its alerts: of %d that were not relevant, and %d\n# that were useful.\n",
		oneLine(rule), len(bad), len(useful))
	fmt.Fprintf(&b, "tune:\n  - rules: [%s]\n", yamlfile.Quote(rule))
	if len(p.Signals) > 0 {
		b.WriteString("    signals:\n")
		for _, s := range p.Signals {
			fmt.Fprintf(&b, "      - {when: %s, points: %d} # in %d that were not relevant, and in none that was useful\n", quoteQuery(s.When), s.Points, s.Has)
		}
	}
	if p.Threshold > 0 {
		fmt.Fprintf(&b, "    threshold: %d # it was %d\n", p.Threshold, bad[0].verdict.Rule.Threshold)
	}
	return []byte(b.String())
}

// maxExamples is how many examples of each kind are written.
const maxExamples = 10

// withExamples is the file with examples in a comment: they belong to the rule, and a
// tuning has none. Those are left out that do not hold as short as they are written.
func (p *Proposal) withExamples(rule string, useful []rung) []byte {
	var kept []*rules.Article
	for _, u := range useful {
		kept = append(kept, u.article)
	}
	var b strings.Builder
	list := func(name string, articles []*rules.Article, match bool) {
		n := 0
		for _, a := range articles {
			short := shortened(a)
			if n == maxExamples || matches(p.Set, rule, short) != match {
				continue
			}
			if n++; n == 1 {
				fmt.Fprintf(&b, "#      %s:\n", name)
			}
			fmt.Fprintf(&b, "#        - %s\n", exampleOf(short))
		}
	}
	list("match", kept, true)
	list("no_match", p.Silenced, false)
	if b.Len() == 0 {
		return p.YAML
	}
	return append(p.YAML, "# With it these hold, as examples of the rule:\n#    examples:\n"+b.String()...)
}

// matches reports whether the rule matches an article.
func matches(set *rules.Set, rule string, a *rules.Article) bool {
	return slices.ContainsFunc(set.Explain(a), func(v rules.Verdict) bool { return v.Rule.ID == rule && v.Matched })
}

// shortened is an article as an example has it, on one line. Its body is left out where
// it has a summary: it is long, and rarely what rang.
func shortened(a *rules.Article) *rules.Article {
	short := rules.Article{
		Title: oneLine(a.Title), Summary: oneLine(a.Summary), Source: oneLine(a.Source), URL: oneLine(a.URL),
		Lang: oneLine(a.Lang), Tags: a.Tags,
	}
	if short.Summary == "" {
		short.Body = excerpt(oneLine(a.Body))
	}
	return &short
}

// exampleOf is an article as rule files write it.
func exampleOf(a *rules.Article) string {
	var keys []string
	add := func(name, value string) {
		if value != "" {
			keys = append(keys, name+": "+yamlfile.Quote(value))
		}
	}
	add("title", a.Title)
	add("summary", a.Summary)
	add("body", a.Body)
	add("source", a.Source)
	add("url", a.URL)
	add("lang", a.Lang)
	if len(a.Tags) > 0 {
		var tags []string
		for _, t := range a.Tags {
			tags = append(tags, yamlfile.Quote(t))
		}
		keys = append(keys, "tags: ["+strings.Join(tags, ", ")+"]")
	}
	return "{" + strings.Join(keys, ", ") + "}"
}

// maxBody is how many characters of a body an example has.
const maxBody = 600

func excerpt(text string) string {
	if runes := []rune(text); len(runes) > maxBody {
		return string(runes[:maxBody])
	}
	return text
}

// oneLine is a text without what would end a comment's line or steer a terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
}

// quoteQuery is a query as a scalar; its quotes are easier to read in single ones.
func quoteQuery(q string) string {
	if strings.HasPrefix(q, `"`) {
		return "'" + q + "'"
	}
	return yamlfile.Quote(q)
}
