package rules

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/clipperhouse/uax29/v2/words"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/rules/yamlfile"
)

// oracle evaluates rules the slow and obvious way: it knows no index, compares
// every word of every field with every term, and looks at every pair of places
// for NEAR. What it shares with the package is the reading of files and queries,
// and how one word is folded.
type oracle struct {
	a     *Article
	texts [numFields]string
	words [numFields][]oracleWord
	lists map[string][]*term
}

// oracleWord is a word of a text, as written.
type oracleWord struct {
	text     string
	from, to int
	loud     bool // it stands in a text of mostly capitals
}

var possessive = regexp.MustCompile("(?s)^(.+)['’‘ʼ＇][sS]$")

func newOracle(a *Article, lists map[string][]*term) *oracle {
	o := &oracle{a: a, texts: [numFields]string{a.Title, a.Summary, a.Body}, lists: lists}
	for f, s := range o.texts {
		upper, lower := 0, 0
		for _, r := range s {
			if unicode.IsUpper(r) {
				upper++
			} else if unicode.IsLower(r) {
				lower++
			}
		}
		it := words.FromString(s)
		for it.Next() {
			w := it.Value()
			if m := possessive.FindStringSubmatch(w); m != nil {
				w = m[1]
			}
			if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
				o.words[f] = append(o.words[f], oracleWord{w, it.Start(), it.Start() + len(w), upper > lower})
			}
		}
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
		for i := range o.words[f] {
			for _, t := range terms {
				if n.fields.has(f) && o.stands(t, o.words[f][i:]) {
					out = append(out, place{f, i, i + len(t.words)})
				}
			}
		}
	}
	return out
}

// stands reports whether a term stands at the beginning of a text.
func (o *oracle) stands(t *term, text []oracleWord) bool {
	if len(text) < len(t.words) {
		return false
	}
	for i, p := range t.words {
		w := text[i]
		folded := fold(w.text)
		if t.plain {
			folded = withoutAccents(folded)
		}
		same, original := folded == p.folded, w.text
		if p.stem {
			same = strings.HasPrefix(folded, p.folded)
			original = string([]rune(original)[:min(len([]rune(original)), len([]rune(p.folded)))])
		}
		capitals := isCapitals(w.text) || strings.ContainsFunc(original, unicode.IsUpper) && !strings.ContainsFunc(original, unicode.IsLower)
		if !same || p.capitals && !capitals && !w.loud {
			return false
		}
	}
	return true
}

