package postgres

import (
	"testing"
	"unicode/utf8"
)

func TestTextsAreKeptAsTheyAreWhereTheyCanBe(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                    "",
		"plain":               "plain",
		"ﷺ 👩\u200d👧":          "ﷺ 👩\u200d👧",
		"a\x00b":              "a\x1a00b",
		"\x1a":                "\x1a1a",
		"\xff\xfe":            "\x1aff\x1afe",
		"\xed\xa0\x80 \ufffd": "\x1aed\x1aa0\x1a80 \ufffd",
	} {
		if got := string(escape(nil, s)); got != want {
			t.Errorf("%q is kept as %q, want %q", s, got, want)
		}
	}
}

func TestTextsThatNobodyWroteAreErrors(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"\x1a", "a\x1a0", "\x1azz", "\x1a0g"} {
		if got, err := unescape([]byte(s)); err == nil {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "a\x00b\x1a\xff", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kept := escape(nil, s)
		if !utf8.Valid(kept) {
			t.Errorf("%q is kept as %q, which is no text", s, kept)
		}
		if got, err := unescape(kept); err != nil || got != s {
			t.Errorf("%q comes back as %q: %v", s, got, err)
		}
	})
}
