package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/rules/yamlfile"
)

// queryError is what is wrong with a query, and where in it.
type queryError struct {
	at             int // a byte of the query
	code, msg, fix string
}

func (e *queryError) Error() string { return e.msg }

// tokenKind is what a piece of a query is.
type tokenKind uint8

const (
	tokEnd     tokenKind = iota
	tokWords             // a word, a stem or a quoted phrase
	tokList              // $name
	tokOpen              // (
	tokClose             // )
	tokAnd               // AND
	tokOr                // OR
	tokNot               // NOT
	tokNear              // NEAR/n
	tokBefore            // BEFORE/n
	tokAtLeast           // ATLEAST/n
	tokField             // title:
	tokMeta              // source:"Name"
	tokRegexp            // /re/
)

// token is a piece of a query.
type token struct {
	kind  tokenKind
	at    int    // a byte of the query
	text  string // words without quotes, a list's name, a regular expression, the value of tokMeta
	inner int    // where text begins
	quote bool   // tokWords: it stood in quotes
	n     int    // of NEAR/n and the like
	field Field  // of tokField
	key   metaKey
}

// lexer cuts a query into tokens.
type lexer struct {
	src string
	at  int
}

// next returns the next token.
func (l *lexer) next() (token, *queryError) {
	l.skipSpace()
	start := l.at
	if start == len(l.src) {
		return token{kind: tokEnd, at: start}, nil
	}
	switch c := l.src[start]; {
	case c == '(':
		l.at++
		return token{kind: tokOpen, at: start}, nil
	case c == ')':
		l.at++
		return token{kind: tokClose, at: start}, nil
	case quoteAt(l.src[start:]) > 0:
		text, inner, err := l.quoted()
		return token{kind: tokWords, at: start, text: text, inner: inner, quote: true}, err
	case c == '$':
		return l.list()
	case c == '/':
		return l.regexp()
	}
	return l.chunk()
}

func (l *lexer) skipSpace() {
	rest := strings.TrimLeftFunc(l.src[l.at:], unicode.IsSpace)
	l.at = len(l.src) - len(rest)
}

// quoteAt returns the length of the quotation mark that s begins with, typed or
// typographic, and 0 when there is none.
func quoteAt(s string) int {
	for _, q := range []string{`"`, "“", "”", "„"} {
		if strings.HasPrefix(s, q) {
			return len(q)
		}
	}
	return 0
}

// quoted reads a text in quotes; inner is where it begins.
func (l *lexer) quoted() (text string, inner int, err *queryError) {
	start := l.at
	inner = start + quoteAt(l.src[start:])
	n := strings.IndexFunc(l.src[inner:], func(r rune) bool { return quoteAt(string(r)) > 0 })
	if n < 0 {
		l.at = len(l.src)
		return "", inner, &queryError{start, "query", "this quote is not closed", ""}
	}
	l.at = inner + n + quoteAt(l.src[inner+n:])
	return l.src[inner : inner+n], inner, nil
}

func (l *lexer) list() (token, *queryError) {
	start := l.at
	n := strings.IndexFunc(l.src[start+1:], func(r rune) bool { return !isNameRune(r) && r != '.' })
	if n < 0 {
		n = len(l.src) - start - 1
	}
	name := strings.TrimRight(l.src[start+1:start+1+n], ".")
	l.at = start + 1 + len(name)
	if name == "" {
		hint := "put text with a $ in quotes"
		if m := inBraces.FindStringSubmatch(l.src[start:]); m != nil {
			hint = "write $" + m[1]
		}
		return token{}, &queryError{start, "query", "the name of a list is missing behind $", hint}
	}
	return token{kind: tokList, at: start, text: name, inner: start + 1}, nil
}

// inBraces is a list as shells and templates would write it.
var inBraces = regexp.MustCompile(`^\$\s*[{(]?\s*([\pL_][\pL\pN_.-]*)`)

