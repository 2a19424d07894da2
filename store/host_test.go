package store

import (
	"testing"
	"unicode/utf8"
)

func TestAHostIsCountedByNameAndPort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, location, want string }{
		{"https://a.example/feed", "", "a.example:443"},
		{"http://a.example/feed", "", "a.example:80"},
		{"https://a.example:8443/feed", "", "a.example:8443"},
		{"http://a.example:443/feed", "", "a.example:443"},
		{"https://a.example:/feed", "", "a.example:443"},
		{"HTTPS://user:word@A.Example/feed", "", "a.example:443"},
		{"https://a.example", "http://b.example:81/feed", "b.example:81"},
		{"https://BÜCHER.example/", "", "xn--bcher-kva.example:443"},
		{"https://xn--bcher-kva.example/", "", "xn--bcher-kva.example:443"},
		{"https://a.example./feed", "", "a.example:443"},
		{"https://192.0.2.1/feed", "", "192.0.2.1:443"},
		{"https://[2001:DB8::1]/feed", "", "[2001:db8::1]:443"},
		{"gopher://a.example/feed", "", "a.example:"},
		{"https:///feed", "", ""},
		{"a.example/feed", "", ""},
		{"mailto:a@b.example", "", ""},
		{"https://a.example:port/", "", ""},
		{"https://a\x00b/", "", ""},
		{"", "", ""},
	} {
		if got := (Feed{URL: c.url, Location: c.location}).Host(); got != c.want {
			t.Errorf("the host of %q at %q is %q, want %q", c.url, c.location, got, c.want)
		}
	}
}

func TestAHostIsValidUTF8(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"\xff\xfe", "A\xc3", "%ff%fe", "half \xed\xa0\x80"} {
		if got := (Feed{URL: "https://" + name + "/feed"}).Host(); !utf8.ValidString(got) {
			t.Errorf("the host of %q is %q", name, got)
		}
	}
}
