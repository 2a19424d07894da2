package rules

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tocsin/rules/yamlfile"
)

// oracle evaluates parsed queries the slow and obvious way: it looks at every
// word of every field for every term, and at every pair of places for NEAR.
type oracle struct {
	texts [numFields]text
	a     *Article
	lists map[string][]*term
}

func newOracle(a *Article, lists map[string][]*term) *oracle {
	o := &oracle{a: a, lists: lists}
	for f, s := range [numFields]string{a.Title, a.Summary, a.Body} {
		o.texts[f] = newText(s, nil)
	}
	return o
}

// places returns where a group's terms are.
func (o *oracle) places(n *node) (out []place) {
	terms := o.lists[n.value]
	switch n.op {
	case opOr:
		for _, k := range n.kids {
			out = append(out, o.places(k)...)
		}
		return out
	case opTerm:
		terms = []*term{n.term}
	}
	for f := range numFields {
		for i := range o.texts[f].words {
			for _, t := range terms {
				if n.fields.has(f) && o.stands(t, f, i) {
					out = append(out, place{f, i, i + len(t.words)})
				}
			}
		}
	}
	return out
}

func (o *oracle) stands(t *term, f Field, i int) bool {
	for j, p := range t.words {
		if i+j >= len(o.texts[f].words) {
			return false
		}
		w := o.texts[f].words[i+j]
		same := w.folded == p.folded || p.stem && strings.HasPrefix(w.folded, p.folded)
		original := o.texts[f].original[w.from:w.to]
		if p.stem {
			original = string([]rune(original)[:min(len([]rune(original)), len([]rune(p.folded)))])
		}
		upper := strings.ToLower(original) != original && strings.ToUpper(original) == original
		if !same || p.capitals && !upper && !o.texts[f].shouting {
			return false
		}
	}
	return true
}

// eval returns whether the query holds, and the places of what makes it hold.
func (o *oracle) eval(n *node) (bool, []place) {
	switch n.op {
	case opTerm, opList:
		ps := o.places(n)
		return len(ps) > 0, ps
	case opAnd, opOr:
		holding, places := 0, []place(nil)
		for _, k := range n.kids {
			if ok, ps := o.eval(k); ok {
				holding, places = holding+1, append(places, ps...)
			}
		}
		if n.op == opAnd && holding < len(n.kids) || holding == 0 {
			return false, nil
		}
		return true, places
	case opNot:
		ok, _ := o.eval(n.kids[0])
		return !ok, nil
	case opAtLeast:
		members := map[string]bool{}
		for _, t := range o.lists[n.value] {
			if len(o.places(&node{op: opTerm, term: t, fields: n.fields})) > 0 {
				members[t.key()] = true
			}
		}
		if len(members) < n.n {
			return false, nil
		}
		return true, o.places(&node{op: opList, value: n.value, fields: n.fields})
	case opMeta:
		return n.key == "tag" && slices.Contains(o.a.Tags, n.value), nil
	case opRegexp:
		panic("the oracle has no regular expressions")
	}
	var places []place
	for _, a := range o.places(n.kids[0]) {
		alone := true
		for _, b := range o.places(n.kids[1]) {
			between := max(a.from, b.from) - min(a.to, b.to) // negative: they overlap
			switch {
			case a.field != b.field || between > n.n:
			case n.op == opNotNear:
				alone = false
			case between >= 0 && (n.op == opNear || a.to <= b.from):
				places = append(places, a, b)
			}
		}
		if n.op == opNotNear && alone {
			places = append(places, a)
		}
	}
	return len(places) > 0, places
}

// find is eval with the places as spans.
func (o *oracle) find(n *node) Finding {
	ok, places := o.eval(n)
	var spans []Span
	for _, p := range places {
		ws := o.texts[p.field].words
		spans = append(spans, Span{p.field, ws[p.from].from, ws[p.to-1].to})
	}
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return Finding{ok, slices.Compact(spans)}
}

// The vocabulary of random queries and texts: small, so that they meet.
var vocabulary = strings.Fields("alpha alphabet beta beta's Beta’s AWS aws multi-cloud multi–cloud multi cloud AT&T at 微软 软 微 café cafe\u0301 CAFÉ co\u00adop coop U.S. us US 3.5")

