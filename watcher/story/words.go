package story

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
)

// word is a word of a text.
type word struct {
	term    string // its stem in lower case
	capital bool   // it was written with a capital
	opens   bool   // it opens a sentence, where any word has a capital
}

// textWords splits a text into its words, without those that say nothing.
// Apostrophes are dropped, and so is an English possessive: OpenAI's and OpenAI
// are one word however they are typed. Scripts that do not part words are cut
// into pairs of letters.
func textWords(text, lang string) []word {
	stem := stemmer(lang)
	var list []word
	opens := true
	for len(text) > 0 {
		i := strings.IndexFunc(text, inWord)
		if i < 0 {
			break
		}
		if strings.ContainsAny(text[:i], ".!?:|…“\"") {
			opens = true
		}
		text = text[i:]
		end := strings.IndexFunc(text, func(r rune) bool { return !inWord(r) && !apostrophe(r) && r != '.' })
		if end < 0 {
			end = len(text)
		}
		raw := text[:end]
		if !initials(raw) {
			raw, _, _ = strings.Cut(raw, ".")
		}
		text = text[len(raw):]
		if rest, hyphen := strings.CutPrefix(text, "-"); hyphen && prefixes[strings.ToLower(raw)] {
			end := strings.IndexFunc(rest, func(r rune) bool { return !inWord(r) })
			if end < 0 {
				end = len(rest)
			}
			raw, text = raw+rest[:end], rest[end:]
		}
		list = append(list, newWords(raw, opens, stem)...)
		opens = false
	}
	return list
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == '‘' }

// prefixes are written with and without a hyphen behind them.
var prefixes = wordSet("anti co multi non pre re")

// initials reports whether a text is letters with a full stop after each, as in
// A.I. and U.S.
func initials(raw string) bool {
	letters := 0
	for i, part := range strings.Split(strings.TrimSuffix(raw, "."), ".") {
		if utf8.RuneCountInString(part) != 1 {
			return false
		}
		letters = i + 1
	}
	return letters > 1
}

// newWords makes the words of what stands between two gaps: one, none where it
// says nothing, or several in a script that does not part words.
func newWords(raw string, opens bool, stem func(string) string) []word {
	first, _ := utf8.DecodeRuneInString(raw)
	if unparted(first) {
		return pairs(raw)
	}
	for _, possessive := range []string{"'s", "’s", "‘s"} {
		raw = strings.TrimSuffix(raw, possessive)
	}
	raw = strings.Map(func(r rune) rune {
		if apostrophe(r) || r == '.' {
			return -1
		}
		return r
	}, raw)
	term := strings.ToLower(raw)
	if stops[term] || !telling(term) || raw == "us" {
		return nil // us is a word in small letters, and a country in capitals
	}
	return []word{{stem(term), unicode.IsUpper(first), opens}}
}

// telling reports whether a word can be evidence. Single letters and digits
// cannot, and neither can years: at any time most texts mean the same one.
func telling(term string) bool {
	if utf8.RuneCountInString(term) < 2 {
		return false
	}
	isYear := len(term) == 4 && (term[:2] == "19" || term[:2] == "20") && strings.Trim(term, "0123456789") == ""
	return !isYear
}

func unparted(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// pairs cuts a text into all pairs of letters that stand side by side.
func pairs(text string) []word {
	letters := []rune(text)
	var list []word
	for i := range len(letters) - 1 {
		list = append(list, word{term: string(letters[i : i+2]), capital: true})
	}
	return list
}

var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "de": german.Stem, "en": english.Stem, "es": spanish.Stem, "fi": finnish.Stem, "fr": french.Stem,
	"it": italian.Stem, "nb": norwegian.Stem, "nl": dutch.Stem, "no": norwegian.Stem, "pt": portuguese.Stem, "ru": russian.Stem,
	"sv": swedish.Stem,
}

// stemmer returns what makes stems of words in a language. Most feeds that do not
// say theirs are English; in other languages its rules take little away. A stem
// that several words of newsrooms stand for is made one of them.
func stemmer(lang string) func(string) string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	if lang == "" {
		lang = "en"
	}
	rules, known := stemmers[lang]
	if !known {
		return func(w string) string { return w }
	}
	return func(w string) string {
		env := snowballstem.NewEnv(w)
		rules(env)
		stem := env.Current()
		if lang != "en" {
			return stem
		}
		if same, ok := synonyms[stem]; ok {
			return same
		}
		return stem
	}
}
