package config

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"golang.org/x/net/http/httpguts"

	"tocsin/rules/yamlfile"
	"tocsin/watcher/opml"
	"tocsin/watcher/schedule"
)

// feedEntry is an entry of a list of feeds: a feed, or the path of a file that
// lists feeds.
type feedEntry struct {
	feed *feedBlock
	list yamlfile.String // the path, or where the feed stands
}

// UnmarshalYAML reads either.
func (e *feedEntry) UnmarshalYAML(n *yamlfile.Node) error {
	if n.Kind() == yamlfile.Text {
		return n.Decode(&e.list)
	}
	e.list.Pos = n.Pos()
	e.feed = new(feedBlock)
	return n.Decode(e.feed)
}

// ParseFeeds reads a list of feeds, YAML or OPML, and returns the enabled ones,
// each URL once, and everything that is wrong with the list. every is the
// schedule of feeds that name none; read reads the files that headers name.
func ParseFeeds(name string, data []byte, every schedule.Schedule, read ReadFile) ([]Feed, []yamlfile.Problem) {
	r := feedReader{file: name, dir: filepath.Dir(name), read: read, schedule: every}
	feeds, doubled := unique(r.list(data))
	for _, u := range doubled {
		r.add(yamlfile.Warningf(yamlfile.Pos{}, "duplicate-feed", "the feed %s is listed more than once", Loggable(u)).WithHint("the first one counts"))
	}
	return feeds, r.problems
}

// feedReader reads lists of feeds.
type feedReader struct {
	file     string
	dir      string
	read     ReadFile
	schedule schedule.Schedule
	lists    bool     // entries may name further lists
	listed   []string // the URLs of all feeds so far, enabled or not
	problems []yamlfile.Problem
}

func (r *feedReader) add(p yamlfile.Problem) {
	if p.File == "" {
		p.File = r.file
	}
	r.problems = append(r.problems, p)
}

// list reads a whole list.
func (r *feedReader) list(data []byte) []Feed {
	if opml.Looks(data) {
		return r.opml(data)
	}
	var entries FeedList
	r.problems = append(r.problems, yamlfile.Decode(r.file, data, &entries)...)
	return r.entries(entries)
}

func (r *feedReader) entries(entries []feedEntry) []Feed {
	var feeds []Feed
	for _, e := range entries {
		switch {
		case e.feed != nil:
			if f, ok := r.feed(e.feed, e.list.Pos); ok {
				feeds = append(feeds, f)
			}
		case e.list.Value != "":
			feeds = append(feeds, r.further(e.list)...)
		}
	}
	return feeds
}

// further reads the list that an entry names.
func (r *feedReader) further(path yamlfile.String) []Feed {
	if !r.lists {
		r.add(yamlfile.Errorf(path.Pos, "nested-list", "a feed list cannot name another file").WithHint("name " + path.Value + " in the configuration, or write - url: " + path.Value))
		return nil
	}
	if CheckURL(path.Value) == nil {
		r.add(yamlfile.Errorf(path.Pos, "type", "an entry of feeds is a block or a file").WithHint("write - url: " + path.Value))
		return nil
	}
	name := path.Value
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.dir, name)
	}
	data, err := r.read(name)
	if err != nil {
		r.add(yamlfile.Errorf(path.Pos, "unreadable", "reading the feed list %s: %s", path.Value, reading(err)))
		return nil
	}
	sub := feedReader{file: name, dir: filepath.Dir(name), read: r.read, schedule: r.schedule}
	feeds := sub.list(data)
	r.problems = append(r.problems, sub.problems...)
	r.listed = append(r.listed, sub.listed...)
	return feeds
}

// feed checks one feed. ok is false for one that is wrong or not enabled.
func (r *feedReader) feed(b *feedBlock, at yamlfile.Pos) (f Feed, ok bool) {
	if !b.URL.Given() {
		r.add(yamlfile.Errorf(at, "no-url", "a feed without url"))
		return Feed{}, false
	}
	if err := CheckURL(b.URL.Value); err != nil {
		r.add(yamlfile.Errorf(b.URL.Pos, "url", "url %s", err))
		return Feed{}, false
	}
	r.listed = append(r.listed, b.URL.Value)
	f = Feed{
		URL:      b.URL.Value,
		Title:    b.Title.Value,
		Tags:     values(b.Tags),
		Schedule: r.schedule,
		MaxAge:   orDefault(b.MaxAge, DefaultMaxAge),
		FullText: b.FullText.Value,
		Language: strings.ToLower(b.Language.Value),
		Header:   r.header(b.Headers),
	}
	if b.Schedule.Given() {
		f.Schedule = b.Schedule.Value.Schedule
	}
	return f, !b.Enabled.Given() || b.Enabled.Value
}

// header checks and fills in what is sent along.
func (r *feedReader) header(m yamlfile.Map[yamlfile.String]) http.Header {
	if len(m) == 0 {
		return nil
	}
	h := make(http.Header, len(m))
	for _, e := range m {
		if !httpguts.ValidHeaderFieldName(e.Key.Value) {
			r.add(yamlfile.Errorf(e.Key.Pos, "header", "%q is no name of a header", e.Key.Value))
			continue
		}
		value, err := expand(e.Value.Value, r.dir, r.read, func(secret string) string { return secret })
		switch {
		case err != nil:
			r.add(yamlfile.Errorf(e.Value.Pos, "header", "header %s: %s", e.Key.Value, err))
		case !httpguts.ValidHeaderFieldValue(value):
			// The value may be a secret, so it is not shown.
			r.add(yamlfile.Errorf(e.Value.Pos, "header", "the value of header %s has line breaks or control characters", e.Key.Value))
		default:
			h.Set(e.Key.Value, value)
		}
	}
	return h
}

// expand puts in what is in files for ${file:PATH}, as encode has it. Paths are
// relative to dir.
func expand(text, dir string, read ReadFile, encode func(string) string) (string, error) {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		inner, after, closed := strings.Cut(rest, "}")
		path, isFile := strings.CutPrefix(inner, "file:")
		if !closed || !isFile || path == "" {
			return "", errors.New("only ${file:PATH} can be filled in")
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		data, err := read(path)
		if err != nil {
			return "", fmt.Errorf("reading %s: %s", path, reading(err))
		}
		out.WriteString(encode(strings.TrimSpace(string(data))))
		text = after
	}
}

var errURL = errors.New("must be an address that begins with http:// or https://")

// CheckURL says what is wrong with an address, in words that read on after its
// name. The address itself is not in them: it may hold a password.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return errURL
	}
	return nil
}

// opml reads the feeds of an OPML document.
func (r *feedReader) opml(data []byte) []Feed {
	list, err := opml.Parse(data)
	var fault *opml.Error
	if errors.As(err, &fault) {
		r.add(yamlfile.Errorf(yamlfile.Pos{Line: fault.Line, Col: fault.Col}, "opml", "neither a YAML list of feeds nor OPML: %s", fault))
		return nil
	}
	var feeds []Feed
	for _, o := range list {
		if err := CheckURL(o.URL); err != nil {
			r.add(yamlfile.Warningf(yamlfile.Pos{Line: o.Line, Col: 1}, "url", "the feed %q is left out: its xmlUrl %s", o.Title, err))
			continue
		}
		r.listed = append(r.listed, o.URL)
		feeds = append(feeds, Feed{URL: o.URL, Title: o.Title, Tags: o.Tags, Page: o.Page, Schedule: r.schedule, MaxAge: DefaultMaxAge})
	}
	return feeds
}