func isNameRune(r rune) bool {
	return r == '_' || r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func (l *lexer) regexp() (token, *queryError) {
	start := l.at
	var b strings.Builder
	for i := start + 1; i < len(l.src); i++ {
		switch c := l.src[i]; {
		case c == '\\' && i+1 < len(l.src):
			i++
			if l.src[i] != '/' {
				b.WriteByte('\\')
			}
			b.WriteByte(l.src[i])
		case c == '/':
			l.at = i + 1
			return token{kind: tokRegexp, at: start, text: b.String(), inner: start + 1}, nil
		default:
			b.WriteByte(c)
		}
	}
	l.at = len(l.src)
	return token{}, &queryError{start, "query", "this regular expression has no closing /", "write a / inside it as \\/"}
}

// prefixed finds name: at the start of a chunk, operator an operator with a
// distance, right or misspelt.
var (
	prefixed = regexp.MustCompile(`^([\pL\pN_-]+):`)
	operator = regexp.MustCompile(`^([A-Z]{3,})/(-?[0-9]+|n)$`)
	// nearly is NEAR/8 with something else than a number, something else than a
	// slash, or in small letters.
	nearly  = regexp.MustCompile(`^(?:(?:NEAR|BEFORE|ATLEAST)(?:[/:]|-?[0-9])|(?i:near|before|atleast)/[0-9])`)
	letters = regexp.MustCompile(`^[A-Za-z]+`)
	digits  = regexp.MustCompile(`[0-9]+`)
)

// distances are the operators with a number.
var distances = []string{"NEAR", "BEFORE", "ATLEAST"}

// chunk reads what stands up to the next space, quote or parenthesis: a word, an
// operator, or a prefix with what follows.
func (l *lexer) chunk() (token, *queryError) {
	start := l.at
	n := strings.IndexFunc(l.src[start:], func(r rune) bool {
		return unicode.IsSpace(r) || r == '(' || r == ')' || quoteAt(string(r)) > 0
	})
	if n < 0 {
		n = len(l.src) - start
	}
	chunk := l.src[start : start+n]
	if m := prefixed.FindStringSubmatch(chunk); m != nil && !slices.Contains(distances, m[1]) {
		return l.prefix(m[1])
	}
	l.at += n
	if wrong := notOperator(chunk); wrong != "" {
		return token{}, &queryError{start, "query", chunk + " is no operator", wrong}
	}
	switch chunk {
	case "AND":
		return token{kind: tokAnd, at: start}, nil
	case "OR":
		return token{kind: tokOr, at: start}, nil
	case "NOT":
		return token{kind: tokNot, at: start}, nil
	case "NEAR", "BEFORE", "ATLEAST":
		return token{}, &queryError{start, "query", chunk + " needs a number", "write " + chunk + "/3, or \"" + chunk + "\" for the word"}
	}
	if m := operator.FindStringSubmatch(chunk); m != nil {
		return distance(start, m[1], m[2])
	}
	if nearly.MatchString(chunk) {
		name, number := strings.ToUpper(letters.FindString(chunk)), cmp.Or(digits.FindString(chunk), "3")
		return token{}, &queryError{start, "query", chunk + " is no operator", fmt.Sprintf(`write %s/%s, or %q for the words`, name, number, chunk)}
	}
	return token{kind: tokWords, at: start, text: chunk, inner: start}, nil
}

// notOperator returns what to write in place of a sign that other languages have
// for an operator; "" when chunk is none.
func notOperator(chunk string) string {
	switch chunk {
	case "&&", "&", "+":
		return "write AND"
	case "||", "|":
		return "write OR"
	case "!", "-":
		return "write AND NOT"
	case ",", ";":
		return "write OR between alternatives"
	}
	return ""
}

// distance reads NEAR/n and its like.
func distance(at int, name, number string) (token, *queryError) {
	kinds := []tokenKind{tokNear, tokBefore, tokAtLeast}
	for i, o := range distances {
		if name != o {
			continue
		}
		least, most := 0, 30
		if kinds[i] == tokAtLeast {
			least, most = 1, 1000
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < least || n > most {
			return token{}, &queryError{at, "query", fmt.Sprintf("the number in %s/%s must be from %d to %d", name, number, least, most), ""}
		}
		return token{kind: kinds[i], at: at, n: n}, nil
	}
	hint := "operators are NEAR/n, BEFORE/n and ATLEAST/n; put it in quotes if it is a word"
	if near := yamlfile.Nearest(name, distances); near != "" {
		hint = "did you mean " + near + "/" + number + "?"
	}
	return token{}, &queryError{at, "query", fmt.Sprintf("%s/%s is no operator", name, number), hint}
}

// prefix reads name: and, unless it is a field, its value.
func (l *lexer) prefix(name string) (token, *queryError) {
	start := l.at
	l.at += len(name) + 1
	for f := range numFields {
		if name == f.String() {
			return token{kind: tokField, at: start, field: f}, nil
		}
	}
	known := []string{Title.String(), Summary.String(), Body.String()}
	for _, k := range metaKeys {
		if name == string(k) {
			return l.meta(start, k)
		}
		known = append(known, string(k))
	}
	hint := yamlfile.DidYouMean(name+":", withColons(known))
	if own, minus := strings.CutPrefix(name, "-"); minus && slices.Contains(known, own) {
		hint = "write AND NOT " + own + ":"
	}
	if hint == "" {
		hint = "put text with a colon in quotes; fields are " + yamlfile.OneOf(known, "and")
	}
	return token{}, &queryError{start, "unknown-field", name + ": is no field", hint}
}

func withColons(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = n + ":"
	}
	return out
}

// meta reads the value behind source: and the like.
func (l *lexer) meta(start int, key metaKey) (token, *queryError) {
	t := token{kind: tokMeta, at: start, key: key, inner: l.at}
	if quoteAt(l.src[l.at:]) > 0 {
		var err *queryError
		if t.text, t.inner, err = l.quoted(); err != nil {
			return t, err
		}
	} else {
		n := strings.IndexFunc(l.src[l.at:], func(r rune) bool { return unicode.IsSpace(r) || r == '(' || r == ')' })
		if n < 0 {
			n = len(l.src) - l.at
		}
		t.text = l.src[l.at : l.at+n]
		l.at += n
	}
	if strings.TrimSpace(t.text) == "" {
		return t, &queryError{start, "query", string(key) + ": needs a value", fmt.Sprintf(`write %s:name or %s:"a name"`, key, key)}
	}
	return t, nil
}

// firstRune returns the first character of s.
func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