// eval returns whether the query holds, and the spans of what makes it hold.
func (o *oracle) eval(n *node) (bool, []Span) {
	switch n.op {
	case opTerm, opList:
		ps := o.places(n)
		return len(ps) > 0, o.spans(ps)
	case opAnd, opOr:
		holding, spans := 0, []Span(nil)
		for _, k := range n.kids {
			if ok, s := o.eval(k); ok {
				holding, spans = holding+1, append(spans, s...)
			}
		}
		if n.op == opAnd && holding < len(n.kids) || holding == 0 {
			return false, nil
		}
		return true, spans
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
		return true, o.spans(o.places(&node{op: opList, value: n.value, fields: n.fields}))
	case opMeta:
		return slices.ContainsFunc(o.data(n.key), func(v string) bool { return foldWhole(v) == n.value }), nil
	case opRegexp:
		var spans []Span
		holds := false
		for f := range numFields {
			if n.fields.has(f) && o.texts[f] != "" && n.re.MatchString(o.texts[f]) {
				holds = true
				for _, m := range n.re.FindAllStringIndex(o.texts[f], -1) {
					if m[0] != m[1] {
						spans = append(spans, Span{f, m[0], m[1]})
					}
				}
			}
		}
		return holds, spans
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
	return len(places) > 0, o.spans(places)
}

// data returns the article's values for source: and the like.
func (o *oracle) data(k metaKey) []string {
	switch k {
	case "source":
		return []string{o.a.Source}
	case "author":
		return []string{o.a.Author}
	case "lang":
		return []string{o.a.Lang}
	case "tag":
		return o.a.Tags
	case "category":
		return o.a.Categories
	}
	u, err := url.Parse(o.a.URL)
	if err != nil {
		return nil
	}
	return []string{u.Hostname()}
}

func (o *oracle) spans(places []place) (spans []Span) {
	for _, p := range places {
		ws := o.words[p.field]
		spans = append(spans, Span{p.field, ws[p.from].from, ws[p.to-1].to})
	}
	return spans
}

// find is eval with the spans in order.
func (o *oracle) find(n *node) Finding {
	if n == nil {
		return Finding{}
	}
	ok, spans := o.eval(n)
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return Finding{ok, slices.Compact(spans)}
}

// verdict says what a rule says of the article.
func (o *oracle) verdict(f *File, src *RuleSource, r *Rule) Verdict {
	v := Verdict{Rule: r, Score: src.Base, Require: o.find(f.queries[src.Require.Pos]), Exclude: o.find(f.queries[src.Exclude.Pos])}
	for i, s := range src.Signals {
		mark := SignalMark{r.Signals[i], o.find(f.queries[s.When.Pos])}
		if mark.Holds {
			v.Score += s.Points.Value
		}
		v.Signals = append(v.Signals, mark)
	}
	v.Matched = v.Require.Holds && !v.Exclude.Holds && v.Score >= src.Threshold.Value
	v.Severity = src.severity()
	for _, e := range src.Escalate {
		if to, _ := ParseSeverity(e.Key.Value); v.Score >= e.Value.Value && to > v.Severity {
			v.Severity = to
		}
	}
	return v
}

// choices is where a writer's choices come from.
type choices interface{ IntN(n int) int }

// tape is choices that a fuzzer can make: a byte each, and the first of all
// where the tape has ended.
type tape struct{ bytes []byte }

func (t *tape) IntN(n int) int {
	if len(t.bytes) == 0 {
		return 0
	}
	c := t.bytes[0]
	t.bytes = t.bytes[1:]
	return int(c) % n
}

// The vocabulary of random queries and texts: small, so that they meet.
var vocabulary = strings.Split("alpha|alphabet|beta|beta's|Beta’s|AWS|aws|aWS|multi-cloud|multi–cloud|multi|cloud|AT&T|at|微软|软|微|マイクロ|café|cafe\u0301|CAFÉ|cafe|co\u00adop|coop|U.S.|us|US|3.5|don't|don’t|ＡＷＳ|ﬁne|fine|Straße|STRASSE|1,000|“quoted”|🎉|हिन्दी|שלום|a_b|ʼs|\u0301|x\u200dy", "|")

// writer makes up queries and articles.
type writer struct{ choices }

func (w writer) pick(from []string) string { return from[w.IntN(len(from))] }

// word returns a word that a query can ask for.
func (w writer) word() string {
	for range 10 {
		if v := w.pick(vocabulary); hasWordRune(v) && !strings.ContainsRune(v, '“') {
			return v
		}
	}
	return "alpha"
}

func (w writer) term() string {
	switch w.IntN(6) {
	case 0:
		return `"` + w.word() + " " + w.word() + `"`
	case 1:
		return `"` + w.word() + " " + w.word() + " " + w.word() + `"`
	case 2:
		return w.pick([]string{"alph*", "bet*", "AWS*", `"mult* clo*"`, "caf*", "CAF*", "STRA*", "मिन्*", "हिन्*", "マイク*"})
	case 3:
		return w.pick([]string{"$a", "$b", "$other.c"})
	}
	return `"` + w.word() + `"`
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
	switch w.IntN(10) {
	case 0, 1:
		return "(" + w.query(depth-1) + " AND " + w.query(depth-1) + ")"
	case 2:
		return "(" + w.query(depth-1) + " OR " + w.query(depth-1) + ")"
	case 3:
		return "NOT " + w.query(depth-1)
	case 4:
		return fmt.Sprintf("ATLEAST/%d %s", 1+w.IntN(3), w.pick([]string{"$a", "$b", "$other.c"}))
	case 5:
		return w.pick([]string{"tag:x", "tag:Y", `source:"The Post"`, "lang:en", "author:Ann", "category:news", "host:example.com"})
	case 6:
		return w.pick([]string{"title:", "summary:", "body:"}) + "(" + w.term() + " AND " + w.term() + ")"
	case 7:
		return "(" + w.term() + " AND " + w.pick([]string{"", "title:"}) + w.pick([]string{"/al.h/", "/(?i)AWS|cloud/", "/^b/", "/[0-9]+/", "/x*/"}) + ")"
	}
	return w.group() + w.pick([]string{" NEAR/", " BEFORE/", " NOT NEAR/"}) + w.pick([]string{"0", "1", "3", "10"}) + " " + w.group()
}

func (w writer) text() string {
	var b strings.Builder
	loud := w.IntN(6) == 0
	for range w.IntN(12) {
		word := w.pick(vocabulary)
		if loud || w.IntN(8) == 0 {
			word = strings.ToUpper(word)
		}
		b.WriteString(word + w.pick([]string{" ", " ", " ", " x ", ", ", ". ", "—", "\n", "'", "’s ", "\u0301 ", ":", "/", "", "\t"}))
	}
	return b.String()
}

func (w writer) article() *Article {
	some := func(values ...string) []string {
		if w.IntN(2) == 0 {
			return nil
		}
		return []string{w.pick(values), w.pick(values)}
	}
	return &Article{
		Title: w.text(), Summary: w.text(), Body: w.text(),
		Source: w.pick([]string{"", "the  post", "The Post "}), Author: w.pick([]string{"", "ANN", "Bob"}),
		Lang: w.pick([]string{"", "en", "de"}), URL: w.pick([]string{"", "https://Example.com:80/x", "://", "http://other.example"}),
		Tags: some("x", "X", "y", "z"), Categories: some("News", "sport"),
	}
}

// files makes up the files of a rule set: several rules, and lists that another
// file shares.
func (w writer) files(rules int) []string {
	quote := func(q string) string { return "'" + strings.ReplaceAll(q, "'", "''") + "'" }
	var b strings.Builder
	b.WriteString("version: 1\ntheme: t\n" + w.pick([]string{"", "fold: accents\n"}) + "lists: {a: [alpha, beta, \"multi cloud\", 微软], b: [US, alph*, café]}\nrules:\n")
	for i := range rules {
		fmt.Fprintf(&b, "  - id: r%02d\n    status: %s\n    severity: low\n    base: %d\n    threshold: %d\n    escalate: {high: 6, critical: 9}\n    require: %s\n",
			i, w.pick([]string{"live", "live", "shadow", "off"}), w.IntN(3), w.IntN(6)-1, quote(w.query(2)))
		if w.IntN(3) == 0 {
			fmt.Fprintf(&b, "    exclude: %s\n", quote(w.query(2)))
		}
		b.WriteString("    signals:\n")
		for j := range 1 + w.IntN(4) {
			points := w.IntN(9) - 3
			if points <= 0 {
				points--
			}
			if j == 0 {
				points = 4 // so that any threshold can be reached
			}
			fmt.Fprintf(&b, "      - {when: %s, points: %d}\n", quote(w.query(2)), points)
		}
	}
	return []string{b.String(), "version: 1\ntheme: other\nshare: true\nlists: {c: [cloud, \"AT&T\", cafe, \"US US\"]}\n"}
}

// agree compares a set with the oracle on rules and articles that are made up,
// and on one article more. A set with a rule that can never match is passed over.
func agree(t *testing.T, c choices, more *Article) (compared bool) {
	w := writer{c}
	texts := w.files(5)
	var files []*File
	for i, text := range texts {
		f, problems := Parse(fmt.Sprintf("%d.yaml", i), []byte(text))
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, text)
		}
		files = append(files, f)
	}
	f, lists := files[0], listsOf(files)
	set, problems := Compile(time.Time{}, files...)
	for _, p := range problems {
		if p.Code == "never-holds" {
			checkNever(t, w, f, lists, p.Rule)
		}
	}
	if set == nil {
		return false
	}
	for i := range 5 {
		a := w.article()
		if i == 0 && more != nil {
			a = more
		}
		o := newOracle(a, lists)
		var verdicts []Verdict
		var matches []Match
		for i, r := range set.rules {
			v := o.verdict(f, &f.Rules[i], r)
			verdicts = append(verdicts, v)
			if v.Matched && r.Status != Off {
				matches = append(matches, v.match())
			}
		}
		if diff := gocmp.Diff(verdicts, set.Explain(a), sameRules, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%+q\n%s\nexplained (-want +got)\n%s", a, texts[0], diff)
		}
		if diff := gocmp.Diff(matches, set.Evaluate(a), sameRules, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%+q\n%s\nevaluated (-want +got)\n%s", a, texts[0], diff)
		}
	}
	return true
}

