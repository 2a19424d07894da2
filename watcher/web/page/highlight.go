package page

import (
	"slices"
	"strings"

	"tocsin/rules"
)

// Piece is a piece of a text. What rang is marked, with the rules that it spoke for.
type Piece struct {
	Text  string
	Marks string // the rules; "" for none
}

// mark is a place of a text that speaks for a rule.
type mark struct {
	rules.Span
	rule string
}

// marksOf are the places that speak for the rules that match, now or, as far as the
// rules have changed, then.
func marksOf(a *Account) []mark {
	var all []mark
	now := make(map[string]bool)
	for i := range a.Rules {
		v := &a.Rules[i]
		if v.Standing != Matches {
			continue
		}
		now[v.Rule.ID] = true
		spans := slices.Clone(v.Require.Spans)
		for _, s := range v.Signals {
			if s.Holds && s.Points > 0 {
				spans = append(spans, s.Spans...)
			}
		}
		for _, s := range spans {
			all = append(all, mark{s, v.Rule.ID})
		}
	}
	for _, m := range a.Then {
		if now[m.Rule] {
			continue
		}
		for _, s := range m.Spans {
			all = append(all, mark{s, m.Rule})
		}
	}
	return all
}

// highlight cuts a text at its marks. Places that overlap are pieces of their own,
// with the rules of each.
func highlight(text string, field rules.Field, marks []mark) []Piece {
	cuts := []int{0, len(text)}
	var here []mark
	for _, m := range marks {
		if m.Field == field && 0 <= m.From && m.From < m.To && m.To <= len(text) {
			here = append(here, m)
			cuts = append(cuts, m.From, m.To)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var pieces []Piece
	for i := 1; i < len(cuts); i++ {
		from, to := cuts[i-1], cuts[i]
		var ids []string
		for _, m := range here {
			if m.From <= from && to <= m.To && !slices.Contains(ids, m.rule) {
				ids = append(ids, m.rule)
			}
		}
		piece := Piece{text[from:to], strings.Join(ids, ", ")}
		if n := len(pieces); n > 0 && pieces[n-1].Marks == piece.Marks {
			pieces[n-1].Text += piece.Text
			continue
		}
		pieces = append(pieces, piece)
	}
	return pieces
}

// paragraphs cuts pieces at empty lines.
func paragraphs(pieces []Piece) [][]Piece {
	var all [][]Piece
	var current []Piece
	end := func() {
		if len(current) > 0 {
			all = append(all, current)
		}
		current = nil
	}
	for _, p := range pieces {
		for i, text := range strings.Split(p.Text, "\n\n") {
			if i > 0 {
				end()
			}
			if strings.TrimSpace(text) != "" || len(current) > 0 && text != "" {
				current = append(current, Piece{text, p.Marks})
			}
		}
	}
	end()
	return all
}
