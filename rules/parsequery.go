package rules

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/rules/yamlfile"
)

// What a query may have. The limits keep one from costing more than all others
// together; nobody meets them by hand.
const (
	maxQuery  = 64 << 10 // bytes
	maxNested = 50       // parentheses and NOTs inside each other
	maxRegexp = 1000     // bytes
	minStem   = 3        // letters

	// A regular expression of a few bytes can be a large machine: a{1000}. The
	// limits are in its instructions, of about 40 bytes each.
	maxQueryMachine = 10_000    // of one query
	maxFileMachine  = 1_000_000 // of one file
)

// queryParser reads one query by recursive descent:
//
//	or      = and { OR and }
//	and     = not { AND not }
//	not     = NOT not | near
//	near    = primary [ ( NEAR/n | BEFORE/n | NOT NEAR/n ) primary ]
//	primary = words | $list | ( or ) | field: primary | ATLEAST/n $list | meta:value | /re/
type queryParser struct {
	lex    lexer
	tok    token // the one to look at
	fields fieldSet
	nested int
	plain  bool // terms leave accents out

	machine int // instructions of the regular expressions so far
}

// parseQuery reads a query. plain says that accents do not count in it.
func parseQuery(src string, plain bool) (*node, *queryError) {
	if len(src) > maxQuery {
		return nil, &queryError{0, "query", fmt.Sprintf("the query has %d characters, more than %d", len(src), maxQuery), "put alternatives in lists, and evidence in signals"}
	}
	p := &queryParser{lex: lexer{src: src}, fields: allFields, plain: plain}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokEnd {
		return nil, &queryError{0, "query", "the query is empty", ""}
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.leftover()
	}
	return n, checkRegexps(n, false)
}

func (p *queryParser) advance() (err *queryError) {
	p.tok, err = p.lex.next()
	return err
}

// sideBySide is what to do about two words without an operator.
const sideBySide = "put the words in quotes if they stand side by side, or write AND or OR between them"

// leftover says what is wrong with a token that nothing can be done with: mostly
// an operator is missing before it.
func (p *queryParser) leftover() *queryError {
	at := p.tok.at
	switch p.tok.kind {
	case tokClose:
		return &queryError{at, "query", "this ) closes nothing", ""}
	case tokNear, tokBefore:
		return &queryError{at, "query", "NEAR and BEFORE take one term on each side", "write a NEAR/3 b AND b NEAR/3 c"}
	case tokNot:
		return &queryError{at, "query", "an operator is missing before NOT", "write AND NOT"}
	}
	word := p.lex.src[at:p.lex.at]
	fix := sideBySide
	switch upper := strings.ToUpper(word); {
	case upper == "AND" || upper == "OR" || upper == "NOT":
		fix = "operators are written in capitals: " + upper
	case strings.HasSuffix(strings.TrimRight(p.lex.src[:at], " "), ","):
		fix = "write OR between alternatives"
	case strings.Contains(p.lex.src, "'"):
		fix = "the quotes of a phrase are double ones"
	case p.tok.kind == tokWords && at > 0 && p.lex.src[at-1] == '/':
		fix = "flags stand inside: /(?i)…/"
	case len(word) > 1 && (word[0] == '-' || word[0] == '!'):
		fix = "write AND NOT " + word[1:]
	case len(word) > 1 && word[0] == '+':
		fix = "write AND " + word[1:]
	}
	return &queryError{at, "missing-operator", fmt.Sprintf("an operator is missing before %s", word), fix}
}

func (p *queryParser) or() (*node, *queryError) { return p.chain(tokOr, opOr, p.and) }

func (p *queryParser) and() (*node, *queryError) { return p.chain(tokAnd, opAnd, p.not) }

// chain reads one or more of what next reads, with an operator between them.
func (p *queryParser) chain(between tokenKind, as op, next func() (*node, *queryError)) (*node, *queryError) {
	first, err := next()
	if err != nil || p.tok.kind != between {
		return first, err
	}
	n := &node{op: as, at: first.at, kids: []*node{first}}
	for p.tok.kind == between {
		if err := p.advance(); err != nil {
			return nil, err
		}
		kid, err := next()
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
	}
	return n, nil
}

func (p *queryParser) not() (*node, *queryError) {
	if p.tok.kind != tokNot {
		return p.near()
	}
	at := p.tok.at
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return nil, err
	}
	kid, err := p.not()
	return &node{op: opNot, at: at, kids: []*node{kid}}, err
}

func (p *queryParser) enter() *queryError {
	if p.nested++; p.nested > maxNested {
		return &queryError{p.tok.at, "query", fmt.Sprintf("more than %d parentheses or NOTs are inside each other here", maxNested), "put alternatives in lists, and evidence in signals"}
	}
	return nil
}

