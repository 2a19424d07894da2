package rules

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/google/go-cmp/cmp"
)

func TestTextIsCutIntoWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"hyphens and dashes", "multi-cloud multi–cloud multi‑cloud", "multi|cloud|multi|cloud|multi|cloud"},
		{"punctuation between", "AT&T, GPT-4o; and/or", "at|t|gpt|4o|and|or"},
		{"punctuation inside", "U.S. 3.5 1,000 openai.com don't", "u.s|3.5|1,000|openai.com|don't"},
		{"possessives", "OpenAI's OpenAI’s AWS'S companies' it's 's", "openai|openai|aws|companies|it|s"},
		{"case, width and compatibility", "Straße ＡＷＳ ﬁne Ⅳ", "strasse|aws|fine|iv"},
		{"accents in both forms", "Autorité Autorite\u0301", "autorité|autorité"},
		{"soft hyphens and joiners", "exclu\u00adsive zero\u200dwidth", "exclusive|zerowidth"},
		{"Chinese", "微软与OpenAI", "微|软|与|openai"},
		{"Japanese and Korean", "マイクロソフト 한국어", "マイクロソフト|한국어"},
		{"no words", "— … $ __ 🎉", ""},
		{"digits and letters", "H100s 2x foo_bar", "h100s|2x|foo_bar"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range appendWords(nil, c.text) {
				got = append(got, fold(c.text[w.from:w.to]))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "|")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAccentsComeOffOnlyWhereTheyAreAccents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"autorité": "autorite", "ångström": "angstrom", "हिन्दी": "हिन्दी", "plain": "plain"} {
		if got := withoutAccents(text); got != want {
			t.Errorf("%s without accents is %s, want %s", text, got, want)
		}
	}
}

func TestATextOfMostlyCapitalsIsLoud(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"FTC SUES AMAZON": true, "FTC sues Amazon": false, "": false, "BREAKING: FTC acts": true} {
		if got := isLoud(s); got != want {
			t.Errorf("%q is loud: %v, want %v", s, got, want)
		}
	}
}

// Cutting at spaces first, and the fast path for ASCII, must give the words that
// UAX #29 finds in the whole text.
func FuzzWords(f *testing.F) {
	for _, s := range []string{
		"U.S. 3.5, a:b 1;2 don't 'x' _a_ a_.b a._b 1.a A1.2b", "multi-cloud’s 微软", "a''s s's", "a \u0301b \u200dc\u200d d\ne",
		"the company’s “exclusive” deal – and OpenAI's\ttoo", "a\u00a0b é é é", "x\r\ny é\u2028z", "𝐀𝐁 1\u066b5 \u05d0\"\u05d1",
		"letters’letters 1’2 a’1 ‘quoted’ long’s_words’S it’s… a—b “x”\u0301 _’_ …’s", "abcdefgh’s abcdefg.h abcdefghijklmnop_q1.5’6",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		var got []string
		for _, w := range appendWords(nil, s) {
			if w.from < end || w.to <= w.from || w.to > len(s) {
				t.Fatalf("word %+v of %q after %d", w, s, end)
			}
			end = w.to
			got = append(got, s[w.from:w.to])
		}
		if !utf8.ValidString(s) {
			return
		}
		var want []string
		it := words.FromString(s)
		for it.Next() {
			to := withoutPossessive(s, it.Start(), it.End())
			if w := s[it.Start():to]; hasWordRune(w) {
				want = append(want, w)
				if f := fold(w); fold(f) != f {
					t.Errorf("%q folds further", f)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
	})
}
