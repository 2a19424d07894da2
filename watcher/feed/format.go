package feed

import (
	"strings"
	"time"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/json"
)

// formatName is what people call the feed's format.
func (f parsed) formatName() string {
	name := "RSS"
	switch f.original.(type) {
	case *atom.Feed:
		name = "Atom"
	case *json.Feed:
		name = "JSON Feed"
	}
	// JSON Feed gives its version as the last part of an address.
	version := f.FeedVersion[strings.LastIndexByte(f.FeedVersion, '/')+1:]
	if version == "" || len(version) > len("0.91") || strings.Trim(version, "0123456789.") != "" {
		return name
	}
	return name + " " + version
}

// Newest is the latest date of an item; zero when none has one.
func (d *Document) Newest() (t time.Time) {
	for i := range d.Items {
		t = later(later(t, d.Items[i].Published), d.Items[i].Updated)
	}
	return t
}