func (p *queryParser) leave() { p.nested-- }

// nearOps are the operators between two primaries.
var nearOps = map[tokenKind]op{tokNear: opNear, tokBefore: opBefore}

func (p *queryParser) near() (*node, *queryError) {
	left, err := p.primary()
	if err != nil {
		return nil, err
	}
	between, ok := nearOps[p.tok.kind]
	if p.tok.kind == tokNot {
		not := p.tok.at
		if err := p.advance(); err != nil {
			return nil, err
		}
		switch p.tok.kind {
		case tokNear:
			between, ok = opNotNear, true
		case tokBefore:
			return nil, &queryError{not, "query", "there is no NOT BEFORE", "write NOT NEAR"}
		default:
			return nil, &queryError{not, "query", "an operator is missing before NOT", "write AND NOT"}
		}
	}
	if !ok {
		return left, nil
	}
	n := &node{op: between, at: left.at, n: p.tok.n}
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, err := p.primary()
	if err != nil {
		return nil, err
	}
	for _, side := range []*node{left, right} {
		if !side.isGroup() {
			return nil, &queryError{side.at, "query", "NEAR and BEFORE take terms, phrases, lists or (a OR b) of these", ""}
		}
	}
	n.kids = []*node{left, right}
	return n, nil
}

func (p *queryParser) primary() (*node, *queryError) {
	t := p.tok
	switch t.kind {
	case tokOpen:
		return p.group()
	case tokField:
		return p.inField()
	case tokAtLeast:
		return p.atLeast()
	}
	n := &node{at: t.at, fields: p.fields}
	var err *queryError
	switch t.kind {
	case tokWords:
		n.op = opTerm
		n.term, err = parseTerm(t.text, p.plain)
		if err != nil {
			err.at += t.inner
		}
	case tokList:
		n.op, n.value = opList, t.text
	case tokMeta:
		n.op, n.key, n.value, n.fields = opMeta, t.key, foldWhole(t.text), 0
	case tokRegexp:
		n.op = opRegexp
		n.re, n.n, err = parseRegexp(t)
		if p.machine += n.n; err == nil && p.machine > maxQueryMachine {
			err = &queryError{t.at, "bad-regexp", "the regular expressions of this query are too large", "repeat less, or use terms, lists and phrases"}
		}
	default:
		return nil, p.missing()
	}
	if err != nil {
		return nil, err
	}
	return n, p.advance()
}

// missing says that a term should stand where another token does.
func (p *queryParser) missing() *queryError {
	word := p.lex.src[p.tok.at:p.lex.at]
	switch p.tok.kind {
	case tokEnd:
		return &queryError{p.tok.at, "query", "the query ends where a term should follow", ""}
	case tokClose:
		return &queryError{p.tok.at, "query", "a term is missing before )", ""}
	}
	return &queryError{p.tok.at, "query", "a term is missing before " + word, fmt.Sprintf("write %q for the word", word)}
}

func (p *queryParser) group() (*node, *queryError) {
	open := p.tok.at
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	switch p.tok.kind {
	case tokClose:
		n.at = open
		return n, p.advance()
	case tokEnd:
		return nil, &queryError{open, "query", "this ( is not closed", ""}
	}
	return nil, p.leftover()
}

func (p *queryParser) inField() (*node, *queryError) {
	at, field := p.tok.at, p.tok.field
	outer := p.fields
	if p.fields &= 1 << field; p.fields == 0 {
		return nil, &queryError{at, "query", fmt.Sprintf("%v: inside %s holds nowhere", field, outer.prefix()), ""}
	}
	defer func() { p.fields = outer }()
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokMeta {
		return nil, &queryError{at, "query", fmt.Sprintf("%v: takes words, and %s: is none of them", field, p.tok.key), ""}
	}
	n, err := p.primary()
	if n != nil {
		n.at = at
	}
	return n, err
}

func (p *queryParser) atLeast() (*node, *queryError) {
	n := &node{op: opAtLeast, at: p.tok.at, n: p.tok.n, fields: p.fields}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind != tokList {
		return nil, &queryError{p.tok.at, "query", fmt.Sprintf("ATLEAST/%d counts the members of a list", n.n), "write ATLEAST/2 $name"}
	}
	n.value = p.tok.text
	return n, p.advance()
}

