package yamlfile_test

import (
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"tocsin/rules/yamlfile"
)

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "plain words", "no", "NULL", "1e5", "a: b", "- x", "#", "\x00\x1b[31m\u009b", "\xff\xfe", "é\u2028\u0085😀\ufeff", `\"'`, "{{", "https://paper.example/a?b=c", "- ", "multi\nline\r\n", "~", "\U0010ffff\ue000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := yamlfile.Quote(s)
		var got struct{ A []string }
		if err := yaml.Unmarshal([]byte("a: ["+quoted+", end]\n"), &got); err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); !slices.Equal(got.A, []string{want, "end"}) {
			t.Errorf("%q became %s, which is read as %q", s, quoted, got.A)
		}
	})
}
