package story

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// synonyms are English stems that stand for others: how headlines call the same
// act, and the people and the adjective of a country.
var synonyms = stemsOf(synonymGroups)

// synonymGroups has a group of words a line, which count as the first of them.
// Only what is said of the same event belongs together: a talk is no deal, and
// the words for an investigation do not mean its end.
const synonymGroups = `
	sue suing lawsuit suit
	buy buying bought acquire acquisition takeover purchase
	invest investment investor stake
	probe investigation investigate inquiry
	hire hiring poach recruit
	quit resign resignation depart departure exit leave leaving
	fire firing oust ouster sack dismiss
	ban block prohibit
	merge merger combine
	fine penalty
	launch unveil introduce debut
	layoff redundancy
	antitrust anticompetitive monopoly monopolistic competition
	chief boss ceo head
	employee staff worker staffer
	startup start-up
	italy italian
	france french
	germany german
	china chinese
	japan japanese
	korea korean
	india indian
	britain british uk
	russia russian
	europe european eu
	america american us
	canada canadian
	australia australian
	spain spanish
	israel israeli
	ukraine ukrainian`

func stemsOf(groups string) map[string]string {
	stem := func(w string) string {
		env := snowballstem.NewEnv(w)
		english.Stem(env)
		return env.Current()
	}
	same := make(map[string]string)
	for group := range strings.Lines(groups) {
		words := strings.Fields(group)
		for i := range words {
			if i > 0 {
				same[stem(words[i])] = stem(words[0])
			}
		}
	}
	return same
}
