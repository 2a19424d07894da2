package rules

import (
	"fmt"
	"regexp"
	"strings"
)

// op is what a node of a query is.
type op uint8

const (
	opTerm    op = iota // node.term occurs
	opList              // one of kids, the terms of the list node.value, occurs
	opAnd               // all kids hold
	opOr                // one of kids holds
	opNot               // kids[0] does not hold
	opNear              // kids[0] and kids[1] occur within node.n words
	opBefore            // the same, kids[0] first
	opNotNear           // an occurrence of kids[0] has none of kids[1] within node.n words
	opAtLeast           // node.n different kids, the terms of the list node.value, occur
	opMeta              // the article's datum node.key is node.value
	opRegexp            // node.re meets a field's text
)

// node is a query. Parsing leaves the lists without kids and the terms without
// numbers; binding makes a copy that has both.
type node struct {
	op     op
	at     int // where it begins: a byte of the query
	kids   []*node
	fields fieldSet // of terms, lists and regular expressions
	term   *term
	n      int // of NEAR/n and the like; the instructions of a regular expression
	key    metaKey
	value  string // folded for opMeta, as written for lists
	label  uint32 // the number of key and value in the lexicon of a Set, for opMeta
	re     *regexp.Regexp
}

// fieldSet is a set of fields, one bit each.
type fieldSet uint8

const allFields fieldSet = 1<<numFields - 1

func (s fieldSet) has(f Field) bool { return s>>f&1 == 1 }

// prefix returns how queries write the restriction to the fields, which are one
// or all.
func (s fieldSet) prefix() string {
	for f := range numFields {
		if s == 1<<f {
			return f.String() + ":"
		}
	}
	return ""
}

// metaKey names a datum of an article that queries compare as a whole.
type metaKey string

// metaKeys are the data that queries compare, as they write them.
var metaKeys = []metaKey{"source", "tag", "lang", "author", "category", "host"}

// term is a word, a stem or a phrase of these.
type term struct {
	words []pattern
	plain bool   // accents do not count
	id    uint32 // its number in the lexicon of a Set
}

// pattern is what one word of a text is compared with.
type pattern struct {
	folded   string
	stem     bool // the word begins so
	capitals bool // the word must be written in capitals
}

// key returns a text that is the same for terms that meet the same words.
func (t *term) key() string {
	var b strings.Builder
	if t.plain {
		b.WriteByte('~')
	}
	for i, p := range t.words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if p.capitals {
			b.WriteByte('^')
		}
		b.WriteString(p.folded)
		if p.stem {
			b.WriteByte('*')
		}
	}
	return b.String()
}

// String returns the query in a form that is the same for queries that mean the
// same by construction: fully bracketed, terms folded.
func (n *node) String() string {
	switch n.op {
	case opTerm:
		return n.fields.prefix() + `"` + n.term.key() + `"`
	case opList:
		return n.fields.prefix() + "$" + n.value
	case opAnd, opOr:
		parts := make([]string, len(n.kids))
		for i, k := range n.kids {
			parts[i] = k.String()
		}
		return "(" + strings.Join(parts, map[op]string{opAnd: " AND ", opOr: " OR "}[n.op]) + ")"
	case opNot:
		return "NOT " + n.kids[0].String()
	case opNear, opBefore, opNotNear:
		name := map[op]string{opNear: "NEAR", opBefore: "BEFORE", opNotNear: "NOT NEAR"}[n.op]
		return fmt.Sprintf("(%v %s/%d %v)", n.kids[0], name, n.n, n.kids[1])
	case opAtLeast:
		return fmt.Sprintf("%sATLEAST/%d $%s", n.fields.prefix(), n.n, n.value)
	case opMeta:
		return fmt.Sprintf("%s:%q", n.key, n.value)
	}
	return n.fields.prefix() + "/" + n.re.String() + "/"
}

// each calls f for n and all queries inside it.
func (n *node) each(f func(*node)) {
	f(n)
	for _, k := range n.kids {
		k.each(f)
	}
}

// isGroup reports whether n can stand beside NEAR: a term, a list, or
// alternatives of these.
func (n *node) isGroup() bool {
	switch n.op {
	case opTerm, opList:
		return true
	case opOr:
		for _, k := range n.kids {
			if !k.isGroup() {
				return false
			}
		}
		return true
	}
	return false
}
