package feed

import (
	"bytes"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// dropIllegal drops the characters that XML forbids (XML 1.0, 2.2), and the
// references to them.
func dropIllegal(doc []byte) []byte {
	if bytes.ContainsFunc(doc, illegal) {
		doc = bytes.Map(func(r rune) rune {
			if illegal(r) {
				return -1
			}
			return r
		}, doc)
	}
	if !bytes.Contains(doc, []byte("&#")) {
		return doc
	}
	return characterReference.ReplaceAllFunc(doc, func(ref []byte) []byte {
		if r, ok := referred(ref); ok && illegal(r) {
			return nil
		}
		return ref
	})
}

var characterReference = regexp.MustCompile(`&#(?:[xX][0-9a-fA-F]+|[0-9]+);`)

// referred is the character that a reference stands for. It is illegal for a
// number that is no character.
func referred(ref []byte) (rune, bool) {
	digits, base := string(ref[2:len(ref)-1]), 10
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune {
		return 0, true
	}
	return rune(n), true
}

func illegal(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case r < 0x20, r >= 0xd800 && r <= 0xdfff, r == 0xfffe, r == 0xffff:
		return true
	}
	return false
}
