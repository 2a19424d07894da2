package newsroom

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// line is an article as JSON lines write it. Further keys are ignored, the
// source too: what a feed reader takes for the source is the feed.
type line struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Body      string `json:"body"`
	URL       string `json:"url"`
	Author    string `json:"author"`
	Published string `json:"published"`
}

// ReadJSONLines reads articles, one JSON object a line, with the keys id, title,
// summary, body, url, author and published (RFC 3339, or a day as 2006-01-02).
// Only id is required, further keys are ignored. Empty lines are skipped. The error names the
// line that cannot be read; an ID that was there before is one too.
func ReadJSONLines(r io.Reader) ([]Article, error) {
	var out []Article
	seen := map[string]int{}
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		b, err := in.ReadBytes('\n')
		if b = bytes.TrimSpace(b); len(b) > 0 {
			a, err := parseLine(b)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			if first, ok := seen[a.ID]; ok {
				return nil, fmt.Errorf("line %d: id %q is that of line %d", n, a.ID, first)
			}
			seen[a.ID] = n
			out = append(out, a)
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
}

func parseLine(b []byte) (Article, error) {
	var l line
	if err := json.Unmarshal(b, &l); err != nil {
		return Article{}, err
	}
	if l.ID == "" {
		return Article{}, errors.New("no id")
	}
	published, err := parseDate(l.Published)
	if err != nil {
		return Article{}, err
	}
	return Article{
		ID:        l.ID,
		Title:     l.Title,
		Summary:   l.Summary,
		Body:      l.Body,
		URL:       l.URL,
		Author:    l.Author,
		Published: published,
	}, nil
}

// parseDate returns the zero time for an empty string.
func parseDate(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("published %q is neither RFC 3339 nor a day (2006-01-02)", s)
}
