package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"tocsin/rules"
)

// miss is an article with which a theme did what it should not, and what the
// theme's rules say of it.
type miss struct {
	kind     missKind
	file     string
	article  *article
	verdicts []rules.Verdict // those that rang; of one that should have rung, all of the theme
}

// missKind says what went wrong.
type missKind string

const (
	missFalsePositive missKind = "false_positive"
	missFalseNegative missKind = "false_negative"
	missBackground    missKind = "background" // a false positive there
)

// newMiss asks the theme's rules what they say of the article.
func newMiss(kind missKind, file string, a *article, set *rules.Set, theme string) *miss {
	m := &miss{kind: kind, file: file, article: a}
	for _, v := range set.Explain(&a.Article) {
		rang := v.Matched && v.Rule.Status == rules.Live
		if v.Rule.Theme == theme && (rang || kind == missFalseNegative) {
			m.verdicts = append(m.verdicts, v)
		}
	}
	return m
}

// write prints the miss for people: the article, and below it why it rang or,
// rule by rule, why it did not.
func (m *miss) write(out io.Writer) error {
	var b strings.Builder
	what := map[missKind]string{
		missFalsePositive: "rang, and should not", missFalseNegative: "did not ring, and should", missBackground: "rang in the background",
	}[m.kind]
	fmt.Fprintf(&b, "%s:%d: %s: %s  %s\n", m.file, m.article.line, what, oneLine(m.article.ID), oneLine(m.article.Title))
	for _, v := range m.verdicts {
		b.WriteString(verdictText(v, &m.article.Article))
	}
	if len(m.verdicts) == 0 {
		b.WriteString("    no rule has this theme\n")
	}
	b.WriteByte('\n')
	_, err := io.WriteString(out, b.String())
	return err
}

// verdictText is a verdict below the rule's ID. Where require does not hold, the
// rest has no say, and is left out.
func verdictText(v rules.Verdict, a *rules.Article) string {
	head := "    " + v.Rule.ID
	if v.Rule.Status != rules.Live {
		head += ", which is " + v.Rule.Status.String()
	}
	if !v.Require.Holds {
		return head + ": require does not hold: " + oneLine(v.Rule.Require) + "\n"
	}
	text := strings.TrimSuffix(v.Text(a), "\n")
	return head + "\n    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}

// missJSON is a miss for programs.
type missJSON struct {
	Kind  missKind        `json:"kind"`
	File  string          `json:"file"`
	Line  int             `json:"line"`
	ID    json.RawMessage `json:"id"`
	Title string          `json:"title"`
	Rules []verdictJSON   `json:"rules"`
}

// verdictJSON is what a rule says of an article, for programs.
type verdictJSON struct {
	Rule      string       `json:"rule"`
	Status    rules.Status `json:"status"`
	Matched   bool         `json:"matched"`
	Require   bool         `json:"require"` // it holds
	Exclude   bool         `json:"exclude"`
	Score     int          `json:"score"`
	Threshold int          `json:"threshold"`
	Signals   []signalJSON `json:"signals"` // those that hold
}

func (m *miss) json() missJSON {
	j := missJSON{m.kind, m.file, m.article.line, m.article.id, m.article.Title, []verdictJSON{}}
	for _, v := range m.verdicts {
		j.Rules = append(j.Rules, newVerdictJSON(v, m.article))
	}
	return j
}

func newVerdictJSON(v rules.Verdict, a *article) verdictJSON {
	return verdictJSON{
		v.Rule.ID, v.Rule.Status, v.Matched, v.Require.Holds, v.Exclude.Holds, v.Score, v.Rule.Threshold,
		signalsJSON(heldSignals(v), a.original),
	}
}
