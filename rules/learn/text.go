package learn

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/rules"
)

// document is a Document cut into sentences.
type document struct {
	sentences []sentence
	words     int
}

// sentence is a sentence of a text, or a line of it that has no end.
type sentence struct {
	text   string // in one line, without what is not printable
	words  []token
	titled bool // most of its words have capitals, which so tell no names
}

// token is a word of a sentence.
type token struct {
	id      wordID
	folded  string
	whole   string // as it is written
	capital bool   // it has a capital letter, as Oracle, AWS and xAI have
	joined  bool   // no punctuation is between it and the word before
}

func newDocument(v *vocabulary, d Document) document {
	var doc document
	for text := range strings.Lines(d.Title + "\n" + d.Text) {
		for _, s := range sentencesOf(oneLine(text)) {
			if s := newSentence(v.add, s); len(s.words) > 0 {
				doc.sentences = append(doc.sentences, s)
				doc.words += len(s.words)
				v.countCapitals(s)
			}
		}
	}
	return doc
}

// newSentence cuts a sentence into words, which number numbers.
func newSentence(number func(folded string) wordID, text string) sentence {
	s := sentence{text: text}
	end, long, capitals := 0, 0, 0
	for _, w := range rules.Words(text) {
		t := token{folded: w.Folded, whole: text[w.From:w.To], id: number(w.Folded), joined: end > 0 && isJoint(text[end:w.From])}
		t.capital = strings.ContainsFunc(t.whole, unicode.IsUpper)
		if len(t.whole) > 3 {
			long++
			if t.capital {
				capitals++
			}
		}
		s.words = append(s.words, t)
		end = w.To
	}
	s.titled = capitals > 2 && 2*capitals > long || len(s.words) < 4
	return s
}

// isJoint reports whether what stands between two words lets them be one phrase.
func isJoint(between string) bool {
	switch between {
	case "", " ", "-", "\u2010", "\u2011", "'s ", "’s ", "&", " & ":
		return true
	}
	return false
}

// oneLine is a text in one line, without what is not printable or is invisible.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r), !unicode.IsPrint(r), r == utf8.RuneError:
			return -1
		}
		return r
	}, text)), " ")
}

// sentencesOf cuts a line at the ends of sentences: a full stop and the like, quotes
// and brackets that close behind it, and a space before what may begin one.
func sentencesOf(line string) []string {
	var out []string
	from := 0
	for i, r := range line {
		if !strings.ContainsRune(".!?…。！？", r) || i < from {
			continue
		}
		end := i + utf8.RuneLen(r)
		end += len(line[end:]) - len(strings.TrimLeft(line[end:], `"'”’)]`))
		wide := r >= '。'
		if !wide && (!strings.HasPrefix(line[end:], " ") || r == '.' && isAbbreviated(line[from:i]) || !begins(line[end:])) {
			continue
		}
		out = append(out, strings.TrimSpace(line[from:end]))
		from = end
	}
	if rest := strings.TrimSpace(line[from:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// isAbbreviated reports whether a full stop behind the text ends no sentence: behind
// an initial, as in U.S. or J. Smith, and behind the titles of people.
func isAbbreviated(before string) bool {
	last := strings.TrimRight(before[strings.LastIndexAny(before, " (")+1:], ".")
	if strings.Contains(last, ".") {
		return true
	}
	switch last {
	case "Mr", "Mrs", "Ms", "Dr", "St", "Prof", "Gen", "Sen", "Rep", "Gov", "No", "vs":
		return true
	}
	return utf8.RuneCountInString(last) == 1 && strings.ToUpper(last) == last
}

// begins reports whether a sentence may begin so: with anything but a small letter.
func begins(rest string) bool {
	rest = strings.TrimLeft(rest, ` "'“‘([`)
	first, _ := utf8.DecodeRuneInString(rest)
	return rest != "" && !unicode.IsLower(first)
}
