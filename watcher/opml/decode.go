package opml

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var declaration = regexp.MustCompile(`^\s*<\?xml[^>]*?\sencoding\s*=\s*["']?\s*([A-Za-z0-9._:-]+)`)

// decode turns a document into UTF-8 that XML permits, whatever it says it is:
// what is valid UTF-8 is that; else what its mark or its declaration says, and
// windows-1252 where that is nothing that the bytes can be.
func decode(data []byte) []byte {
	if e := wide(data); e != nil {
		if text, err := e.NewDecoder().Bytes(data); err == nil {
			data = text
		}
	}
	if !utf8.Valid(data) {
		data = narrow(data)
	}
	data = bytes.TrimLeft(data, "\ufeff \t\r\n") // which may not stand before the declaration
	return bytes.Map(func(r rune) rune {
		if r < ' ' && !strings.ContainsRune("\t\n\r", r) || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, data)
}

// wide is UTF-16 in the byte order of a document that is in it; else nil.
func wide(data []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("<\x00")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.HasPrefix(data, []byte("\x00<")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// narrow decodes what is not UTF-8.
func narrow(data []byte) []byte {
	if m := declaration.FindSubmatch(data[:min(len(data), 1024)]); m != nil {
		if e, name := charset.Lookup(string(m[1])); e != nil && !strings.HasPrefix(name, "utf-") && name != "replacement" {
			if text, err := e.NewDecoder().Bytes(data); err == nil && !bytes.ContainsRune(text, utf8.RuneError) {
				return text
			}
		}
	}
	var out []byte
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(data[0])
		}
		out = utf8.AppendRune(out, r)
		data = data[n:]
	}
	return out
}
