package rules

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// commonText is about 2,000 of the commonest English words, lower case.
//
//go:embed common.txt
var commonText string

// commonWords returns the commonest English words, sorted.
var commonWords = sync.OnceValue(func() []string {
	words := strings.Fields(commonText)
	slices.Sort(words)
	return slices.Compact(words)
})

// everydayWords are the words that more than one in twenty news articles have in
// its title and summary, whatever it is about; counted over 3,762 of them.
var everydayWords = strings.Fields(`a about after all an and are as at be been but by can could first for from has have
	he her his how if in into is it its more new no not of on one or out over said says she so than that the their
	they this to two up was we were what when which who will with would year years you`)

// isEveryday reports whether a folded word is one of the everyday words.
func isEveryday(word string) bool { return slices.Contains(everydayWords, word) }

// isCommonName reports whether a list's member is a name of one word, such as
// Apple, that is also an everyday word. Words in small letters are taken to be
// meant, and capitals only to tell the name.
func isCommonName(member string, t *term) bool {
	if len(t.words) != 1 || t.words[0].stem || t.words[0].capitals || !unicode.IsUpper(firstRune(member)) {
		return false
	}
	return isCommon(t.words[0].folded)
}

// isCommon reports whether a folded word is one of the commonest.
func isCommon(word string) bool {
	_, found := slices.BinarySearch(commonWords(), word)
	return found
}

// beginsCommon reports whether one of the commonest words begins so.
func beginsCommon(stem string) bool {
	words := commonWords()
	i, _ := slices.BinarySearch(words, stem)
	return i < len(words) && strings.HasPrefix(words[i], stem)
}

// wideStem says which common words a short stem of the term takes in that are
// not its inflections; "" for none.
func wideStem(t *term) string {
	const short, show = 4, 3 // letters; words named
	for _, p := range t.words {
		if !p.stem || p.capitals || utf8.RuneCountInString(p.folded) > short {
			continue
		}
		words := commonWords()
		i, _ := slices.BinarySearch(words, p.folded)
		var taken []string
		for ; i < len(words) && strings.HasPrefix(words[i], p.folded) && len(taken) < show; i++ {
			if !isInflection(words[i], p.folded) {
				taken = append(taken, words[i])
			}
		}
		if len(taken) > 0 {
			return fmt.Sprintf("the stem %s* also takes in words such as %s", p.folded, strings.Join(taken, ", "))
		}
	}
	return ""
}

// isInflection reports whether word is the stem with a common ending.
func isInflection(word, stem string) bool {
	switch strings.TrimPrefix(word, stem) {
	case "", "s", "es", "e", "d", "ed", "er", "or", "ing", "ion", "y", "ly":
		return true
	}
	return false
}
