package newsroom

import (
	"fmt"
	"time"
)

// Demo returns twelve sample feeds, a third of them in each format. Their
// outlets, people and events are invented; the companies and authorities are
// real, because they are what the starter rules watch.
//
// Most articles are of the kind that must not ring, words that mislead among
// them: an exclusive interview, a probe of a moon, a course on several clouds.
// From the start on there is something to ring for in each theme of the starter
// rules. After it a new article appears every two or three seconds for a minute,
// a third of which ring. Twice an event is told by two outlets under the same
// headline. Some titles carry markup that would do harm if it were not escaped.
//
// The feeds are new at every call.
func Demo() []Feed {
	var feeds []Feed
	for _, group := range [][]Feed{demoBusiness(), demoTrade(), demoElsewhere()} {
		feeds = append(feeds, group...)
	}
	for i := range feeds {
		number(&feeds[i])
	}
	return feeds
}

// number gives the feed's articles their IDs.
func number(f *Feed) {
	for i := range f.Articles {
		f.Articles[i].ID = fmt.Sprintf("%s-%02d", f.Name, i+1)
	}
}

// ago is for articles that were there before the newsroom started.
func ago(minutes int) time.Duration { return -time.Duration(minutes) * time.Minute }

// at is for articles that appear while one watches.
func at(seconds int) time.Duration { return time.Duration(seconds) * time.Second }
