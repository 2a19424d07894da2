package feed

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// dropIllegal drops the characters that XML forbids (XML 1.0, 2.2) or that stand
// for none, and the references to them.
func dropIllegal(doc []byte) []byte {
	if hasIllegal(doc) {
		doc = bytes.Map(func(r rune) rune {
			if illegal(r) {
				return -1
			}
			return r
		}, doc)
	}
	if from, _ := illegalReference(doc); from < 0 {
		return doc
	}
	out := make([]byte, 0, len(doc))
	for {
		from, until := illegalReference(doc)
		if from < 0 {
			return append(out, doc...)
		}
		out, doc = append(out, doc[:from]...), doc[until:]
	}
}

// hasIllegal reports whether there may be an illegal character in doc, which is
// UTF-8. Nearly all documents have none, and this is how all are looked at.
func hasIllegal(doc []byte) bool {
	for i, b := range doc {
		switch {
		case b >= 0x20 && b < 0xef, b == '\n', b == '\r', b == '\t':
		case b < 0x20:
			return true
		case b == 0xef: // U+F000 to U+FFFF
			if r, _ := utf8.DecodeRune(doc[i:]); illegal(r) {
				return true
			}
		}
	}
	return false
}

// illegalReference returns where the first reference to an illegal character is;
// from is negative when there is none.
func illegalReference(doc []byte) (from, until int) {
	for at := 0; ; {
		i := bytes.Index(doc[at:], []byte("&#"))
		if i < 0 {
			return -1, 0
		}
		from = at + i
		n := referenceLength(doc[from:])
		if r, ok := referred(doc[from : from+n]); ok && illegal(r) {
			return from, from + n
		}
		at = from + max(n, len("&#"))
	}
}

// referenceLength is how long the reference is that s begins with; 0 when it is
// not complete.
func referenceLength(s []byte) int {
	for i := len("&#"); i < len(s); i++ {
		switch c := s[i]; {
		case c == ';':
			return i + 1
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == 'x', c == 'X':
		default:
			return 0
		}
	}
	return 0
}

// referred is the character that a reference stands for, and false when it is no
// reference. It is illegal for a number that is no character.
func referred(ref []byte) (rune, bool) {
	if len(ref) < len("&#0;") {
		return 0, false
	}
	digits, base := string(ref[2:len(ref)-1]), 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	switch {
	case err != nil && err.(*strconv.NumError).Err == strconv.ErrSyntax:
		return 0, false
	case err != nil, n > utf8.MaxRune:
		return 0, true
	}
	return rune(n), true
}

func illegal(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case r < 0x20, r >= 0xd800 && r <= 0xdfff, r >= 0xfdd0 && r <= 0xfdef, r == 0xfffe, r == 0xffff:
		return true
	}
	return false
}
