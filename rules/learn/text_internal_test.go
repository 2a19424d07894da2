package learn

import (
	"slices"
	"testing"
)

func TestSentencesOf(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		line string
		want []string
	}{
		"two sentences":             {"It rains. We stay.", []string{"It rains.", "We stay."}},
		"no end":                    {"Rain ahead", []string{"Rain ahead"}},
		"quotes close a sentence":   {"“It rains.” We stay!", []string{"“It rains.”", "We stay!"}},
		"initials end none":         {"The U.S. Navy and J. Smith came. So did we.", []string{"The U.S. Navy and J. Smith came.", "So did we."}},
		"titles of people end none": {"Dr. Who came. Mr. Smith went.", []string{"Dr. Who came.", "Mr. Smith went."}},
		"small letters go on":       {"The e.g. and approx. values", []string{"The e.g. and approx. values"}},
		"numbers stay whole":        {"It costs 3.5 pounds. 40 ships go.", []string{"It costs 3.5 pounds.", "40 ships go."}},
		"wide full stops":           {"今天下雨。我们不走。", []string{"今天下雨。", "我们不走。"}},
		"dots in a row":             {"Wait... What?! Yes.", []string{"Wait...", "What?!", "Yes."}},
		"nothing":                   {"", nil},
	} {
		if got := sentencesOf(tt.line); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestOneLineHasNothingThatIsInvisible(t *testing.T) {
	t.Parallel()
	if got, want := oneLine(" a\tb\u200b\x1b[31m\u009b c\xff\u2028d\r\n"), "a b[31m c d"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestStemOf(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"exclusive", "exclusively", "exclusivity"},
		{"company", "companies"},
		{"turbine", "turbines"},
		{"negotiate", "negotiation", "negotiating", "negotiations"},
		{"deal", "deals"},
	} {
		for _, w := range same[1:] {
			if stemOf(w) != stemOf(same[0]) {
				t.Errorf("%s is %s, and %s is %s", same[0], stemOf(same[0]), w, stemOf(w))
			}
		}
	}
	for _, w := range []string{"business", "virus", "analysis", "use", "ring", "", "é"} {
		if got := stemOf(w); got != w {
			t.Errorf("%s is %s", w, got)
		}
	}
}

func TestPatternsTakeInAllFormsThatWereSeen(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		forms []string
		caps  bool
		want  string
	}{
		"one form":           {[]string{"turbine"}, false, "turbine"},
		"several":            {[]string{"turbine", "turbines"}, false, "turbine*"},
		"with other endings": {[]string{"exclusive", "exclusivity"}, false, "exclusiv*"},
		"too short a stem":   {[]string{"deal", "deals", "deal"}, false, "deal"},
		"in capitals":        {[]string{"gpu"}, true, "GPU"},
		"beyond ASCII":       {[]string{"énergie", "énergies"}, false, "énergie*"},
	} {
		v := newVocabulary()
		var id wordID
		for _, f := range tt.forms {
			id = v.add(f)
		}
		if tt.caps {
			v.words[id].caps = len(tt.forms)
		}
		if got := v.words[id].pattern(); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
