package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"tocsin/store"
)

//go:embed templates
var files embed.FS

// views are the templates by the name of their view.
var views = parseViews()

func parseViews() map[string]*template.Template {
	funcs := template.FuncMap{
		"count": count, "number": number, "signed": signed, "list": list, "query": url.QueryEscape, "path": url.PathEscape,
	}
	all := make(map[string]*template.Template)
	for _, name := range []string{"now", "archive", "article", "feeds", "rules", "rule", "try", "signin", "error"} {
		all[name] = template.Must(template.New("layout.html").Funcs(funcs).ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/"+name+".html"))
	}
	return all
}

// Frame is what stands around a view.
type Frame struct {
	Title   string
	Menu    []MenuItem
	Trouble []string // why the daemon does not do its work
	SignOut bool
	View    any
}

// MenuItem is a view of the menu.
type MenuItem struct {
	Path, Name string
	Here       bool
}

var menu = []MenuItem{{Path: "/", Name: "Now"}, {Path: "/archive", Name: "Archive"}, {Path: "/feeds", Name: "Feeds"}, {Path: "/rules", Name: "Rules"}, {Path: "/try", Name: "Try"}}

// frame is the frame of a view that stands under a path of the menu.
func frame(title, under string, view any) Frame {
	f := Frame{Title: title, View: view}
	for _, m := range menu {
		m.Here = m.Path == under
		f.Menu = append(f.Menu, m)
	}
	return f
}

// underOf is the path of the menu that a view stands under.
var underOf = map[string]string{"now": "/", "archive": "/archive", "article": "/archive", "feeds": "/feeds", "rules": "/rules", "rule": "/rules", "try": "/try"}

// show answers with a view. It is made whole before anything is sent.
func (s *server) show(w http.ResponseWriter, r *http.Request, code int, name, title string, view any) {
	f := frame(title, underOf[name], view)
	if name != "signin" {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		f.Trouble = s.Daemon.Ready(ctx)
		f.SignOut = s.Access.Token != "" && !s.Access.byProxy(r)
	} else {
		f.Menu = nil
	}
	s.write(w, code, name, "layout.html", f)
}

// part answers with a piece of a view.
func (s *server) part(w http.ResponseWriter, name, part string, view any) {
	s.write(w, http.StatusOK, name, part, view)
}

func (s *server) write(w http.ResponseWriter, code int, name, part string, view any) {
	var b bytes.Buffer
	if err := views[name].ExecuteTemplate(&b, part, view); err != nil {
		s.Log.Error("a view cannot be shown", "view", name, "err", err)
		http.Error(w, "this view cannot be shown; the log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	w.Write(b.Bytes())
}

// Failure is the view of what went wrong.
type Failure struct{ What, Advice string }

func (s *server) fail(w http.ResponseWriter, r *http.Request, code int, what, advice string) {
	s.show(w, r, code, "error", what, Failure{what, advice})
}

// broken answers a request that could not be answered for err.
func (s *server) broken(w http.ResponseWriter, r *http.Request, err error) {
	var tooLong *http.MaxBytesError
	switch {
	case r.Context().Err() != nil:
		return // nobody waits any more
	case errors.Is(err, store.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, "There is no such article", "It may have been deleted, as old articles are, or its ID is mistyped.")
	case errors.Is(err, context.DeadlineExceeded):
		s.fail(w, r, http.StatusServiceUnavailable, "That took too long", "Ask for less: a shorter time, or another filter.")
	case errors.As(err, &tooLong):
		s.fail(w, r, http.StatusRequestEntityTooLarge, "That is too long", "A rule file has up to 512 KiB here.")
	default:
		s.Log.Warn("the page cannot read the store", "path", r.URL.Path, "err", err)
		s.fail(w, r, http.StatusServiceUnavailable, "The store does not answer", "The log of tocsin says why. It may be starting or ending.")
	}
}

// tag is what content is known by.
func tag(data []byte) string {
	sum := sha256.Sum256(data)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}
