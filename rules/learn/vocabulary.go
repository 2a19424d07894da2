package learn

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/rules"
)

// wordID numbers the words of the documents, those with one stem alike; 0 is none of
// them.
type wordID uint32

// vocabulary is the words of the documents.
type vocabulary struct {
	ids   map[string]wordID // by stem
	words []word            // by wordID
}

// word is a word with all its endings.
type word struct {
	stem  string
	forms map[string]int // folded, with how often they occur
	caps  int            // how often it is written in capitals only
	count int

	measured bool // common is set, which is done when all forms are known
	common   rules.Commonness
}

func newVocabulary() *vocabulary {
	return &vocabulary{ids: map[string]wordID{}, words: make([]word, 1)}
}

// add returns the number of a folded word, which is new or not.
func (v *vocabulary) add(folded string) wordID {
	stem := stemOf(folded)
	id, known := v.ids[stem]
	if !known {
		id = wordID(len(v.words))
		v.ids[stem] = id
		v.words = append(v.words, word{stem: stem, forms: map[string]int{}})
	}
	w := &v.words[id]
	w.count++
	w.forms[folded]++
	return id
}

// find returns the number of a folded word, 0 where no document has it.
func (v *vocabulary) find(folded string) wordID { return v.ids[stemOf(folded)] }

// endings are those of English that make another form of the same word, and those by
// which a noun, a verb and an adjective differ; longer ones first.
var endings = []string{"ities", "ings", "ions", "ity", "ely", "ies", "ing", "ion", "ie", "es", "ed", "ly", "e", "s", "y"}

// minStemmed is how many letters are left of a word at least that loses its ending.
const minStemmed = 4

// stemOf returns a folded word without its ending.
func stemOf(folded string) string {
	if strings.HasSuffix(folded, "ss") || strings.HasSuffix(folded, "us") || strings.HasSuffix(folded, "is") {
		return folded
	}
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(folded, e); ok && utf8.RuneCountInString(stem) >= minStemmed {
			return stem
		}
	}
	return folded
}

// minWritten is how many letters a stem has at least that is written with a star: a
// shorter one takes in too much.
const minWritten = 5

// pattern returns a word as queries write it: as a stem where it occurs in several
// forms.
func (w *word) pattern() string {
	forms := make([]string, 0, len(w.forms))
	for f := range w.forms {
		forms = append(forms, f)
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(w.forms[b]-w.forms[a], strings.Compare(a, b)) })
	common := forms[0]
	for _, f := range forms[1:] {
		common = commonPrefix(common, f)
	}
	switch {
	case len(forms) > 1 && utf8.RuneCountInString(common) >= minWritten:
		return common + "*"
	case 2*w.caps > w.count:
		return strings.ToUpper(forms[0])
	}
	return forms[0]
}

func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return a[:n]
}

// How often a word is among those of general English, by how common it is. They
// are orders of magnitude: the everyday words make up a third of a text, the
// common ones another.
var rates = [...]float64{rules.Rare: 3e-6, rules.Common: 1.5e-4, rules.Everyday: 4e-3}

// phraseRate is by how much rarer a word is with a certain other one beside it.
const phraseRate = 0.03

// functionWords are words of grammar, which say nothing of what a text is about,
// and what verbs of every text become.
var functionWords = strings.Fields(`about above across after again against all almost along already also although
	always am among an and another any anyone anything are around as at away back be became because become
	becoming been before began being below between both but by called came can cannot come could did do does doing
	done down during each either else enough even ever every everyone everything few found for from further gave get
	gets getting give given goes going gone got had has have having he her here hers herself him himself his how
	however i if in instead into is it its itself just kept knew know known last later least less let like likely long
	made make makes making many may me meant might mine more most much must my myself near need neither never nor not
	nothing now of off often on once one only onto or other others our ours ourselves out over own per perhaps put
	quite rather really said same saw say says seem seemed seen several shall she should since so some someone
	something soon still such take taken takes taking than that the their theirs them themselves then there these they
	thing things think this those though thought through thus to today together told too took toward towards two under
	until up upon us used using very via was way we well went were what whatever when where whether which while who
	whole whom whose why will with within without would year years yet you your yours yourself aren't can't couldn't
	didn't doesn't don't hadn't hasn't haven't he'd he'll i'd i'll i'm i've isn't it'd it'll let's shouldn't they'd
	they'll they're they've wasn't we'd we'll we're we've weren't won't wouldn't you'd you'll you're you've`)

var isFunctionWord = func() map[string]bool {
	m := make(map[string]bool, len(functionWords))
	for _, w := range functionWords {
		m[w] = true
	}
	return m
}()

// commonness returns how common a word is in its commonest form.
func (w *word) commonness() rules.Commonness {
	if !w.measured {
		w.measured, w.common = true, commonnessOf(w.stem)
		for f := range w.forms {
			w.common = max(w.common, commonnessOf(f))
		}
	}
	return w.common
}

func commonnessOf(folded string) rules.Commonness {
	if isFunctionWord[folded] {
		return rules.Everyday
	}
	return rules.CommonnessOf(folded)
}

// rate returns what part of the words of general English the term is.
func (v *vocabulary) rate(g gram) float64 {
	rate, beside := 1.0, 1.0
	for i, id := range g.words() {
		rate = min(rate, rates[v.words[id].commonness()])
		if i > 0 {
			beside *= phraseRate
		}
	}
	return rate * beside
}

// isFunction reports whether a word is one of those that stand everywhere.
func (v *vocabulary) isFunction(id wordID) bool {
	return v.words[id].commonness() == rules.Everyday
}

// isWritable reports whether a word can stand in a query as it is: letters, digits,
// and what stands inside words.
func isWritable(w string) bool {
	letters := false
	for _, r := range w {
		switch {
		case unicode.IsLetter(r):
			letters = true
		case unicode.IsNumber(r), r == '.', r == '\'', r == '’', unicode.IsMark(r):
		default:
			return false
		}
	}
	cut := rules.Words(w)
	return letters && len(cut) == 1 && cut[0].From == 0 && cut[0].To == len(w)
}

// countCapitals counts the words of a sentence that are written in capitals only.
func (v *vocabulary) countCapitals(s sentence) {
	for _, t := range s.words {
		if utf8.RuneCountInString(t.whole) > 1 && strings.ToUpper(t.whole) == t.whole && strings.ToLower(t.whole) != t.whole {
			v.words[t.id].caps++
		}
	}
}
