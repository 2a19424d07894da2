package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher"
)

func TestBacktestText(t *testing.T) {
	t.Parallel()
	b := &watcher.Backtest{
		Articles: 12345, Feeds: 1, From: tuesday.AddDate(0, 0, -30), To: tuesday,
		Before: 186, Now: 123, Stay: 118,
	}
	add := func(n int, c watcher.AlertChange) {
		for i := range n {
			c.At = tuesday.Add(-time.Duration(i) * time.Hour)
			c.Article.ID = fmt.Sprintf("article%d", i)
			b.Changes = append(b.Changes, c)
		}
	}
	add(2, watcher.AlertChange{Kind: watcher.Comes, Channel: "#noise", Severity: rules.High, Was: rules.High, Rule: "noise.bell",
		Because: []string{"new signal +2: bell", "threshold 6 → 5"}, Article: store.Article{Title: "A bell " + hostile}})
	add(12, watcher.AlertChange{Kind: watcher.Goes, Channel: "#" + hostile, Severity: rules.Low, Was: rules.Low, Rule: "noise.drum",
		Because: []string{"rule is gone"}, Article: store.Article{Title: strings.Repeat("A long drum ", 20)}})
	add(1, watcher.AlertChange{Kind: watcher.Reweighed, Channel: "#noise", Severity: rules.Low, Was: rules.Critical, Rule: "noise." + hostile,
		Because: []string{"severity critical → low " + hostile}, Article: store.Article{Title: "A whistle"}})
	for name, all := range map[string]bool{"backtest.golden": false, "backtest-all.golden": true} {
		text := backtestText(b, all, time.UTC)
		golden(t, name, text)
		for _, r := range text {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s holds %q", name, r)
			}
		}
	}
}
