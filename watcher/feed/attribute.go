package feed

import (
	"bytes"
	"iter"
)

// attributes yields the attributes of a tag, as written: names with their prefix,
// values with their references and without quotes. What is no attribute is
// skipped; one without a value has an empty one.
func attributes(s []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for len(s) > 0 {
			n := nameLength(s)
			if n == 0 {
				s = s[1:]
				continue
			}
			name := s[:n]
			value, rest := attributeValue(s[n:])
			s = rest
			if bytes.Count(name, []byte(":")) > 1 {
				continue // the parser would refuse it
			}
			if !yield(name, value) {
				return
			}
		}
	}
}

// attributeValue is the value after a name, and what follows it.
func attributeValue(s []byte) (value, rest []byte) {
	const space = " \t\r\n"
	after := bytes.TrimLeft(s, space)
	if len(after) == 0 || after[0] != '=' {
		return nil, s
	}
	after = bytes.TrimLeft(after[1:], space)
	if len(after) == 0 {
		return nil, nil
	}
	if quote := after[0]; quote == '"' || quote == '\'' {
		if end := bytes.IndexByte(after[1:], quote); end >= 0 {
			return after[1 : 1+end], after[2+end:]
		}
		after = after[1:]
	}
	end := bytes.IndexAny(after, space)
	if end < 0 {
		end = len(after)
	}
	return after[:end], after[end:]
}

// appendAttribute writes an attribute so that any parser reads it.
func appendAttribute(out, name, value []byte) []byte {
	quote := byte('"')
	if bytes.IndexByte(value, '"') >= 0 {
		quote = '\''
	}
	out = append(out, ' ')
	out = append(out, name...)
	out = append(out, '=', quote)
	for _, b := range value {
		switch {
		case b == '<':
			out = append(out, "&lt;"...)
		case b == quote:
			out = append(out, "&#39;"...)
		default:
			out = append(out, b)
		}
	}
	return append(out, quote)
}
