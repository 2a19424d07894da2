package store

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// Searcher is what an engine can do to find articles by their words.
type Searcher interface {
	// Search returns the articles of the archive whose title, summary and body hold
	// what s.Text asks for, those first that were kept last. Package query is the
	// language: words that must all be there, "words one after the other", -not,
	// begin*, and OR between alternatives; case and accents do not matter. Any text
	// asks for something, if only for nothing. An article is found from the poll on
	// that brought it. Of a very long article its first 64 KiB are looked at, and the
	// first 256 places of each word count for phrases where an engine has such a
	// limit.
	Search(ctx context.Context, s Search) (Found, error)

	// IndexArchive makes up to limit articles findable that a tocsin without search
	// has kept, the latest first, and reports whether more are left.
	IndexArchive(ctx context.Context, limit int) (more bool, err error)
}

// Search asks for articles.
type Search struct {
	Text  string // what people wrote
	After string // the Next of the page before; "" for the first page
	Limit int    // at most so many articles; 1 or more
}

// Found is a page of articles.
type Found struct {
	Articles []Article
	Next     string // where the next page begins; "" where this is the last
}

// Before is the number before which the articles of a page stand, for engines that
// number articles in the order in which they were kept, and whose Next is the number
// of the last article of a page.
func (s Search) Before() (row int64, err error) {
	if s.Limit < 1 {
		return 0, fmt.Errorf("a limit of %d finds nothing", s.Limit)
	}
	if s.After == "" {
		return math.MaxInt64, nil
	}
	row, err = strconv.ParseInt(s.After, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is where no page begins", s.After)
	}
	return row, nil
}
