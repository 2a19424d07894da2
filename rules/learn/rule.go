package learn

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"tocsin/rules/yamlfile"
)

// draftRule is the one rule of a draft.
type draftRule struct {
	theme        string
	general      general
	names, terms []draftTerm
	named        bool // the documents speak of the names nearly everywhere
	signals      []signal
	threshold    int
	match        []example
	noMatch      []example
	draft        Draft
}

// signal is evidence of the rule.
type signal struct {
	when   string
	points int
	note   string // where it comes from
}

// example is an article that the draft is tested with.
type example struct {
	title, summary string
	note           string
}

// addSignals makes signals of the chosen terms.
func (r *draftRule) addSignals() {
	if len(r.names) > 1 {
		r.addSignal("ATLEAST/2 $names", 2, "two names together")
	}
	for _, t := range r.terms[:min(len(r.terms), maxSignals)] {
		r.addSignal(inQuery(t.query), t.points(), r.note(t))
	}
	for _, n := range []int{2, 4} {
		if len(r.terms) > n {
			r.addSignal(fmt.Sprintf("ATLEAST/%d $terms", n), 1, fmt.Sprintf("%d of the terms together", n))
		}
	}
	if len(r.terms) > 0 {
		r.addSignal("title:$terms", 1, "a term in the headline")
	} else {
		r.addSignal("title:$names", 1, "a name in the headline")
	}
	r.threshold = 1
}

func (r *draftRule) addSignal(when string, points int, note string) {
	r.signals = append(r.signals, signal{when, points, note})
}

// inQuery is a list's member as a query.
func inQuery(member string) string {
	if strings.Contains(member, " ") || strings.ToLower(member) != member {
		return `"` + member + `"`
	}
	return member
}

// require returns the query that must hold. With a background to set the threshold by,
// a name will do.
func (r *draftRule) require() string {
	switch {
	case len(r.terms) == 0, r.named && r.general.articles > 0:
		return "$names"
	case r.named:
		return "$names AND $terms"
	}
	return "$terms"
}

// note says where a term comes from.
func (r *draftRule) note(t draftTerm) string {
	s := fmt.Sprintf("%s in %d of %s", times(t.total), t.docs, count(r.draft.Documents, "document"))
	if r.general.articles > 0 {
		s += fmt.Sprintf(", %d in the background", t.term.general)
	}
	return fmt.Sprintf("%s, score %.1f", s, t.score)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// yaml returns the rule as a rule file. Its comments are of numbers and of words of
// this package alone: the texts of others stand in quotes.
func (r *draftRule) yaml() []byte {
	var b bytes.Buffer
	r.writeHead(&b)
	r.writeList(&b, "names", "names that recur", r.names)
	r.writeList(&b, "terms", "words and phrases that general news has less often", r.terms)
	fmt.Fprintf(&b, "rules:\n  - id: %s.draft\n", r.theme)
	b.WriteString("    title: A draft # what a match means, in a few words: it heads the message\n")
	fmt.Fprintf(&b, "    why: It has the words of %s. # why it matters to those who read it\n", count(r.draft.Documents, "example text"))
	b.WriteString("    status: live # or shadow: scored and counted, and never said\n")
	fmt.Fprintf(&b, "    require: %s\n    signals:\n", r.require())
	for _, s := range r.signals {
		fmt.Fprintf(&b, "      - {when: %s, points: %d} # %s\n", quoteQuery(s.when), s.points, s.note)
	}
	fmt.Fprintf(&b, "    threshold: %d%s\n", r.threshold, r.thresholdNote())
	r.writeExamples(&b)
	return b.Bytes()
}

func (r *draftRule) writeHead(b *bytes.Buffer) {
	against := "common English words"
	if r.general.articles > 0 {
		against = count(r.general.articles, "article") + " of background"
	}
	fmt.Fprintf(b, "# A draft, learnt from %s of %s and %s. Go on with it by hand.\n", count(r.draft.Documents, "document"), count(r.draft.Words, "word"), against)
	b.WriteString("# A score says how much more often the documents have a term, at least: e to the power of it.\n")
	fmt.Fprintf(b, "version: 1\ntheme: %s\nlists:\n", yamlfile.Quote(r.theme))
}

func (r *draftRule) writeList(b *bytes.Buffer, name, note string, terms []draftTerm) {
	if len(terms) == 0 {
		return
	}
	fmt.Fprintf(b, "  %s: # %s\n", name, note)
	for _, t := range terms {
		fmt.Fprintf(b, "    - %s # %s\n", quoteQuery(t.query), r.note(t))
	}
}

// plainQuery are the queries that need no quotes in flow.
var plainQuery = regexp.MustCompile(`^([A-Z]+/[0-9]+ )?\$[a-z]+$|^[a-z-]+\*$`)

// quoteQuery is a query as a scalar in flow; its quotes are easier to read in single
// ones.
func quoteQuery(q string) string {
	if plainQuery.MatchString(q) {
		return q
	}
	if strings.Contains(q, `"`) && !strings.Contains(q, "'") {
		return "'" + q + "'"
	}
	return yamlfile.Quote(q)
}

func (r *draftRule) thresholdNote() string {
	if r.threshold == 1 && r.draft.Found == 0 {
		return ""
	}
	s := fmt.Sprintf(" # matches a piece of %d of %s", r.draft.Found, count(r.draft.Documents, "document"))
	if r.draft.Sampled > 0 {
		s += fmt.Sprintf(", and %d of %s of background", r.draft.FalseAlerts, count(r.draft.Sampled, "article"))
	}
	return s
}

func (r *draftRule) writeExamples(b *bytes.Buffer) {
	if len(r.match)+len(r.noMatch) == 0 {
		return
	}
	b.WriteString("    examples:\n")
	if len(r.noMatch) == 0 {
		b.WriteString("      # no_match: headlines that must not ring are for you to add, or learn with a background\n")
	}
	for _, l := range []struct {
		name string
		list []example
	}{{"match", r.match}, {"no_match", r.noMatch}} {
		if len(l.list) == 0 {
			continue
		}
		fmt.Fprintf(b, "      %s:\n", l.name)
		for _, e := range l.list {
			if e.summary == "" {
				fmt.Fprintf(b, "        - %s # %s\n", yamlfile.Quote(e.title), e.note)
				continue
			}
			fmt.Fprintf(b, "        - {title: %s, summary: %s} # %s\n", yamlfile.Quote(e.title), yamlfile.Quote(e.summary), e.note)
		}
	}
}
