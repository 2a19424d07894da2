package htmltext

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// FuzzTags holds that tags are found where the tokenizer of x/net/html finds them.
// Only it knows what a comment hides within a script, and that of two attributes
// of a name the second does not count, which may hold the slash of an empty tag.
func FuzzTags(f *testing.F) {
	for _, s := range []string{
		`a <p class="x>" id=y/>b</p ><br/><a href=/b/>c</a =d>`, "<!-- a --!> b <!--> c <!---> d <!-- e", "<!x> <?y> </z <",
		"<script>if (a</b) '</scripts>'</SCRIPT >x<style>", "<textarea><p></textarea/>", "<title", "a < b </", "</>", "<p/ ><p a= ><p a=b/><p =a=b>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if lower := strings.ToLower(s); strings.Contains(lower, "<script") && strings.Contains(lower, "<!-") {
			return
		}
		want := tokenized(s)
		var got []found
		for at := 0; at < len(s); {
			m, ok := nextMarkup(s, at)
			if !ok {
				break
			}
			p := found(m)
			if p.kind == emptyTag {
				p.kind = startTag
			}
			got = append(got, p)
			at = m.end
			if name, ok := raw[m.name]; ok && (m.kind == startTag || m.kind == emptyTag) {
				at = rawEnd(s, at, name)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%q\n got %v\nwant %v", s, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%q\n got %v\nwant %v", s, got, want)
			}
		}
	})
}

type found struct {
	kind       markupKind
	name       atom.Atom
	start, end int
}

// tokenized is the markup that the tokenizer finds.
func tokenized(s string) []found {
	var list []found
	z := html.NewTokenizer(strings.NewReader(s))
	for at := 0; ; {
		kind := z.Next()
		p := found{start: at, end: at + len(z.Raw())}
		at = p.end
		switch kind {
		case html.TextToken:
			continue
		case html.ErrorToken:
			if p.start == p.end {
				return list
			}
			p.kind = unfinished
		case html.StartTagToken:
			p.kind = startTag
		case html.SelfClosingTagToken:
			p.kind = startTag
		case html.EndTagToken:
			p.kind = endTag
		default:
			p.kind = comment
		}
		if p.kind != comment {
			name := strings.TrimLeft(s[p.start:p.end], "</")
			if i := strings.IndexAny(name, " \n\r\t\f/>"); i >= 0 {
				name = name[:i]
			}
			p.name = atom.Lookup([]byte(asciiLower(name)))
		}
		list = append(list, p)
		if p.kind == unfinished {
			return list
		}
	}
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