// writer makes up queries and articles.
type writer struct{ *rand.Rand }

func (w writer) pick(from []string) string { return from[w.IntN(len(from))] }

func (w writer) term() string {
	switch w.IntN(5) {
	case 0:
		return `"` + w.pick(vocabulary) + " " + w.pick(vocabulary) + `"`
	case 1:
		return w.pick([]string{"alph*", "bet*", "AWS*", `"mult* clo*"`, "caf*"})
	case 2:
		return w.pick([]string{"$a", "$b"})
	}
	return w.pick(vocabulary)
}

func (w writer) group() string {
	if w.IntN(3) == 0 {
		return "(" + w.term() + " OR " + w.term() + ")"
	}
	return w.pick([]string{"", "", "title:"}) + w.term()
}

func (w writer) query(depth int) string {
	if depth == 0 {
		return w.term()
	}
	switch w.IntN(8) {
	case 0:
		return "(" + w.query(depth-1) + " AND " + w.query(depth-1) + ")"
	case 1:
		return "(" + w.query(depth-1) + " OR " + w.query(depth-1) + ")"
	case 2:
		return "NOT " + w.query(depth-1)
	case 3:
		return fmt.Sprintf("ATLEAST/%d $a", 1+w.IntN(3))
	case 4:
		return "tag:" + w.pick([]string{"x", "y"})
	case 5:
		return w.pick([]string{"title:", "summary:", "body:"}) + "(" + w.term() + " AND " + w.term() + ")"
	}
	return w.group() + w.pick([]string{" NEAR/", " BEFORE/", " NOT NEAR/"}) + w.pick([]string{"0", "1", "3", "10"}) + " " + w.group()
}

func (w writer) text() string {
	var b strings.Builder
	for range w.IntN(12) {
		word := w.pick(vocabulary)
		if w.IntN(8) == 0 {
			word = strings.ToUpper(word)
		}
		b.WriteString(word + w.pick([]string{" ", " ", " x ", ", ", ". ", "—", "\n"}))
	}
	return b.String()
}

// file makes up a rule file of several rules.
func (w writer) file(rules int) string {
	quote := func(q string) string { return "'" + strings.ReplaceAll(q, "'", "''") + "'" }
	var b strings.Builder
	b.WriteString("version: 1\ntheme: t\nlists: {a: [alpha, beta, \"multi cloud\", 微软], b: [US, alph*, café]}\nrules:\n")
	for i := range rules {
		fmt.Fprintf(&b, "  - id: r%02d\n    base: %d\n    threshold: -30\n    require: %s\n    exclude: %s\n    signals:\n", i, w.IntN(3), quote(w.query(2)), quote(w.query(2)))
		for range 1 + w.IntN(3) {
			fmt.Fprintf(&b, "      - {when: %s, points: %d}\n", quote(w.query(2)), 1+w.IntN(9))
		}
	}
	return b.String()
}

// agree compares the set with the oracle on random rules and articles.
func agree(t *testing.T, seed uint64) {
	w := writer{rand.New(rand.NewPCG(seed, 0))}
	text := w.file(5)
	f, problems := Parse("x.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatalf("%v\n%s", problems, text)
	}
	set, problems := Compile(time.Time{}, f)
	for _, p := range problems {
		if p.Code == "never-holds" || p.Code == "unreachable-threshold" {
			checkNever(t, w, f, p.Rule)
		}
	}
	if set == nil {
		return
	}
	lists := listsOf(f)
	for range 5 {
		a := &Article{Title: w.text(), Summary: w.text(), Body: w.text(), Tags: []string{w.pick([]string{"x", "z"})}}
		o := newOracle(a, lists)
		for i, v := range set.Explain(a) {
			src := &f.Rules[i]
			want := Verdict{Rule: v.Rule, Severity: Medium, Score: src.Base, Require: o.find(f.queries[src.Require.Pos]), Exclude: o.find(f.queries[src.Exclude.Pos])}
			for j, s := range src.Signals {
				mark := SignalMark{v.Rule.Signals[j], o.find(f.queries[s.When.Pos])}
				if mark.Holds {
					want.Score += mark.Points
				}
				want.Signals = append(want.Signals, mark)
			}
			want.Matched = want.Require.Holds && !want.Exclude.Holds
			if diff := gocmp.Diff(want, v, gocmp.Comparer(func(a, b *Rule) bool { return a == b })); diff != "" {
				t.Fatalf("seed %d: %+q\n%s(-want +got)\n%s", seed, a, text, diff)
			}
		}
	}
}

