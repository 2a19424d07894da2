package sqlite

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// micros is a time as the store keeps it. The zero time needs no special case:
// it is a number like others, and the least that is met.
func micros(t time.Time) int64 { return t.UnixMicro() }

// moment scans a time.
type moment struct{ *time.Time }

// Scan implements sql.Scanner.
func (m moment) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time is kept as %T", v)
	}
	*m.Time = time.UnixMicro(n).UTC()
	return nil
}

// span scans a length of time, in microseconds.
type span struct{ *time.Duration }

// Scan implements sql.Scanner.
func (s span) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a length of time is kept as %T", v)
	}
	*s.Duration = time.Duration(n) * time.Microsecond
	return nil
}

// document scans JSON; "" is nil.
type document struct{ *json.RawMessage }

// Scan implements sql.Scanner.
func (d document) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a JSON text is kept as %T", v)
	}
	*d.RawMessage = nil
	if s != "" {
		*d.RawMessage = json.RawMessage(s)
	}
	return nil
}

// quoted is a list of strings as the store keeps it: Go string literals with
// commas between them. JSON looks the same, but cannot hold every byte.
func quoted(list []string) string {
	var b []byte
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, s)
	}
	return string(b)
}

// list scans what quoted wrote; "" is nil.
type list struct{ to *[]string }

// Scan implements sql.Scanner.
func (l list) Scan(v any) error {
	rest, ok := v.(string)
	if !ok {
		return fmt.Errorf("a list is kept as %T", v)
	}
	*l.to = nil
	for rest != "" {
		literal, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return fmt.Errorf("reading a list: %w", err)
		}
		s, err := strconv.Unquote(literal)
		if err != nil {
			return fmt.Errorf("reading a list: %w", err)
		}
		*l.to = append(*l.to, s)
		rest = strings.TrimPrefix(rest[len(literal):], ",")
	}
	return nil
}
