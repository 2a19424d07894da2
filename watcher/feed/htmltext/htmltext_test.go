package htmltext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/feed/htmltext"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"plain text", "The quay is under water.", "The quay is under water."},
		{"white space", " The\n\tquay  is\u00a0wet ", "The quay is wet"},
		{"paragraphs", "<p>One.</p>\n<p>Two.</p>", "One.\nTwo."},
		{"a break", "One<br>Two<br/>Three", "One\nTwo\nThree"},
		{"many breaks are one", "<div><p>One</p></div><br><br><div>Two</div>", "One\nTwo"},
		{"a list", "<ul><li>One<li>Two</ul>after", "One\nTwo\nafter"},
		{"a table", "<table><tr><td>a<td>b</tr><tr><td>c</td></tr></table>", "a b\nc"},
		{"words that markup does not part", "un<b>believ</b>able", "unbelievable"},
		{"words that markup parts", "<b>un</b> <i>believable</i>", "un believable"},
		{"a script and a style", "a<script>if (1 < 2) '</b>'</script>b<style>p > a {}</style>c", "abc"},
		{"an empty script", `a<script src="b"/>c`, "ac"},
		{"a script without its end", "a<script>b", "a"},
		{"a comment", "a<!-- b -->c", "ac"},
		{"entities", "&ldquo;Fish&rdquo; &amp; chips &#8212; &pound;5", "“Fish” & chips — £5"},
		{"entities within markup", "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2</p>", "1 < 2 && 3 > 2"},
		{"an entity that is none", "AT&T &c. &nosuch;", "AT&T &c. &nosuch;"},
		{"entities escaped twice", "House&amp;nbsp;2", "House 2"},
		{"markup escaped twice", "&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;", "One\nTwo"},
		{"markup that is meant to be read", "<p>Use &lt;script&gt; with care.</p>", "Use <script> with care."},
		{"less-than signs", "1 < 2, a<b, 3 > 2", "1 < 2, a<b, 3 > 2"},
		{"a type parameter", "Vec<T> and map<K, V>", "Vec<T> and map<K, V>"},
		{"an address in brackets", "Ada <ada@paper.example>", "Ada <ada@paper.example>"},
		{"a tag that was cut off", `<p>One</p><a href="http://pa`, "One"},
		{"a less-than sign at the end of markup", "<b>a</b> <c", "a <c"},
		{"attributes with tags in them", `<a title="<b>x</b>">y</a>`, "y"},
		{"an image", `a<img src="x" alt="y">b`, "ab"},
		{"nesting without end", strings.Repeat("<b>", 2000) + "deep", "deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if d := cmp.Diff(tt.want, htmltext.Text(tt.in)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	if got, want := htmltext.Line("<p>One</p> <p>Two</p>"), "One Two"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzText(f *testing.F) {
	f.Add(`<p class="a">1 &lt; 2<br/><!-- x --><script>y</script></p>`)
	f.Add("a < b <c")
	f.Fuzz(func(t *testing.T, s string) {
		got := htmltext.Text(s)
		if strings.TrimSpace(got) != got || strings.Contains(got, "\n\n") || strings.ContainsAny(got, "\t\r") {
			t.Errorf("Text(%q) = %q", s, got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("Text(%q) = %q is not UTF-8", s, got)
		}
	})
}
