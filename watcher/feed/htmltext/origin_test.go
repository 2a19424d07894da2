package htmltext_test

import (
	"strings"
	"testing"

	"tocsin/watcher/feed/htmltext"
)

// What stands behind a word of the text is found in the fragment, whatever was
// between.
func TestTraceLeadsBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, fragment, words, want string }{
		{"plain text", "The quay is under water.", "quay", "quay"},
		{"behind collapsed white space", "The \n\t quay", "quay", "quay"},
		{"over collapsed white space", "The \n\t quay is", "The quay", "The \n\t quay"},
		{"behind a tag", "<p>The <b>quay</b></p>", "quay", "quay"},
		{"over a tag", "<p>The <b>quay</b> is</p>", "The quay", "The <b>quay"},
		{"within a word that markup parts", "un<b>believ</b>able", "unbelievable", "un<b>believ</b>able"},
		{"behind a script", "<script>quay()</script>The quay", "quay", "quay"},
		{"behind an entity", "Fish &amp; chips", "chips", "chips"},
		{"over an entity", "AT&amp;T is", "AT&T", "AT&amp;T"},
		{"a word that begins with an entity", "the &eacute;t&eacute; ends", "été", "&eacute;t&eacute;"},
		{"behind entities escaped twice", "<p>A&amp;nbsp;quay</p>", "quay", "quay"},
		{"over entities escaped twice", "<p>A&amp;nbsp;quay</p>", "A quay", "A&amp;nbsp;quay"},
		{"in markup escaped twice", "&lt;p&gt;The &lt;b&gt;quay&lt;/b&gt;&lt;/p&gt;", "The quay", "The &lt;b&gt;quay"},
		{"over a line", "<p>One</p><p>Two</p>", "One\nTwo", "One</p><p>Two"},
		{"behind a wide character", "<i>Zürich’s</i> quay", "quay", "quay"},
		{"a word at the end of a tag that is cut off", "<p>The quay</p><a href=", "quay", "quay"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, origin := htmltext.Trace(tt.fragment)
			at := strings.Index(text, tt.words)
			if at < 0 {
				t.Fatalf("%q is not in %q", tt.words, text)
			}
			from, to := origin.Span(at, at+len(tt.words))
			if got := tt.fragment[from:to]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestIsPlain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, s string
		want    bool
	}{
		{"nothing", "", true},
		{"signs of sums and companies", "AT&T < x > y &c.", true},
		{"type parameters", "Vec<T> & map<K, V>", true},
		{"an address in brackets", "Ada <ada@paper.example>", true},
		{"a tag", "The <b>quay</b>", false},
		{"a tag alone", "The quay<br>", false},
		{"a comment", "The <!-- old --> quay", false},
		{"an entity", "AT&amp;T", false},
		{"a numbered entity", "don&#8217;t", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := htmltext.IsPlain(tt.s); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// Every stretch of a text leads to one of the fragment, and what comes later in
// the one comes later in the other.
func FuzzTrace(f *testing.F) {
	f.Add(`<p class="a">1 &lt; 2<br/><!-- x --><script>y</script> AT&amp;amp;T</p>`)
	f.Add("&lt;p>&nbsp;a&#10;b &notit;</p>\n\nc")
	f.Fuzz(func(t *testing.T, s string) {
		text, origin := htmltext.Trace(s)
		last := 0
		for i := range text {
			from, to := origin.Span(i, i+1)
			if from < 0 || from > to || to > len(s) || from < last {
				t.Fatalf("byte %d of %q, of %q, leads to %d:%d", i, text, s, from, to)
			}
			last = from
			if c := text[i]; 'a' <= c && c <= 'z' && s[from] != c && s[from] != '&' {
				t.Fatalf("byte %d of %q, %q, leads to %q of %q", i, text, c, s[from:to], s)
			}
		}
	})
}
