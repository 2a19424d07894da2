package slack

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestCleanMakesOneHarmlessLine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"white space of any kind is one space", " a \t\r\n\u00a0\u2028 b ", "a b"},
		{"control characters go", "a\x00b\x1b[31mc\u009b", "ab[31mc"},
		{"bidirectional overrides go", "\u202egnp.exe\u202c\u2066x\u2069", "gnp.exex"},
		{"what is invisible and joins nothing goes", "a\u200bb\u2060c\ufeffd", "abcd"},
		{"joiners and marks of scripts stay", "می\u200cخواهم \u200fשלום 👩\u200d🚀", "می\u200cخواهم \u200fשלום 👩\u200d🚀"},
		{"what is not UTF-8 is seen", "a\xffb", "a\ufffdb"},
		{"a space beside a character that goes is one space", "a \x00 b", "a b"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := clean(tc.in); got != tc.want {
				t.Errorf("clean(%q) = %q, want %q", tc.in, got, tc.want)
			}
		})
	}
}

func TestPlacesMoveWithTheirText(t *testing.T) {
	t.Parallel()
	const text = "  one\n\ntwo\x00 thr\u202eee  "
	for _, tc := range []struct {
		name string
		in   []span
		want []string
	}{
		{"a word after white space", []span{{7, 10}}, []string{"two"}},
		{"a word with a character that goes", []span{{12, 20}}, []string{"three"}},
		{"over a gap", []span{{2, 10}}, []string{"one two"}},
		{"places that touch or overlap are one", []span{{7, 8}, {8, 10}, {2, 4}, {3, 5}}, []string{"one", "two"}},
		{"places outside are cut", []span{{-5, 5}, {12, 99}}, []string{"one", "three"}},
		{"places that are none are dropped", []span{{5, 5}, {10, 2}, {50, 60}, {0, 2}}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := cleanPassage(text, tc.in)
			var got []string
			for _, s := range p.rang {
				got = append(got, p.text[s.from:s.to])
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"what fits stays", "four", 4, "four"},
		{"at a word", "one two three", 10, "one two…"},
		{"a word that ends where it must", "one two three", 8, "one two…"},
		{"inside of a word that is most of it", "a " + strings.Repeat("x", 20), 10, "a xxxxxxx…"},
		{"no comma before the ellipsis", "one, two, three", 11, "one, two…"},
		{"never inside of an emoji", "👩🏽‍🚀👩🏽‍🚀", 13, "👩🏽‍🚀…"},
		{"counted in UTF-16", "𝒳𝒳𝒳", 5, "𝒳𝒳…"},
		{"one character that is too long is cut all the same", "e\u0301\u0301\u0301", 3, "e\u0301…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := cut(tc.in, tc.limit)
			if got != tc.want {
				t.Errorf("cut(%q, %d) = %q, want %q", tc.in, tc.limit, got, tc.want)
			}
			if units(got) > tc.limit {
				t.Errorf("%q has %d units, more than %d", got, units(got), tc.limit)
			}
		})
	}
}

func TestEscapeCutNeverBreaksAnEntity(t *testing.T) {
	t.Parallel()
	const text = "a&b<c>d&amp;"
	whole := escaper.Replace(text)
	for limit := 1; limit <= units(whole)+1; limit++ {
		got := escapeCut(text, limit)
		if units(got) > limit {
			t.Errorf("%q has more than %d units", got, limit)
		}
		kept := strings.TrimSuffix(got, ellipsis)
		if !strings.HasPrefix(text, unescaper.Replace(kept)) || escaper.Replace(unescaper.Replace(kept)) != kept {
			t.Errorf("escapeCut(%q, %d) = %q", text, limit, got)
		}
	}
}

func TestExcerptShowsWhatRang(t *testing.T) {
	t.Parallel()
	far := strings.Repeat("filler ", 30) + "ends here. Then the alarm rang" + strings.Repeat(" again", 30)
	at := strings.Index(far, "alarm")
	for _, tc := range []struct {
		name string
		in   passage
		want string
	}{
		{"the begin, where nothing rang", passage{text: far}, "filler filler filler filler filler filler filler filler…"},
		{"the begin, where something in it rang", passage{far, []span{{0, 6}, {at, at + 5}}}, "filler filler filler filler filler filler filler filler…"},
		{"the sentence that rang, where it is further on", passage{far, []span{{at, at + 5}}}, "… Then the alarm rang again again again again again again…"},
		{
			"some words before, where the sentence began long ago",
			passage{strings.Repeat("filler ", 30) + "alarm", []span{{210, 215}}},
			"… filler filler filler filler alarm",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := excerpt(tc.in, 60)
			if got.text != tc.want {
				t.Errorf("excerpt is %q, want %q", got.text, tc.want)
			}
			for _, s := range got.rang {
				if word := got.text[s.from:s.to]; word != "filler" && word != "alarm" {
					t.Errorf("%q is bold", word)
				}
			}
			if len(tc.in.rang) > 0 && len(got.rang) == 0 {
				t.Error("nothing is bold")
			}
		})
	}
}

