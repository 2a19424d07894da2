package feed

import (
	"bytes"
	"mime"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decode turns a body into UTF-8, whatever it says it is. Bytes that are valid
// UTF-8 are taken as that: labels lie, and text in another encoding is almost
// never valid UTF-8 by chance. Then come the byte order mark or pattern of
// UTF-16 and UTF-32, the charset of HTTP, the one that the document declares, a
// guess, and in the end windows-1252 for every byte that is not UTF-8.
//
// The result is valid UTF-8 without a byte order mark.
func decode(body []byte, contentType string) []byte {
	if wide := wideEncoding(body); wide != nil {
		if text, ok := decodeWith(wide, body); ok {
			return trimMarks(text)
		}
	}
	body = trimMarks(body)
	labels := []string{httpCharset(contentType), declaredCharset(body)}
	if japaneseEscape(body) {
		labels = append(labels, "iso-2022-jp")
	} else if utf8.Valid(body) && !slices.ContainsFunc(labels, escapes) {
		return body
	}
	if mostlyUTF8(body) && !slices.ContainsFunc(labels, escapes) {
		return repairUTF8(body)
	}
	for _, label := range labels {
		if text, ok := decodeLabel(label, body); ok {
			return trimMarks(text)
		}
	}
	if text, ok := decodeWith(simplifiedchinese.GB18030, body); ok && looksChinese(text) {
		return text
	}
	return repairUTF8(body)
}

var utf8Mark = []byte("\ufeff")

// trimMarks cuts byte order marks, of which some servers send two.
func trimMarks(b []byte) []byte {
	for bytes.HasPrefix(b, utf8Mark) {
		b = b[len(utf8Mark):]
	}
	return b
}

// wideEncoding recognises UTF-16 and UTF-32 by their mark, or by where the zero
// bytes of a document's first character are; nil when it is neither.
func wideEncoding(b []byte) encoding.Encoding {
	var (
		utf16le = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
		utf16be = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
		utf32le = utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
		utf32be = utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	)
	for _, p := range []struct {
		prefix string
		enc    encoding.Encoding
	}{
		{"\xff\xfe\x00\x00", utf32le}, {"\x00\x00\xfe\xff", utf32be},
		{"\xff\xfe", utf16le}, {"\xfe\xff", utf16be},
		{"<\x00\x00\x00", utf32le}, {"\x00\x00\x00<", utf32be},
		{"<\x00", utf16le}, {"\x00<", utf16be},
		{"{\x00", utf16le}, {"\x00{", utf16be},
	} {
		if bytes.HasPrefix(b, []byte(p.prefix)) {
			return p.enc
		}
	}
	return nil
}

var xmlDeclaration = regexp.MustCompile(`^\s*<\?xml[^>]*?\sencoding\s*=\s*["']?\s*([A-Za-z0-9._:-]+)`)

// declaredCharset is what the XML declaration says, in lower case; else "".
func declaredCharset(b []byte) string {
	if m := xmlDeclaration.FindSubmatch(b[:min(len(b), 1024)]); m != nil {
		return strings.ToLower(string(m[1]))
	}
	return ""
}

func httpCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(params["charset"]))
}

// escapes reports whether a charset writes everything in ASCII bytes, so that
// being valid UTF-8 says nothing.
func escapes(label string) bool {
	return strings.HasPrefix(label, "iso-2022-") || label == "hz-gb-2312"
}

// japaneseEscape reports whether b has an escape to the double bytes of
// ISO-2022-JP. XML allows none.
func japaneseEscape(b []byte) bool {
	return bytes.Contains(b, []byte("\x1b$B")) || bytes.Contains(b, []byte("\x1b$@"))
}

// decodeLabel decodes by a charset's name. It is false for UTF-8, which the
// bytes are known not to be, and for an unknown name.
func decodeLabel(label string, b []byte) ([]byte, bool) {
	enc, err := htmlindex.Get(label)
	if label == "" || err != nil || enc == unicode.UTF8 {
		return nil, false
	}
	switch name, _ := htmlindex.Name(enc); name {
	case "replacement":
		return nil, false
	case "utf-16le", "utf-16be":
		return nil, false // the bytes would have shown it
	}
	return decodeWith(enc, b)
}

// decodeWith decodes, and is false when more than a stray character comes out
// unreadable: then it was another encoding.
func decodeWith(enc encoding.Encoding, b []byte) ([]byte, bool) {
	text, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return nil, false
	}
	unreadable := bytes.Count(text, []byte("\ufffd"))
	return text, unreadable <= 2+len(text)/1000
}

// mostlyUTF8 reports whether b is UTF-8 with some stray bytes in it: most of
// what is not ASCII is valid.
func mostlyUTF8(b []byte) bool {
	valid, invalid := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			invalid++
		case n > 1:
			valid++
		}
		b = b[n:]
	}
	return valid > 2*invalid
}

// looksChinese reports whether text has more Chinese characters than other ones
// beyond ASCII, as misread Latin text has not.
func looksChinese(text []byte) bool {
	han, other := 0, 0
	for _, r := range string(text) {
		switch {
		case r >= 0x4e00 && r <= 0x9fff, r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xffef:
			han++
		case r >= utf8.RuneSelf:
			other++
		}
	}
	return han > 4*other && commonHan(text)
}

// commonHan reports whether some of the commonest Chinese characters are there.
// Pairs of accented Latin letters come out as rare ones.
func commonHan(text []byte) bool {
	return bytes.ContainsAny(text, "的一是不了人在有我这中大国上个为和")
}

// repairUTF8 keeps what is UTF-8 and takes every other byte for windows-1252.
func repairUTF8(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(b[0])
		}
		out = utf8.AppendRune(out, r)
		b = b[n:]
	}
	return out
}
