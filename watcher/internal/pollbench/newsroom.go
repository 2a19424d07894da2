package main

import (
	"fmt"
	"strings"
	"time"
)

const (
	itemsEach = 22   // of a feed on average
	bodyBytes = 1080 // of a body on average, for documents of 43 KB on average
	// ringing is how many items there are for each of which the starter rules
	// match.
	ringing = 150
)

// newsroom makes sources up: always the same ones for a seed and a time.
type newsroom struct {
	*vocabulary
	now  time.Time
	made int // items
}

func newNewsroom(now time.Time) *newsroom { return &newsroom{vocabulary: newVocabulary(2), now: now} }

// source returns the i-th feed, which is at base. What it has is too old to ring.
func (n *newsroom) source(i int, base string) source {
	s := source{title: capital(n.frequent()) + " " + n.title(2), base: base, format: format(i % int(formats))}
	for k := range itemsEach - 10 + n.rand.IntN(21) {
		s.items = append(s.items, n.item(n.now.Add(-48*time.Hour-time.Duration(k)*3*time.Hour)))
	}
	return s
}

// item returns an item that no other is like.
func (n *newsroom) item(published time.Time) item {
	n.made++
	it := item{
		id:        fmt.Sprintf("%d-%s", n.made, n.words[n.rand.IntN(len(n.words))]),
		title:     n.title(6 + n.rand.IntN(6)),
		summary:   n.sentences(120),
		body:      n.html(bodyBytes/2 + n.rand.IntN(bodyBytes)),
		published: published,
	}
	if n.made%ringing == 0 {
		it.title = "OpenAI signs a cloud deal with Oracle beside Azure, " + it.title
	}
	return it
}

// html returns a text of about so many bytes with the markup that feeds have.
func (n *newsroom) html(size int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<figure><img src="https://images.example/%d.jpg" alt="%s" width="640"/></figure>`, n.made, n.title(3))
	for b.Len() < size {
		fmt.Fprintf(&b, "\n<p>%s <a href=\"https://news.example/%s\">%s</a> %s &amp; <em>%s</em></p>",
			n.sentences(120), n.frequent(), n.title(3), n.sentences(120), n.frequent())
	}
	return b.String()
}

// publish puts a new item on top of a source, in the place of its oldest.
func (n *newsroom) publish(s *source) {
	s.items = append([]item{n.item(time.Now())}, s.items[:len(s.items)-1]...)
}
