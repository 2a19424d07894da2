package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// site DIR serves the files in DIR and sets $SITE to the address. A file that
// begins with a line such as "301 /there" or "410" is that answer; the file
// "everything" is all that is not there. Files have an ETag unless their name ends
// in .bare. What is asked for is noted in requests.log, a line each.
func serveSite(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: site dir")
	}
	s := testSite{files: os.DirFS(ts.MkAbs(args[0])), log: ts.MkAbs("requests.log")}
	server := httptest.NewServer(&s)
	ts.Defer(server.Close)
	ts.Setenv("SITE", server.URL)
}

type testSite struct {
	files fs.FS
	log   string
	mu    sync.Mutex
}

func (s *testSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.note(r)
	name := strings.Trim(path.Clean(r.URL.Path), "/")
	if name == "" || strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	data, err := fs.ReadFile(s.files, name)
	if err != nil {
		data, err = fs.ReadFile(s.files, "everything")
	}
	if err != nil {
		http.NotFound(w, r)
		return
	}
	var code int
	var location string
	line, _, _ := strings.Cut(string(data), "\n")
	if n, _ := fmt.Sscanf(line, "%3d %s", &code, &location); n > 0 {
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(code)
		return
	}
	if !strings.HasSuffix(name, ".bare") {
		w.Header().Set("ETag", `"1"`)
	}
	w.Write([]byte(strings.ReplaceAll(string(data), "$NOW", time.Now().UTC().Format(time.RFC1123Z))))
}

func (s *testSite) note(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.OpenFile(filepath.Clean(s.log), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintln(f, r.Method, r.RequestURI, r.UserAgent())
}
