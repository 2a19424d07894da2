package query

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ text, want string }{
		"nothing has none":                    {"", ""},
		"signs are between words":             {"AT&T's $4.2bn -- (deal)!", "at t s 4 2bn deal"},
		"case is folded":                      {"OpenAI ÜBER ΣΊΣΥΦΟΣ Straße", "openai uber σισυφοσ strasse"},
		"accents are left out":                {"Café naïve Łódź Øresund İstanbul", "cafe naive lodz oresund istanbul"},
		"composed or not is the same":         {"Cafe\u0301", "cafe"},
		"forms of one character are the same": {"ﬁne Ｗｉｄｅ ²", "fine wide 2"},
		"no spaces in the script":             {"反垄断 cloud", "反 垄 断 cloud"},
		"Hangul stays whole":                  {"구글 클라우드", "구글 클라우드"},
		"points are left out":                 {"שָׁלוֹם", "שלום"},
		"marks of other scripts stay":         {"हिन्दी", "हिन्दी"},
		"no UTF-8 is between words":           {"a\xff\xfeb", "a b"},
		"control characters are, too":         {"a\x00b\x1ac", "a b c"},
	} {
		if got := Words(c.text); got != c.want {
			t.Errorf("%s: %q has %q, want %q", what, c.text, got, c.want)
		}
	}
	if got := Words("One, ", "two", "", "ärger"); got != "one two arger" {
		t.Errorf("several texts have %q", got)
	}
}

func TestWordsAreLimited(t *testing.T) {
	t.Parallel()
	if got := Words(strings.Repeat("é", 1000)); got != strings.Repeat("e", maxWord) {
		t.Errorf("a long word has %d bytes", len(got))
	}
	if got := Words(strings.Repeat("a ", maxRead), "end"); strings.Count(got, " ") != maxIndexed-1 || strings.Contains(got, "end") {
		t.Errorf("a long text has %d words", 1+strings.Count(got, " "))
	}
	if got := Words(strings.Repeat("word ", maxRead)); len(got) > maxRead {
		t.Errorf("a long text has %d bytes", len(got))
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	term := func(words string) Term {
		words, prefix := strings.CutSuffix(words, "*")
		return Term{Words: strings.Fields(words), Prefix: prefix}
	}
	all := func(terms ...string) (a Alternative) {
		for _, w := range terms {
			if w, not := strings.CutPrefix(w, "-"); not {
				a.None = append(a.None, term(w))
			} else {
				a.All = append(a.All, term(w))
			}
		}
		return a
	}
	for text, want := range map[string]Query{
		"":                                   nil,
		"Cloud Ärger":                        {all("cloud", "arger")},
		`"Cloud market" share`:               {all("cloud market", "share")},
		`AT&T`:                               {all("at t")},
		`anti* "cloud mark*"`:                {all("anti*", "cloud mark*")},
		`"cloud mark"* x`:                    {all("cloud mark*", "x")},
		`cloud -aws -"big deal" -x*`:         {all("cloud", "-aws", "-big deal", "-x*")},
		"a b OR c":                           {all("a", "b"), all("c")},
		"OR a OR OR b OR":                    {all("a"), all("b")},
		`"OR" or -OR`:                        {all("or", "or", "-or")},
		"-a OR b":                            {all("b")},
		"-a":                                 nil,
		"- -- * \" \"\" -\"\" '; DROP TABLE": {all("drop table")},
		`"left open`:                         {all("left open")},
		`a"b c"d`:                            {all("a", "b c", "d")},
		"NEAR(a b) title:x {y} ^z":           {all("near a", "b", "title x", "y", "z")},
		"a & !b | c:* <-> d":                 {all("a", "b", "c*", "d")},
	} {
		if diff := cmp.Diff(want, Parse(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestALongQueryIsCut(t *testing.T) {
	t.Parallel()
	q := Parse(strings.Repeat("ä ", 1<<20))
	if len(q) != 1 || len(q[0].All) != maxWords {
		t.Errorf("got %v", q)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`a "b c"* -d OR e`, "\xff\"", "-\"", "ﬃ*", "a\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, a := range Parse(text) {
			for _, term := range append(a.All, a.None...) {
				if len(term.Words) == 0 {
					t.Fatal("a term without words")
				}
				for _, w := range term.Words {
					if w == "" || len(w) > maxWord || !utf8.ValidString(w) || strings.ContainsAny(w, " \"'\\*:&|!()-") {
						t.Fatalf("%q is no word", w)
					}
				}
			}
		}
	})
}

func BenchmarkWords(b *testing.B) {
	text := strings.Repeat("The regulator’s case – filed on Monday – names three clouds. ", 40)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Words(text)
	}
}
