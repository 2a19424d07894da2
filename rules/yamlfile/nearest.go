package yamlfile

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the candidate that word was most likely meant to be: the one
// with the fewest typing mistakes (a letter wrong, missing, too many, or two
// swapped) between them, whatever their case; the first of several; "" when
// none is near, that is within one mistake for each three letters of word. Of
// many candidates it looks at the first 5,000.
func Nearest(word string, candidates []string) string {
	candidates = candidates[:min(len(candidates), 5000)]
	best, fewest := "", max(1, utf8.RuneCountInString(word)/3)+1
	for _, c := range candidates {
		if d := mistakes([]rune(strings.ToLower(word)), []rune(strings.ToLower(c)), fewest); d < fewest {
			best, fewest = c, d
		}
	}
	return best
}

// DidYouMean returns the hint "did you mean x?", or "" when nothing is near.
func DidYouMean(word string, candidates []string) string {
	if n := Nearest(word, candidates); n != "" {
		return "did you mean " + n + "?"
	}
	return ""
}

// OneOf lists words for a sentence: "a, b or c" with "or" as the conjunction.
func OneOf(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}

// mistakes returns the distance of a and b after Damerau and Levenshtein, with
// no letter moved twice; limit when it is that or more.
func mistakes(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	// Row i holds the distances of a[:i] to every b[:j]; three rows suffice.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
