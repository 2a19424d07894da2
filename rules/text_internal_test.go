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
			for _, w := range split(c.text, nil) {
				got = append(got, w.folded)
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

func TestATextOfMostlyCapitalsShouts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"FTC SUES AMAZON": true, "FTC sues Amazon": false, "": false, "BREAKING: FTC acts": true} {
		if got := newText(text, nil).shouting; got != want {
			t.Errorf("%q shouts: %v, want %v", text, got, want)
		}
	}
}

// The fast path for ASCII must cut as the Unicode path does.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"U.S. 3.5, a:b 1;2 don't 'x' _a_ a_.b a._b 1.a A1.2b", "multi-cloud’s 微软", "a''s s's"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, w := range split(s, nil) {
			if w.from < end || w.to <= w.from || w.to > len(s) {
				t.Fatalf("word %+v of %q after %d", w, s, end)
			}
			end = w.to
			if utf8.ValidString(s) && fold(w.folded) != w.folded {
				t.Errorf("%q folds further", w.folded)
			}
		}
		if !isASCII(s) {
			return
		}
		var slow []string
		it := words.FromString(s)
		for it.Next() {
			to := withoutPossessive(s, it.Start(), it.End())
			if hasWordRune(s[it.Start():to]) {
				slow = append(slow, s[it.Start():to])
			}
		}
		var fast []string
		for _, w := range split(s, nil) {
			fast = append(fast, s[w.from:w.to])
		}
		if diff := cmp.Diff(slow, fast); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
	})
}
