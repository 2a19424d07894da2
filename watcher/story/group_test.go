package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// shelf groups articles in the plainest way: it compares each with every story
// that shares a wanted key.
type shelf struct {
	stories []shelved
	last    time.Duration
}

type shelved struct {
	Told
	at time.Duration
}

// tell returns which story the article is in, and how it belongs there.
func (s *shelf) tell(a Article, at time.Duration) (int, Relation) {
	r := Read(a)
	terms := r.Terms()
	counts := make([]int, len(terms))
	for i, term := range terms {
		for _, known := range s.stories {
			if slices.Contains(known.Keys, term) {
				counts[i]++
			}
		}
	}
	r.Weigh(counts)
	wanted := r.Wanted()
	var told []Told
	var numbers []int
	for i, known := range s.stories {
		if at-known.at <= Window && slices.ContainsFunc(wanted, func(k string) bool { return slices.Contains(known.Keys, k) }) {
			known.Age = at - known.at
			told, numbers = append(told, known.Told), append(numbers, i)
		}
	}
	chosen, how := r.Choose(told)
	n := len(s.stories)
	if chosen < 0 {
		s.stories = append(s.stories, shelved{})
	} else {
		n = numbers[chosen]
	}
	to := &s.stories[n]
	to.Keys, to.Signature, to.at = append(to.Keys, r.Keys()...), r.Sign(to.Signature), at
	return n, how
}