func listsOf(f *File) map[string][]*term {
	lists := map[string][]*term{}
	for _, l := range f.Lists {
		for _, m := range l.Value {
			lists[l.Key.Value] = append(lists[l.Key.Value], f.terms[m.Pos])
		}
	}
	return lists
}

// checkNever tries a rule that is said never to hold.
func checkNever(t *testing.T, w writer, f *File, id string) {
	for i := range f.Rules {
		src := &f.Rules[i]
		if src.ID.Value != id {
			continue
		}
		for range 20 {
			o := newOracle(&Article{Title: w.text(), Summary: w.text(), Body: w.text(), Tags: []string{w.pick([]string{"x", "y"})}}, listsOf(f))
			require, exclude := o.find(f.queries[src.Require.Pos]), o.find(f.queries[src.Exclude.Pos])
			if require.Holds && !exclude.Holds {
				t.Fatalf("require %s with exclude %s holds", src.Require.Value, src.Exclude.Value)
			}
		}
	}
}

func TestTheSetAgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		agree(t, seed)
	}
}

func FuzzEvaluate(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(agree)
}

// Whatever implies finds must be so.
func TestImpliesIsTrue(t *testing.T) {
	t.Parallel()
	found := 0
	for seed := range uint64(2_000) {
		w := writer{rand.New(rand.NewPCG(seed, 1))}
		p, q := w.query(1), w.query(1)
		if w.IntN(2) == 0 {
			q = "(" + p + " OR " + q + ")"
		}
		src := "version: 1\ntheme: t\nlists: {a: [alpha, beta, \"multi cloud\", 微软], b: [US, alph*, café]}\nrules: [{id: r, require: '" + strings.ReplaceAll(p, "'", "''") + "', exclude: '" + strings.ReplaceAll(q, "'", "''") + "'}]"
		f, problems := Parse("", []byte(src))
		if f == nil {
			t.Fatal(problems)
		}
		_, problems = Compile(time.Time{}, f)
		if !slices.ContainsFunc(problems, func(p yamlfile.Problem) bool { return p.Code == "never-holds" }) {
			continue
		}
		found++
		checkNever(t, w, f, "r")
	}
	if found < 100 {
		t.Errorf("only %d of the queries implied another: the test tries too little", found)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(writer{rand.New(rand.NewPCG(1, 2))}.file(2)))
	f.Add([]byte("version: 1\ntheme: t\nshare: true\nlists: {a: [b*, \"c d\"]}\nrules:\n  - {id: x, require: 'title:(ATLEAST/2 $t.a AND /x/)', examples: {match: [{title: x, tags: [y]}]}}\ntune:\n  - {rules: [x*], signals: [{when: 'source:\"y\"', points: 1}], expires: 2020-01-01} # check: allow expired-tuning until 2030-01-01\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, problems := Parse("x.yaml", data)
		if (file == nil) != (len(problems) > 0) {
			t.Fatalf("a file: %v, with problems %v", file != nil, problems)
		}
		if set, _ := Compile(time.Time{}, file); set != nil {
			for _, r := range set.Test() {
				_ = r.Text()
			}
		}
	})
}

// Any query must parse or be refused, at a place inside it.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{`a AND (b OR "c d*") NOT NEAR/3 $e`, `title:x source:"y" ATLEAST/2 $z /re\//`, "“a” OR \xff*"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		n, err := parseQuery(q, false)
		switch {
		case err == nil && n == nil:
			t.Fatal("neither a query nor an error")
		case err != nil && (err.at < 0 || err.at > len(q)):
			t.Fatalf("an error at %d of %d: %v", err.at, len(q), err)
		}
	})
}
