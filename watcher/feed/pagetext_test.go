package feed_test

import (
	"errors"
	"strings"
	"testing"

	"tocsin/watcher/feed"
)

func TestPageTextIsTheArticleOfASavedPage(t *testing.T) {
	t.Parallel()
	paragraph := "<p>" + strings.Repeat("The tide keeps its appointments, and the wind does not. ", 8) + "</p>"
	page := "<html><head><meta charset=windows-1252></head><body><nav><a href=/>Home</a></nav><article><p>Caf\xe9</p>" + paragraph + paragraph + "</article></body></html>"
	text, err := feed.PageText([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "Café") || !strings.Contains(text, "appointments") || strings.Contains(text, "Home") {
		t.Errorf("text %q", text)
	}
	var wrong *feed.Error
	if _, err := feed.PageText([]byte("<html></html>")); !errors.As(err, &wrong) {
		t.Errorf("a page without an article: error %v", err)
	}
}