func TestWhatTellsTheSameEvent(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	type article struct {
		title, summary, outlet string
		lang                   string
		themes                 []string
	}
	for _, tt := range []struct {
		name     string
		a, b     article
		after    time.Duration
		relation Relation
	}{
		{"words in another order",
			article{title: "Harbour Labs ends exclusive deal with Northwind Cloud"},
			article{title: "Exclusive deal with Northwind Cloud ends, Harbour Labs says"}, time.Hour, Duplicate},
		{"one paper's headline, edited",
			article{title: "Regulator opens probe of Harbour Labs and Northwind", outlet: "a"},
			article{title: "Regulator opens formal probe of Harbour Labs and Northwind", outlet: "a"}, time.Hour, Duplicate},
		{"two papers that share little but the names",
			article{title: "Northwind takes a stake in Harbour Labs", summary: "The cloud company said on Monday that it will pay $2 billion for a tenth of Harbour Labs."},
			article{title: "Why Northwind is betting $2bn on Harbour Labs", summary: "Northwind's investment values the start-up at a record."}, 5 * time.Hour, Same},
		{"an amount written in another way",
			article{title: "Harbour Labs raises $1.5 billion from Gulf funds"},
			article{title: "Gulf money: US$1.5bn round for Harbour"}, time.Hour, Same},
		{"other words for the act",
			article{title: "Northwind to buy chip designer Quartzline"},
			article{title: "Quartzline: Northwind's acquisition of the chip start-up explained"}, time.Hour, Same},
		{"a country's people for the country",
			article{title: "Italy bans Harbour chatbot over privacy"},
			article{title: "Italian watchdog blocks Harbour's assistant, citing data protection"}, time.Hour, Same},
		{"a headline in capitals and a quiet one",
			article{title: "HARBOUR LABS CHIEF MARA VOSS QUITS"},
			article{title: "Mara Voss resigns from the top post at the lab she founded"}, time.Hour, Same},
		{"names in the summary of one, in the headline of the other",
			article{title: "A founder walks out", summary: "Mara Voss has left Harbour Labs, which she began with Otto Brandl."},
			article{title: "Mara Voss leaves Harbour Labs"}, time.Hour, Same},
		{"a report a day later",
			article{title: "Quartzline sues Northwind over chip patents"},
			article{title: "Northwind faces lawsuit from Quartzline over patents"}, day, Same},
		{"in German",
			article{title: "Kartellamt prüft Vertrag von Nordwind und Hafenlabor", lang: "de"},
			article{title: "Nordwind und Hafenlabor: Das Kartellamt hat eine Prüfung der Verträge begonnen", lang: "de"}, time.Hour, Same},
		{"in French",
			article{title: "Nordet investit 2 milliards d'euros dans Laboport", lang: "fr-FR"},
			article{title: "Laboport lève 2 milliards € auprès de Nordet", lang: "fr"}, time.Hour, Same},
		{"in a script that does not part words",
			article{title: "北風雲端終止與港灣實驗室的獨家合約", lang: "zh"},
			article{title: "港灣實驗室與北風雲端的獨家合約終止", lang: "zh"}, time.Hour, Same},

		{"a name that nobody had before, under one theme",
			article{title: "'Moonlift' squares some circles", themes: []string{"compute"}},
			article{title: "Ida Lund casts doubt on Moonlift announcement of Northwind", themes: []string{"compute"}}, 20 * time.Hour, Same},
		{"the same name under another theme",
			article{title: "'Moonlift' squares some circles", themes: []string{"compute"}},
			article{title: "Ida Lund casts doubt on Moonlift announcement of Northwind", themes: []string{"talent"}}, 20 * time.Hour, Another},
		{"the same name in the summary only",
			article{title: "Circles squared in Oslo", summary: "So says the chief of Moonlift.", themes: []string{"compute"}},
			article{title: "Ida Lund casts doubt on Moonlift announcement of Northwind", themes: []string{"compute"}}, 20 * time.Hour, Another},
		{"a sequel: another authority begins its own",
			article{title: "FTC opens inquiry into Northwind's stake in Harbour Labs"},
			article{title: "Britain's CMA starts review of Northwind partnership", summary: "The Competition and Markets Authority invites comments."}, day, Another},
		{"a sequel: another round of the same company",
			article{title: "Harbour Labs raises $2 billion at $20 billion valuation"},
			article{title: "Harbour Labs hires Quartzline's security chief Ida Lund"}, 2 * day, Another},
		{"the same companies, another matter",
			article{title: "Northwind sues Harbour Labs over unpaid bills"},
			article{title: "Harbour Labs names new data centre site near Northwind campus in Ohio"}, time.Hour, Another},
		{"one rare word by chance",
			article{title: "Quartzline ships its first accelerator"},
			article{title: "Collector finds quartzline vase in attic"}, time.Hour, Another},
		{"common words and no name",
			article{title: "ten things to watch for in the coming week"},
			article{title: "what to watch and read in the coming week, and ten more things"}, time.Hour, Another},
		{"the next of a paper's series",
			article{title: "Ask the desk: can I move my mail to another provider", outlet: "a"},
			article{title: "Ask the desk: can I sell my old phone safely", outlet: "a"}, day, Another},
		{"a weekly column",
			article{title: "The Friday letter from the harbour", outlet: "a"},
			article{title: "The Friday letter from the harbour", outlet: "a"}, 7 * day, Another},
		{"a live blog's short title",
			article{title: "Live updates", outlet: "a"},
			article{title: "Live updates", outlet: "b"}, time.Hour, Another},
		{"two of a series that differ in the name",
			article{title: "Quartzline promo code: save big on your first order today", outlet: "a"},
			article{title: "Lumenfold promo code: save big on your first order today", outlet: "b"}, time.Hour, Another},
		{"no words at all", article{title: "…"}, article{title: "—"}, time.Hour, Another},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			make := func(a article, n int) Article {
				if a.outlet == "" {
					a.outlet = fmt.Sprint("paper", n)
				}
				return Article{a.title, a.summary, fmt.Sprintf("https://www.%s.example/%d", a.outlet, n), a.lang, a.themes}
			}
			s := background()
			first, _ := s.tell(make(tt.a, 1), s.last)
			second, how := s.tell(make(tt.b, 2), s.last+tt.after)
			if want := tt.relation != Another; (second == first) != want {
				t.Errorf("told together: %v, want %v", second == first, want)
			} else if want && (how == Duplicate) != (tt.relation == Duplicate) {
				t.Errorf("a duplicate: %v, want %v", how == Duplicate, tt.relation == Duplicate)
			}
		})
	}
}