func TestSafeLink(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, link, host string }{
		{"a usual address", "https://www.News.example/a?b=c&d=e#f", "https://www.News.example/a?b=c&d=e#f", "news.example"},
		{"an address with a port", "http://news.example:8080/", "http://news.example:8080/", "news.example"},
		{"an IPv6 address", "http://[2001:db8::1]/", "http://[2001:db8::1]/", "2001:db8::1"},
		{"white space around", " https://news.example/\n", "https://news.example/", "news.example"},
		{"what is syntax to Slack", "https://news.example/a|b?c=<d>\"", "https://news.example/a%7Cb?c=%3Cd%3E%22", "news.example"},
		{"other letters in the path", "https://news.example/é", "https://news.example/%C3%A9", "news.example"},
		{"other letters in the host", "https://bücher.example/", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"},
		{"a host that looks like another", "https://раураl.example/", "https://xn--l-7sba6dbr.example/", "xn--l-7sba6dbr.example"},
		{"a user name that looks like a host", "https://bank.example@evil.example/", "https://evil.example/", "evil.example"},
		{"a script", "javascript:alert(1)", "", ""},
		{"data", "data:text/html,x", "", ""},
		{"another scheme", "ftp://news.example/", "", ""},
		{"no scheme", "//news.example/", "", ""},
		{"no host", "https:///path", "", ""},
		{"only a port", "https://:443/", "", ""},
		{"a path", "/news/1", "", ""},
		{"nothing", "", "", ""},
		{"control characters", "https://news.example/\x1b", "", ""},
		{"longer than Slack takes", "https://news.example/" + strings.Repeat("a", 3000), "", ""},
		{"longer than Slack takes when encoded", "https://news.example/" + strings.Repeat("é", 600), "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			link, host := safeLink(tc.in)
			if link != tc.link || host != tc.host {
				t.Errorf("safeLink(%q) = %q, %q, want %q, %q", tc.in, link, host, tc.link, tc.host)
			}
		})
	}
}

func TestCellWidth(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		want     int
	}{
		{"a letter", "a", 1},
		{"a letter with accents", "e\u0301\u0302", 1},
		{"a Chinese character", "独", 2},
		{"a full-width letter", "Ａ", 2},
		{"an emoji", "🔴", 2},
		{"an emoji of several", "👩🏽‍🚀", 2},
		{"a flag", "🇩🇪", 2},
		{"a sign as an emoji", "❤\ufe0f", 2},
		{"a sign as text", "❤", 1},
		{"a mark without width", "\u200e", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := cellWidth(tc.in); got != tc.want {
				t.Errorf("cellWidth(%q) = %d, want %d", tc.in, got, tc.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		in    paragraph
		limit int
		want  []string
	}{
		{"what fits is one line", paragraph{}.add("one two", style{}), 7, []string{"one two"}},
		{"at the last space that fits", paragraph{}.add("one two three", style{}), 9, []string{"one two", "three"}},
		{"a space at the edge is not taken along", paragraph{}.add("one two three", style{}), 7, []string{"one two", "three"}},
		{"a word that is too long is broken", paragraph{}.add("abcdefgh", style{}), 3, []string{"abc", "def", "gh"}},
		{"what stays whole is not", paragraph{}.add("ab ", style{}).add("<https://x>", style{whole: true}).add(" c", style{}), 5, []string{"ab", "<https://x>", "c"}},
		{"Chinese between its characters", paragraph{}.add("独家协议", style{}), 5, []string{"独家", "协议"}},
		{"nothing is broken without a limit", paragraph{}.add("one two three", style{}), 0, []string{"one two three"}},
		{"nothing is one empty line", nil, 5, []string{""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, line := range wrap(tc.in, tc.limit) {
				var b strings.Builder
				for _, c := range line {
					b.WriteString(c.text)
				}
				got = append(got, b.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("one two three", 5)
	f.Add("独家 协议 a", 3)
	f.Add("👩🏽‍🚀👩🏽‍🚀 \u0301", 2)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if !utf8.ValidString(text) || limit < 2 || limit > 200 {
			return
		}
		var kept strings.Builder
		for _, line := range wrap(paragraph{}.add(text, style{}), limit) {
			used := 0
			for _, c := range line {
				used += c.width
				kept.WriteString(c.text)
			}
			if used > limit && !strings.HasSuffix(line[len(line)-1].text, " ") {
				t.Errorf("a line has %d cells of %d: %v", used, limit, line)
			}
		}
		visible := strings.ReplaceAll(clean(text), " ", "")
		if got := strings.ReplaceAll(clean(kept.String()), " ", ""); got != visible {
			t.Errorf("%q became %q", visible, got)
		}
	})
}
