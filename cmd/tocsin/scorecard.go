package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tocsin/rules"
)

// scorecard gathers how well rules find the themes of labelled articles, and how
// often they ring among others.
type scorecard struct {
	articles              int // that count
	ambiguous, unlabelled int // that were left out
	background            int // articles that should not ring
	themes                map[string]*themeCard
	hasBackground         bool
}

// themeCard is what a theme did. A theme is on the card if a rule or a label has
// it.
type themeCard struct {
	rules int // live ones
	tally
	alerts int // false ones, in the background
}

func newScorecard(set *rules.Set) *scorecard {
	c := &scorecard{themes: map[string]*themeCard{}}
	for _, r := range set.Rules() {
		t := c.theme(r.Theme)
		if r.Status == rules.Live {
			t.rules++
		}
	}
	return c
}

func (c *scorecard) theme(name string) *themeCard {
	if c.themes[name] == nil {
		c.themes[name] = new(themeCard)
	}
	return c.themes[name]
}

// names returns the themes on the card, sorted.
func (c *scorecard) names() []string {
	var names []string
	for n := range c.themes {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// add counts a labelled article in which the themes rang.
func (c *scorecard) add(l labels, rang []string) {
	c.articles++
	for _, theme := range sortedUnique(slices.Concat(l.themes, rang)) {
		c.theme(theme).add(l.outcomeOf(theme, slices.Contains(rang, theme)))
	}
}

// addBackground counts an article that should not ring, unless it has labels that
// say so. It counts once for each theme that does.
func (c *scorecard) addBackground(l labels, rang []string) {
	c.background++
	for _, theme := range rang {
		if l.outcomeOf(theme, true) == falsePositive {
			c.theme(theme).alerts++
		}
	}
}

// report returns the figures. Of the background there are none where there is no
// background.
func (c *scorecard) report() evalJSON {
	r := evalJSON{Articles: c.articles, LeftOut: leftOutJSON{c.ambiguous, c.unlabelled}, Themes: []themeJSON{}}
	var f1s []figure
	alerts := 0
	for _, name := range c.names() {
		t := c.themes[name]
		j := themeJSON{
			Theme: name, Rules: t.rules, TP: t.tp, FP: t.fp, FN: t.fn,
			Precision: t.precision(), Recall: t.recall(), F1: t.f1(),
		}
		if c.hasBackground {
			j.FalseAlerts, j.PerTenThousand = &t.alerts, perTenThousand(t.alerts, c.background)
		}
		alerts += t.alerts
		f1s = append(f1s, t.f1())
		r.Themes = append(r.Themes, j)
	}
	r.MacroF1 = mean(f1s)
	if c.hasBackground {
		r.Background = &backgroundJSON{c.background, alerts, perTenThousand(alerts, c.background)}
	}
	return r
}

// evalJSON is how well rules do, for programs. Figures that are undefined are
// null: precision where nothing rang, recall where nothing should have.
type evalJSON struct {
	Articles   int             `json:"articles"`
	LeftOut    leftOutJSON     `json:"left_out"`
	MacroF1    figure          `json:"macro_f1"`
	Themes     []themeJSON     `json:"themes"`
	Background *backgroundJSON `json:"background"` // null without a background
	Misses     []missJSON      `json:"misses,omitzero"`
}

type leftOutJSON struct {
	Ambiguous  int `json:"ambiguous"`
	Unlabelled int `json:"unlabelled"`
}

type themeJSON struct {
	Theme          string `json:"theme"`
	Rules          int    `json:"rules"` // live ones
	TP             int    `json:"tp"`
	FP             int    `json:"fp"`
	FN             int    `json:"fn"`
	Precision      figure `json:"precision"`
	Recall         figure `json:"recall"`
	F1             figure `json:"f1"`
	FalseAlerts    *int   `json:"false_alerts"` // null without a background
	PerTenThousand figure `json:"false_alerts_per_10000"`
}

type backgroundJSON struct {
	Articles       int    `json:"articles"`
	FalseAlerts    int    `json:"false_alerts"` // of all themes together
	PerTenThousand figure `json:"false_alerts_per_10000"`
}

// write prints the figures as a table, for people.
func (r evalJSON) write(out io.Writer) error {
	rows := [][]string{{"theme", "rules", "tp", "fp", "fn", "precision", "recall", "F1", "false alerts", "per 10,000"}}
	defined := 0
	for _, t := range r.Themes {
		if t.F1.defined {
			defined++
		}
		rows = append(rows, t.row())
	}
	if r.Background == nil {
		for i, row := range rows {
			rows[i] = row[:len(row)-2]
		}
	}
	var b strings.Builder
	writeTable(&b, rows)
	fmt.Fprintf(&b, "macro-F1 %s over %s\n", r.MacroF1.format(3), count(defined, "theme"))
	if g := r.Background; g != nil {
		fmt.Fprintf(&b, "%s in %s, %s in 10,000\n", count(g.FalseAlerts, "false alert"), count(g.Articles, "background article"), g.PerTenThousand.format(1))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// row returns the theme's line of the table.
func (t themeJSON) row() []string {
	alerts := "–"
	if t.FalseAlerts != nil {
		alerts = strconv.Itoa(*t.FalseAlerts)
	}
	return []string{
		oneLine(t.Theme), strconv.Itoa(t.Rules), strconv.Itoa(t.TP), strconv.Itoa(t.FP), strconv.Itoa(t.FN),
		t.Precision.format(3), t.Recall.format(3), t.F1.format(3), alerts, t.PerTenThousand.format(1),
	}
}

// writeTable writes rows of as many cells each, the first column flush left and
// the others, which are numbers, flush right.
func writeTable(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		fmt.Fprintf(b, "%-*s", widths[0], row[0])
		for i, cell := range row[1:] {
			fmt.Fprintf(b, "  %*s", widths[i+1], cell)
		}
		b.WriteByte('\n')
	}
}