// background is a shelf on which some other stories of the trade stand, so that
// its usual words are not rare.
func background() *shelf {
	s := new(shelf)
	for i, title := range []string{
		"Cloud spending slows as companies review bills", "Harbour Labs ships a new model", "Northwind Cloud opens region in Norway",
		"Chip shortage eases, says Quartzline", "Regulator consults on cloud switching", "Start-up funding falls for a third quarter",
		"Northwind results beat forecasts", "Labs agree on safety tests", "Data centre opposed by town council",
		"Harbour Labs hires a policy chief", "Cloud outage hits shops", "Chip makers ask for subsidies",
	} {
		s.last = time.Duration(i) * 12 * time.Hour
		s.tell(Article{Title: title, URL: fmt.Sprintf("https://trade%d.example/x", i)}, s.last)
	}
	for i := range 60 {
		s.last += 4 * time.Hour
		who := []string{"Harbour Labs", "Northwind", "Quartzline"}[i%3]
		title := fmt.Sprintf("%s who%d did%d what%d where%d and why%d", who, i, i, i, i, i)
		s.tell(Article{Title: title, URL: fmt.Sprintf("https://trade%d.example/y", i)}, s.last)
	}
	s.last += 4 * 24 * time.Hour
	return s
}

// wire makes reports of events by papers, with words that papers change.
func wire(r *rand.Rand, events, papers int) (list []Article, event []int) {
	names := []string{"Aldora", "Brivant", "Corvane", "Delphis", "Emberly", "Fennick", "Gantry", "Hollin", "Iverna", "Jorvik", "Kestra", "Lumenfold"}
	acts := []string{"buys", "sues", "hires staff of", "invests in", "ends its deal with", "opens an office beside"}
	things := []string{"over patents", "for $3 billion", "in Oslo", "after months of talks", "as rivals watch", "despite warnings"}
	r.Shuffle(len(acts), func(i, k int) { acts[i], acts[k] = acts[k], acts[i] })
	r.Shuffle(len(things), func(i, k int) { things[i], things[k] = things[k], things[i] })
	for e := range events {
		who, whom := names[(2*e)%len(names)], names[(2*e+1)%len(names)]
		act, thing := acts[e%len(acts)], things[e%len(things)]
		for p := range papers {
			forms := []string{
				fmt.Sprintf("%s %s %s %s", who, act, whom, thing),
				fmt.Sprintf("%s: %s %s it %s", whom, who, act, thing),
				fmt.Sprintf("%s %s %s, people say", who, act, whom),
			}
			list = append(list, Article{Title: forms[p%len(forms)], URL: fmt.Sprintf("https://paper%d.example/%d", p, e)})
			event = append(event, e)
		}
	}
	return list, event
}

