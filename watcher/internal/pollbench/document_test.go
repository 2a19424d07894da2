package main

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

var testTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestFeedsAreAsManyAndAsLongAsSaid(t *testing.T) {
	t.Parallel()
	room := newNewsroom(testTime)
	const n = 90
	items, size, rings := 0, 0, 0
	for i := range n {
		s := room.source(i, "http://127.0.0.1")
		items += len(s.items)
		size += len(s.document())
		for _, it := range s.items {
			if strings.Contains(it.title, "OpenAI") {
				rings++
			}
			if testTime.Sub(it.published) < 24*time.Hour {
				t.Fatalf("%s would ring in a first poll", it.published)
			}
		}
	}
	if mean := float64(items) / n; mean < 20 || mean > 24 {
		t.Errorf("%.1f items a feed, want 22", mean)
	}
	if mean := size / n; mean < 40_000 || mean > 46_000 {
		t.Errorf("%d bytes a document, want 43,000", mean)
	}
	if rings != items/ringing {
		t.Errorf("%d of %d items ring", rings, items)
	}
}

func TestDocumentsAreWellFormed(t *testing.T) {
	t.Parallel()
	room := newNewsroom(testTime)
	for i := range int(formats) * 4 {
		s := room.source(i, "http://127.0.0.1")
		doc := s.document()
		var err error
		if s.format == jsonFeed {
			err = json.Unmarshal(doc, new(any))
		} else {
			err = xml.Unmarshal(doc, new(struct{}))
		}
		if err != nil {
			t.Errorf("%s: %v", s.format.contentType(), err)
		}
		if found := strings.Count(string(doc), s.base+"/news/"); found != len(s.items) {
			t.Errorf("%s: %d links for %d items", s.format.contentType(), found, len(s.items))
		}
	}
}

func TestTheSameSeedMakesTheSameFeeds(t *testing.T) {
	t.Parallel()
	a, b := newNewsroom(testTime).source(1, "x"), newNewsroom(testTime).source(1, "x")
	if string(a.document()) != string(b.document()) {
		t.Error("two newsrooms differ")
	}
}

func TestPublishingReplacesTheOldest(t *testing.T) {
	t.Parallel()
	room := newNewsroom(testTime)
	s := room.source(0, "x")
	before := append([]item(nil), s.items...)
	room.publish(&s)
	if len(s.items) != len(before) || s.items[1].id != before[0].id || s.items[0].id == before[0].id {
		t.Errorf("%d items after %d", len(s.items), len(before))
	}
}
