package rules_test

import (
	"slices"
	"testing"

	"tocsin/rules"
)

func TestWordsAreThoseThatQueriesLookFor(t *testing.T) {
	t.Parallel()
	const text = "OpenAI’s multi-cloud deal – worth 3.5 BILLION – isn't “Café” news."
	var whole, folded []string
	for _, w := range rules.Words(text) {
		whole, folded = append(whole, text[w.From:w.To]), append(folded, w.Folded)
	}
	if want := []string{"OpenAI", "multi", "cloud", "deal", "worth", "3.5", "BILLION", "isn't", "Café", "news"}; !slices.Equal(whole, want) {
		t.Errorf("words %q, want %q", whole, want)
	}
	if want := []string{"openai", "multi", "cloud", "deal", "worth", "3.5", "billion", "isn't", "café", "news"}; !slices.Equal(folded, want) {
		t.Errorf("folded %q, want %q", folded, want)
	}
}

func TestCommonnessOf(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]rules.Commonness{
		"the": rules.Everyday, "cloud": rules.Common, "clouds": rules.Common, "walked": rules.Common, "walking": rules.Common,
		"hyperscaler": rules.Rare, "openai": rules.Rare, "": rules.Rare, "é": rules.Rare, "x": rules.Rare,
	} {
		if got := rules.CommonnessOf(word); got != want {
			t.Errorf("CommonnessOf(%q) = %d, want %d", word, got, want)
		}
	}
}
