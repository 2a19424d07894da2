package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"tocsin/seeds/newsroom"
)

// readFile reads the articles in a file of JSON lines, which may be compressed
// if its name ends in .gz.
func readFile(name string) ([]newsroom.Article, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := io.Reader(f)
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	articles, err := newsroom.ReadJSONLines(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return articles, nil
}

// freshen dates the articles by the newsroom's start, a second apart.
func freshen(articles []newsroom.Article) {
	for i := range articles {
		articles[i].Published = time.Time{}
		articles[i].After = -time.Duration(i) * time.Second
	}
}