var sameRules = gocmp.Comparer(func(a, b *Rule) bool { return a == b })

// match returns the verdict of a rule that holds as a Match.
func (v *Verdict) match() Match {
	m := Match{Rule: v.Rule, Score: v.Score, Severity: v.Severity, Require: v.Require.Spans}
	for _, s := range v.Signals {
		if s.Holds {
			m.Signals = append(m.Signals, Signal{&s.Evidence, s.Spans})
		}
	}
	return m
}

// listsOf returns the lists of the files by the names that queries of the first
// use.
func listsOf(files []*File) map[string][]*term {
	lists := map[string][]*term{}
	for i, f := range files {
		for _, l := range f.Lists {
			name := l.Key.Value
			if i > 0 {
				name = f.Theme.Value + "." + name
			}
			for _, m := range l.Value {
				lists[name] = append(lists[name], f.terms[m.Pos])
			}
		}
	}
	return lists
}

// checkNever tries a rule that is said never to hold.
func checkNever(t *testing.T, w writer, f *File, lists map[string][]*term, id string) {
	for i := range f.Rules {
		src := &f.Rules[i]
		if src.ID.Value != id {
			continue
		}
		for range 20 {
			o := newOracle(w.article(), lists)
			require, exclude := o.find(f.queries[src.Require.Pos]), o.find(f.queries[src.Exclude.Pos])
			if require.Holds && !exclude.Holds {
				t.Fatalf("require %s with exclude %s holds for %+q", src.Require.Value, src.Exclude.Value, o.a)
			}
		}
	}
}

func TestTheSetAgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	compared := 0
	for seed := range uint64(600) {
		if agree(t, rand.New(rand.NewPCG(seed, 0)), nil) {
			compared++
		}
	}
	if compared < 300 {
		t.Errorf("only %d of the sets could be compiled: the test tries too little", compared)
	}
}

// The fuzzer makes the choices of what rules and articles are made up of, and
// writes the texts of one article itself.
func FuzzEvaluate(f *testing.F) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 9))
		bytes := make([]byte, 400)
		for i := range bytes {
			bytes[i] = byte(r.IntN(256))
		}
		w := writer{r}
		f.Add(bytes, w.text(), w.text())
	}
	f.Fuzz(func(t *testing.T, bytes []byte, title, body string) {
		valid := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
		agree(t, &tape{bytes}, &Article{Title: valid(title), Body: valid(body), Tags: []string{"x"}})
	})
}

// Whatever implies finds must be so.
func TestImpliesIsTrue(t *testing.T) {
	t.Parallel()
	found := 0
	quote := func(q string) string { return "'" + strings.ReplaceAll(q, "'", "''") + "'" }
	for seed := range uint64(2_000) {
		w := writer{rand.New(rand.NewPCG(seed, 1))}
		p, q := w.query(1), w.query(1)
		if w.IntN(2) == 0 {
			q = "(" + p + " OR " + q + ")"
		}
		src := "version: 1\ntheme: t\nlists: {a: [alpha, beta, \"multi cloud\", 微软], b: [US, alph*, café]}\nrules: [{id: r, require: " + quote(p) + ", exclude: " + quote(q) + "}]"
		f, problems := Parse("", []byte(src))
		if f == nil {
			t.Fatal(problems)
		}
		other, _ := Parse("", []byte(w.files(0)[1]))
		_, problems = Compile(time.Time{}, f, other)
		if !slices.ContainsFunc(problems, func(p yamlfile.Problem) bool { return p.Code == "never-holds" }) {
			continue
		}
		found++
		checkNever(t, w, f, listsOf([]*File{f, other}), "r")
	}
	if found < 100 {
		t.Errorf("only %d of the queries implied another: the test tries too little", found)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(writer{rand.New(rand.NewPCG(1, 2))}.files(2)[0]))
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
