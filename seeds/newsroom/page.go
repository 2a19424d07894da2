package newsroom

import (
	"bytes"
	"html/template"
	"net/http"
)

var indexPage = template.Must(template.New("index").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="robots" content="noindex">
<title>Sample newsroom</title>
{{range .}}<link rel="alternate" type="{{.Format.ContentType}}" title="{{.Title}}" href="/{{.Name}}">
{{end}}<h1>Sample newsroom</h1>
<p>These feeds are samples. Nothing in them is news.</p>
<ul>
{{range .}}<li><a href="/{{.Name}}">{{.Title}}</a> ({{.Format}})</li>
{{end}}</ul>
</html>
`))

var articlePage = template.Must(template.New("article").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="robots" content="noindex">
<title>{{.Title}}</title>
<p><strong>This page is a sample, not news.</strong></p>
<article>
<h1>{{.Title}}</h1>
<p>{{.Outlet}}{{with .Author}}, {{.}}{{end}}, {{.Date}}</p>
{{with .Summary}}<p><em>{{.}}</em></p>
{{end}}{{.Body}}</article>
</html>
`))

func (rm room) serveIndex(w http.ResponseWriter, r *http.Request) {
	writePage(w, indexPage, rm.feeds)
}

func (rm room) servePage(w http.ResponseWriter, r *http.Request) {
	feed, a, ok := rm.article(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	writePage(w, articlePage, map[string]any{
		"Title":   a.Title,
		"Outlet":  feed.Title,
		"Author":  a.Author,
		"Date":    a.date(rm.start).Format("2 January 2006, 15:04 MST"),
		"Summary": a.Summary,
		"Body":    template.HTML(paragraphs(a.Body)), // escaped there
	})
}

// article returns the article of that ID, unless it has not appeared yet, and
// the feed it is in.
func (rm room) article(id string) (Feed, Article, bool) {
	for _, f := range rm.feeds {
		for _, a := range f.Articles {
			if a.ID == id {
				return f, a, !a.appears(rm.start).After(rm.now())
			}
		}
	}
	return Feed{}, Article{}, false
}

// writePage fills the template first, so that a page is whole or not there.
func writePage(w http.ResponseWriter, t *template.Template, data any) {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		http.Error(w, "writing the page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(b.Bytes())
}
