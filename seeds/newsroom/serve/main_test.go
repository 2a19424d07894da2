package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const articles = `{"id": "a", "title": "One", "published": "2020-01-02"}
{"id": "b", "title": "Two", "published": "2020-01-03"}
{"id": "c", "title": "Three", "published": "2020-01-04"}
`

func articleFile(t *testing.T, name, text string) string {
	t.Helper()
	b := []byte(text)
	if strings.HasSuffix(name, ".gz") {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		z.Write(b)
		z.Close()
		b = out.Bytes()
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// startServe runs the program and returns what it printed and a function that
// ends it and returns what it logged.
func startServe(t *testing.T, args ...string) (list string, end func() string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	var stderr bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- run(ctx, args, stdout, &stderr) }()
	end = func() string {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		return stderr.String()
	}
	var b strings.Builder
	buf := make([]byte, 4096)
	for strings.Count(b.String(), "\n") < 2 { // a line a feed
		n, err := out.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(buf[:n])
	}
	return b.String(), end
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	return string(b)
}

func TestServesTheFileAsFeeds(t *testing.T) {
	for _, name := range []string{"articles.jsonl", "articles.jsonl.gz"} {
		t.Run(name, func(t *testing.T) {
			list, end := startServe(t, "-feeds", "2", "-v", articleFile(t, name, articles))
			urls := regexp.MustCompile(`http://127\.0\.0\.1:\d+/feed-\d+`).FindAllString(list, -1)
			if len(urls) != 2 {
				t.Fatalf("feed list:\n%s", list)
			}
			first := fetch(t, urls[0])
			for _, want := range []string{"<title>One</title>", "<title>Three</title>", "02 Jan 2020"} {
				if !strings.Contains(first, want) {
					t.Errorf("the first feed lacks %q:\n%s", want, first)
				}
			}
			fetch(t, urls[0]+"/none")
			log := end()
			for _, want := range []string{`200 GET "/feed-001"`, `404 GET "/feed-001/none"`} {
				if !strings.Contains(log, want) {
					t.Errorf("the log lacks %q:\n%s", want, log)
				}
			}
		})
	}
}

func TestFreshArticlesHaveNoOldDates(t *testing.T) {
	list, end := startServe(t, "-feeds", "2", "-fresh", articleFile(t, "a.jsonl", articles))
	defer end()
	url := regexp.MustCompile(`http://[^"]+`).FindString(list)
	if doc := fetch(t, url); strings.Contains(doc, "2020") {
		t.Errorf("an old date is left:\n%s", doc)
	}
}

func TestWrongCommandLinesAreNamed(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain.gz")
	if err := os.WriteFile(plain, []byte(articles), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"no file", nil, "want one file"},
		{"two files", []string{"a", "b"}, "want one file"},
		{"no feeds", []string{"-feeds", "0", "a"}, "one feed at least"},
		{"an unknown flag", []string{"-x"}, flag.ErrHelp.Error()},
		{"a file that is not there", []string{filepath.Join(t.TempDir(), "none")}, "reading articles: "},
		{"a file that is broken", []string{articleFile(t, "broken.jsonl", "{")}, "broken.jsonl: line 1: "},
		{"a file that is not compressed", []string{plain}, "plain.gz: gzip: invalid header"},
		{"an address that is none", []string{"-addr", "127.0.0.1:x", articleFile(t, "a.jsonl", articles)}, "opening the address: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := run(context.Background(), test.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
