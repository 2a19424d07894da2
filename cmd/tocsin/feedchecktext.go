package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin/watcher/config"
	"tocsin/watcher/feed"
)

// feedCheck is how one poll of one feed ended.
type feedCheck struct {
	feed config.Feed
	res  *feed.Result // nil when err is not
	err  error
	took time.Duration
}

// The words for how a feed is.
const (
	checkOK     = "ok"
	checkMoved  = "moved"
	checkPart   = "in part"
	checkFailed = "failed"
)

func (r feedCheck) status() string {
	switch {
	case r.err != nil:
		return checkFailed
	case r.res.Document.Degraded != "":
		return checkPart
	case r.res.Moved != "":
		return checkMoved
	}
	return checkOK
}

// String is a line for people.
func (r feedCheck) String() string {
	var facts []string
	add := func(format string, args ...any) { facts = append(facts, fmt.Sprintf(format, args...)) }
	if r.err != nil {
		add("%s", r.err)
	} else {
		d := r.res.Document
		add("%s", d.Format)
		add("%s", itemsText(len(d.Items), d.Newest()))
		if d.Degraded != "" {
			add("%s", d.Degraded)
		} else {
			add("%s", r.validators())
		}
		if moved, to := r.target(); moved {
			add("has moved for good: write url: %s", to)
		} else if to != "" {
			add("redirects for now to %s", to)
		}
	}
	add("%.1f s", r.took.Seconds())
	return fmt.Sprintf("%-7s  %s  %s", r.status(), oneLine(config.Loggable(r.feed.URL)), oneLine(strings.Join(facts, ", ")))
}

// validators says what the server offers for later polls to be cheap.
func (r feedCheck) validators() string {
	switch etag, date := r.res.ETag != "", r.res.LastModified != ""; {
	case etag && date:
		return "ETag and Last-Modified"
	case etag:
		return "ETag"
	case date:
		return "Last-Modified"
	}
	return "no validators, so every poll is a whole one"
}

// target is where the feed's address leads, as it may be shown, and whether for
// good; "" where it leads nowhere else.
func (r feedCheck) target() (moved bool, to string) {
	own, _ := withoutPassword(r.feed.URL)
	switch {
	case r.err != nil:
	case r.res.Moved != "" && r.res.Moved != own:
		bare, _ := withoutPassword(r.res.Moved)
		return true, shownTarget(r.feed.URL, bare)
	case addressKey(r.res.From) != addressKey(own):
		return false, shownTarget(r.feed.URL, r.res.From)
	}
	return false, ""
}

// checkJSON is a check for programs. Addresses are without what may be secret in
// them; moved is where to find the feed from now on, and redirects where it is for
// the time being.
type checkJSON struct {
	URL          string    `json:"url"`
	Status       string    `json:"status"`
	Problem      string    `json:"problem"`
	Code         int       `json:"code,omitempty"`
	Title        string    `json:"title"`
	Kind         string    `json:"kind"`
	Items        int       `json:"items"`
	Newest       time.Time `json:"newest,omitzero"`
	ETag         bool      `json:"etag"`
	LastModified bool      `json:"last_modified"`
	Moved        string    `json:"moved,omitempty"`
	Redirects    string    `json:"redirects,omitempty"`
	Seconds      float64   `json:"seconds"`
}

func (r feedCheck) forPrograms() checkJSON {
	out := checkJSON{URL: config.Loggable(r.feed.URL), Status: r.status(), Title: r.feed.Title, Seconds: r.took.Round(time.Millisecond).Seconds()}
	if r.err != nil {
		out.Problem = r.err.Error()
		var fe *feed.Error
		if errors.As(r.err, &fe) {
			out.Code = fe.Code
		}
		return out
	}
	d := r.res.Document
	if out.Title == "" {
		out.Title = d.Title
	}
	out.Problem, out.Kind, out.Items, out.Newest = d.Degraded, d.Format, len(d.Items), d.Newest()
	out.ETag, out.LastModified = r.res.ETag != "", r.res.LastModified != ""
	if moved, to := r.target(); moved {
		out.Moved = to
	} else {
		out.Redirects = to
	}
	return out
}
