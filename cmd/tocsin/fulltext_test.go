package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A feed with full_text rings for words that only the article's page has; what is
// around the article does not count, and the page gets the feed's credentials.
func TestFullTextIsReadFromThePage(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>The Harbour Post</title>
<item><title>Quay closes for a while</title><link>/quay</link><pubDate>%s</pubDate></item>
<item><title>Ferries change their berth</title><link>/ferries</link><pubDate>%[1]s</pubDate></item>
</channel></rss>`, time.Now().UTC().Format(time.RFC1123Z))
	})
	page := func(text string) string {
		return "<html><body><nav><a href=/>Gongs and other instruments</a></nav><article>" + strings.Repeat("<p>"+text+", said the harbour office, which has to know, on Monday.</p>", 5) + "</article></body></html>"
	}
	mux.HandleFunc("/quay", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Token") != "t0ken" {
			http.Error(w, "subscribers only", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, page("The quay is to be dredged, and a gong will sound when it opens again"))
	})
	mux.HandleFunc("/ferries", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page("The ferries go to the timber pier")) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	dir := t.TempDir()
	for name, text := range map[string]string{
		"token":       "t0ken\n",
		"rule.yaml":   "version: 1\ntheme: noise\nrules:\n  - {id: noise.rings, require: gong*}\n",
		"tocsin.yaml": "rules: [rule.yaml]\nfetch: {allow_private: true}\nfeeds:\n  - {url: " + server.URL + "/feed, full_text: true, headers: {X-Token: \"${file:token}\"}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "once")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), asTocsin+"=1", "TOCSIN_SLACK_TOKEN=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for text, want := range map[string]bool{"Quay closes for a while": true, "Ferries change": false, "no effect": false, "1 alert raised": true} {
		if strings.Contains(string(out), text) != want {
			t.Errorf("%q is in the output: %v\n%s", text, !want, out)
		}
	}
}
