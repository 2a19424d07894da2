package rules

// Word is a word of a text, as queries see it.
type Word struct {
	From, To int    // the bytes of the text that it is; To is exclusive, and a possessive 's is left out
	Folded   string // as it is compared with other words; accents are kept
}

// Words returns the words of a text, in order: those that queries look for, for
// who counts words to write queries with.
func Words(s string) []Word {
	cut := appendWords(nil, s)
	out := make([]Word, len(cut))
	for i, w := range cut {
		out[i] = Word{w.from, w.to, fold(s[w.from:w.to])}
	}
	return out
}

// Commonness says how common a word is in English.
type Commonness uint8

// The degrees of it.
const (
	Rare     Commonness = iota // none of the others
	Common                     // one of about 2,000 words, or one with a common ending
	Everyday                   // more than one in twenty news articles have it in title and summary
)

// CommonnessOf returns how common a folded word is in English.
func CommonnessOf(folded string) Commonness {
	switch {
	case isEveryday(folded):
		return Everyday
	case isCommon(folded):
		return Common
	}
	for n := max(len(folded)-3, 3); n < len(folded); n++ {
		if isCommon(folded[:n]) && isInflection(folded, folded[:n]) {
			return Common
		}
	}
	return Rare
}
