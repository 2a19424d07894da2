package postgres

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// text is a string on its way to or from the database.
type text string

// mark is the control character SUBSTITUTE. In the database it stands, with two
// hexadecimal digits after it, for a byte that a text of PostgreSQL cannot hold
// or that is a mark itself. Nearly no string has one, and people can read the
// tables.
const mark = '\x1a'

// plain reports whether the database can hold s as it is.
func plain(s string) bool {
	return strings.IndexByte(s, 0) < 0 && strings.IndexByte(s, mark) < 0 && utf8.ValidString(s)
}

// escape appends s as the database holds it.
func escape(to []byte, s string) []byte {
	if plain(s) {
		return append(to, s...)
	}
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == 0 || r == mark || r == utf8.RuneError && n == 1 {
			to = append(to, mark)
			to = hex.AppendEncode(to, []byte(s[:1]))
		} else {
			to = append(to, s[:n]...)
		}
		s = s[n:]
	}
	return to
}

var errMark = errors.New("a text is not one of tocsin's")

// unescape is the string that escape wrote.
func unescape(b []byte) (string, error) {
	i := bytes.IndexByte(b, mark)
	if i < 0 {
		return string(b), nil
	}
	s := make([]byte, 0, len(b))
	for ; i >= 0; i = bytes.IndexByte(b, mark) {
		if len(b) < i+3 {
			return "", errMark
		}
		s = append(s, b[:i]...)
		var err error
		if s, err = hex.AppendDecode(s, b[i+1:i+3]); err != nil {
			return "", errMark
		}
		b = b[i+3:]
	}
	return string(append(s, b...)), nil
}

// register has a connection keep strings byte for byte and times in UTC.
func register(types *pgtype.Map) {
	kept := &pgtype.Type{Name: "text", OID: pgtype.TextOID, Codec: textCodec{}}
	types.RegisterType(kept)
	types.RegisterType(&pgtype.Type{Name: "_text", OID: pgtype.TextArrayOID, Codec: &pgtype.ArrayCodec{ElementType: kept}})
	types.RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: utc}})
}

// textCodec is pgtype's for texts, but that it escapes.
type textCodec struct{ pgtype.TextCodec }

// PreferredFormat implements pgtype.Codec. The binary format of a text is the
// text; of an array it is the one that needs no quotes.
func (textCodec) PreferredFormat() int16 { return pgtype.BinaryFormatCode }

// PlanEncode implements pgtype.Codec. Strings come here from arrays alone; the
// driver passes single ones on as they are.
func (c textCodec) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	switch value.(type) {
	case text, string:
		return textPlan{}
	}
	return c.TextCodec.PlanEncode(m, oid, format, value)
}

// PlanScan implements pgtype.Codec.
func (c textCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	switch target.(type) {
	case *text, *string:
		return textPlan{}
	}
	return c.TextCodec.PlanScan(m, oid, format, target)
}

type textPlan struct{}

// Encode implements pgtype.EncodePlan.
func (textPlan) Encode(value any, buf []byte) ([]byte, error) {
	if s, ok := value.(text); ok {
		return escape(buf, string(s)), nil
	}
	return escape(buf, value.(string)), nil
}

// Scan implements pgtype.ScanPlan.
func (textPlan) Scan(src []byte, target any) error {
	if src == nil {
		return errors.New("a text is null")
	}
	s, err := unescape(src)
	switch to := target.(type) {
	case *text:
		*to = text(s)
	case *string:
		*to = s
	}
	return err
}
