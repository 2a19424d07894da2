package websub

import "testing"

func TestDiscover(t *testing.T) {
	t.Parallel()
	const at = "https://paper.example/feeds/rss"
	for name, tt := range map[string]struct {
		d          Document
		hub, topic string
	}{
		"a document without a hub": {Document{URL: at, Self: at}, "", ""},
		"a hub and a name in the document": {
			Document{URL: at, Hubs: []string{"https://hub.example/"}, Self: "https://paper.example/feed"},
			"https://hub.example/", "https://paper.example/feed",
		},
		"a document that does not name itself is where it came from": {
			Document{URL: at, Hubs: []string{"http://hub.example/"}}, "http://hub.example/", at,
		},
		"headers count before the document": {
			Document{
				URL: at, Links: []string{`<https://first.example/>; rel="hub", <https://paper.example/self>; rel="self"`},
				Hubs: []string{"https://hub.example/"}, Self: "https://paper.example/feed",
			},
			"https://first.example/", "https://paper.example/self",
		},
		"a hub in the headers and a name in the document": {
			Document{URL: at, Links: []string{`<https://first.example/>; rel=hub`}, Self: "https://paper.example/feed"},
			"https://first.example/", "https://paper.example/feed",
		},
		"links in several headers, relative, with several relations and other parameters": {
			Document{URL: at, Links: []string{
				`<style.css>; rel=preload; as=style; crossorigin`,
				`<../feed>; type="application/rss+xml;q=\"1\", x"; REL="alternate Self"`,
				`</hub>;rel=HUB;rel=self`,
			}},
			"https://paper.example/hub", "https://paper.example/feed",
		},
		"a hub that is no web address is passed over": {
			Document{URL: at, Links: []string{`<javascript:alert(1)>; rel=hub`, `<mailto:a@b.example>; rel=hub`}, Hubs: []string{"https://hub.example/"}},
			"https://hub.example/", at,
		},
		"user and fragment are left out": {
			Document{URL: at, Hubs: []string{"https://u:p@hub.example/#x"}, Self: at + "#top"}, "https://hub.example/", at,
		},
		"headers that are no links": {
			Document{URL: at, Links: []string{"", ",", "<", "<x", "rel=hub", `<x>; rel`, `<x>; rel=`, `<x>; rel="hub`, `<https://hub.example/>;rel="hub`}},
			"https://paper.example/feeds/x", at,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if hub, topic := Discover(tt.d); hub != tt.hub || topic != tt.topic {
				t.Errorf("got %q, %q, want %q, %q", hub, topic, tt.hub, tt.topic)
			}
		})
	}
}

func FuzzLinks(f *testing.F) {
	f.Add(`<a>; rel="hub"; x=y, <b>; rel=self`)
	f.Add(`<a;rel=hub`)
	f.Add(`<a>;;;=,=;"`)
	f.Fuzz(func(t *testing.T, header string) {
		n := 0
		for range links(header) {
			n++
		}
		if n > maxLinks {
			t.Errorf("%d links", n)
		}
	})
}