// parseTerm reads a word, a stem or a phrase. The place of an error counts from
// the start of src.
func parseTerm(src string, plain bool) (*term, *queryError) {
	ws := appendWords(nil, src)
	for i, c := range src {
		if c == '*' && !endsStem(src, ws, i) {
			return nil, &queryError{i, "query", "a * stands at the end of a word only", ""}
		}
	}
	t := &term{plain: plain}
	for _, w := range ws {
		surface := src[w.from:w.to]
		p := pattern{folded: fold(surface), capitals: isCapitals(surface) && inCapitals(src, w)}
		if plain {
			p.folded = withoutAccents(p.folded)
		}
		if strings.HasPrefix(src[w.to:], "*") {
			p.stem = true
			if utf8.RuneCountInString(p.folded) < minStem {
				return nil, &queryError{w.from, "short-stem", fmt.Sprintf("the stem %s* has fewer than %d letters", src[w.from:w.to], minStem), "write out the words that are meant"}
			}
		}
		t.words = append(t.words, p)
	}
	if len(t.words) == 0 {
		return nil, &queryError{0, "query", fmt.Sprintf("%q has no words to look for", src), ""}
	}
	return t, nil
}

// endsStem reports whether the * at src[i] stands right behind a word and
// before none.
func endsStem(src string, ws []word, i int) bool {
	if next := firstRune(src[i+1:]); unicode.IsLetter(next) || unicode.IsNumber(next) || next == '*' {
		return false
	}
	for _, w := range ws {
		if w.to == i {
			return true
		}
	}
	return false
}

// inCapitals reports whether what w was written in, up to the spaces around it,
// has at least two capital letters and no small one. So AWS and AT&T ask for
// capitals, and A, GPT-4o and AI-led do not.
func inCapitals(src string, w word) bool {
	from := strings.LastIndexFunc(src[:w.from], unicode.IsSpace) + 1
	to := len(src)
	if n := strings.IndexFunc(src[w.to:], unicode.IsSpace); n >= 0 {
		to = w.to + n
	}
	chunk := src[from:withoutPossessive(src, from, to)]
	upper, lower := countCase(chunk)
	return upper >= 2 && lower == 0
}

// parseRegexp reads a regular expression; size is how many instructions it is.
func parseRegexp(t token) (re *regexp.Regexp, size int, _ *queryError) {
	if len(t.text) > maxRegexp {
		return nil, 0, &queryError{t.at, "bad-regexp", fmt.Sprintf("the regular expression has %d characters, more than %d", len(t.text), maxRegexp), "use terms, lists and phrases"}
	}
	if t.text == "" {
		return nil, 0, &queryError{t.at, "bad-regexp", "the regular expression is empty", ""}
	}
	tree, err := syntax.Parse(t.text, syntax.Perl)
	if err == nil {
		size = machineSize(tree)
	}
	if size > maxQueryMachine {
		return nil, size, nil // not made; the query is refused
	}
	if err == nil {
		re, err = regexp.Compile(t.text)
	}
	if err != nil {
		msg := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		return nil, 0, &queryError{t.at, "bad-regexp", "bad regular expression: " + msg, ""}
	}
	return re, size, nil
}

// machineSize returns about how many instructions a regular expression is, or a
// number above maxQueryMachine.
func machineSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)/2
	if re.Op == syntax.OpLiteral {
		size = len(re.Rune)
	}
	for _, sub := range re.Sub {
		size += machineSize(sub)
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Min, re.Max) + 1
	}
	return min(size, maxQueryMachine+1)
}

// checkRegexps holds every regular expression to its AND partner: somewhere
// above it there must be an AND with a term in it.
func checkRegexps(n *node, partner bool) *queryError {
	if n.op == opRegexp && !partner {
		return &queryError{n.at, "lone-regexp", "a regular expression needs a term beside it, joined by AND", "write term AND /re/"}
	}
	for i, k := range n.kids {
		ok := partner
		for j, other := range n.kids {
			ok = ok || n.op == opAnd && i != j && asksForTerm(other)
		}
		if err := checkRegexps(k, ok); err != nil {
			return err
		}
	}
	return nil
}

// asksForTerm reports whether n holds only where some term occurs.
func asksForTerm(n *node) bool {
	switch n.op {
	case opTerm, opList, opNear, opBefore, opNotNear, opAtLeast:
		return true
	case opAnd:
		for _, k := range n.kids {
			if asksForTerm(k) {
				return true
			}
		}
	case opOr:
		for _, k := range n.kids {
			if !asksForTerm(k) {
				return false
			}
		}
		return true
	}
	return false
}

// nearestList returns a hint for a list that does not exist.
func nearestList(name string, known []string) string {
	if near := yamlfile.Nearest(name, known); near != "" {
		return "did you mean $" + near + "?"
	}
	return ""
}