func TestTheOrderWithinAnHourChangesLittle(t *testing.T) {
	t.Parallel()
	pairs, differ := 0, 0
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		list, event := wire(r, 6, 4)
		var before []int
		for round := range 4 {
			order := r.Perm(len(list))
			s, got := new(shelf), make([]int, len(list))
			for n, i := range order {
				got[i], _ = s.tell(list[i], time.Duration(n)*time.Minute)
			}
			for i := range list {
				for k := range i {
					if got[i] == got[k] && event[i] != event[k] {
						t.Errorf("seed %d: told together: %q and %q", seed, list[i].Title, list[k].Title)
					}
					if round > 0 {
						pairs++
						if (got[i] == got[k]) != (before[i] == before[k]) {
							differ++
						}
					}
				}
			}
			before = got
		}
	}
	if 100*differ > pairs {
		t.Errorf("of %d pairs of articles %d are together in one order and apart in another", pairs, differ)
	}
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"$40 billion", "4e+10"}, {"US$40bn", "4e+10"}, {"$40B", "4e+10"}, {"40 billion dollars", "4e+10"}, {"€40 Mrd.", "4e+10"},
		{"40 Milliarden Euro", "4e+10"}, {"$1,250,000", "1.25e+06"}, {"£1.5m", "1.5e+06"}, {"1,5 Millionen Euro", "1.5e+06"},
		{"$650-million", "6.5e+08"}, {"a 10% stake", "10%"}, {"10 percent", "10%"}, {"3,5 Prozent", "3.5%"}, {"$5", "5"},
		{"$20bn at $350bn", "2e+10 3.5e+11"}, {"500 employees", ""}, {"GPT-4", ""}, {"2 million users", ""}, {"$", ""}, {"%", ""},
		{"$99999999999999999999999999999999999999999", "1e+41"},
	} {
		got, _ := amounts(tt.text)
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, lang, want string }{
		{"OpenAI's and OpenAI’s", "", "openai openai"},
		{"The A.I. of the U.S. grows.", "en", "ai america grow"},
		{"non-fiction, nonfiction, multi-cloud", "", "nonfict nonfict multicloud"},
		{"They told us", "", "told"},
		{"In 2026, GPT-4o", "", "gpt 4o"},
		{"Verträge prüfen", "de", "vertrag pruf"},
		{"合約終止", "zh", "合約 約終 終止"},
		{"", "", ""},
		{"… ! ’", "", ""},
	} {
		var got []string
		for _, w := range textWords(tt.text, tt.lang) {
			got = append(got, w.term)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestASignatureStaysSmallAndComesBack(t *testing.T) {
	t.Parallel()
	var b []byte
	for n := range 500 {
		r := Read(Article{
			Title: fmt.Sprintf("Aldora buys Brivant number%d with words%d of its%d own%d", n, n, n, n),
			URL:   fmt.Sprintf("https://paper%d.example/x", n), Themes: []string{fmt.Sprint("theme", n)},
		})
		b = r.Sign(b)
	}
	const most = 1 + partSize*(maxTerms+2*maxOthers+maxHeadlines*maxTitleTerms)
	if len(b) > most {
		t.Errorf("a signature of %d bytes, want at most %d", len(b), most)
	}
	s := decode(b)
	if got := s.encode(); !slices.Equal(got, b) {
		t.Errorf("encoded again it is\n%x\nwant\n%x", got, b)
	}
	for _, term := range []string{"term:aldora", "term:brivant"} {
		if !s.has(hash(term), name) {
			t.Errorf("what all reports have is lost: %s", term)
		}
	}
	for _, bad := range [][]byte{nil, {}, {signatureVersion + 1, 1, 2, 3, 4, 5, 6, 7, 8}, {signatureVersion, 1}} {
		if s := decode(bad); s != nil {
			t.Errorf("%x is read as %v", bad, s)
		}
	}
}

func FuzzGrouping(f *testing.F) {
	f.Add("Aldora buys Brivant for $3bn", "Of Oslo.", "https://a.example/x", "en", []byte{1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add("ƒ’s ..A.I.. $1,2,3bn 北風\xff", "%%%5 %", "::", "de-AT-1996", []byte("\x01xxxxxxxx"))
	f.Fuzz(func(t *testing.T, title, summary, url, lang string, signature []byte) {
		r := Read(Article{Title: title, Summary: summary, URL: url, Lang: lang})
		terms := r.Terms()
		if len(terms) > maxTitleTerms+maxSummaryTerms {
			t.Fatalf("%d terms", len(terms))
		}
		r.Weigh(make([]int, len(terms)))
		if len(r.Wanted()) > maxLookedUp+2 {
			t.Fatalf("%d keys wanted", len(r.Wanted()))
		}
		r.Choose([]Told{{Signature: signature}})
		own := r.Sign(nil)
		r.Choose([]Told{{Signature: own}})
		r.Sign(signature)
		if i, how := r.Choose([]Told{{Keys: r.Keys()}}); len(r.same) > 0 && (i != 0 || how != Duplicate) {
			t.Fatalf("of itself it is %v", how)
		}
	})
}
