package watcher

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/slack"
)

// maxExcerpt is how many bytes of a text go into an alert; the message shows
// less.
const maxExcerpt = 1200

// alertContent is what an alert says of an article.
func alertContent(key string, a *store.Article, source string, matches []rules.Match) slack.Alert {
	field, whole := rules.Summary, a.Summary
	if whole == "" {
		field, whole = rules.Body, a.Body
	}
	shown := excerpt(whole)
	text := shown
	if len(shown) < len(whole) {
		text += "…"
	}
	alert := slack.Alert{
		Key:       key,
		Severity:  matches[0].Severity.String(),
		Title:     a.Title,
		URL:       a.URL,
		Text:      text,
		Source:    source,
		Published: a.Published,
	}
	for _, m := range matches {
		alert.Matches = append(alert.Matches, alertMatch(a, m))
		for _, span := range evidence(m) {
			if span.Field == rules.Title || span.Field == field && span.To <= len(shown) {
				alert.Bold = append(alert.Bold, slack.Span{InTitle: span.Field == rules.Title, From: span.From, To: span.To})
			}
		}
	}
	return alert
}

// reportOf is an article as a thread tells it.
func reportOf(a *store.Article, source string) *slack.Report {
	text := a.Summary
	if text == "" {
		text = a.Body
	}
	if short := excerpt(text); len(short) < len(text) {
		text = short + "…"
	}
	return &slack.Report{Title: a.Title, URL: a.URL, Text: text, Source: source, Published: a.Published}
}

// excerpt is the begin of a text, cut between words.
func excerpt(text string) string {
	if len(text) <= maxExcerpt {
		return text
	}
	cut := maxExcerpt
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	if space := strings.LastIndexAny(text[:cut], " \n"); space > cut/2 {
		cut = space
	}
	return text[:cut]
}

// alertMatch is a match as an alert tells it.
func alertMatch(a *store.Article, m rules.Match) slack.Match {
	out := slack.Match{
		Rule:      m.Rule.ID,
		Title:     m.Rule.Title,
		Why:       m.Rule.Why,
		Theme:     m.Rule.Theme,
		Severity:  m.Severity.String(),
		Score:     m.Score,
		Threshold: m.Rule.Threshold,
	}
	for _, s := range m.Signals {
		out.Signals = append(out.Signals, slack.Signal{When: s.When, Points: s.Points, Words: wordsAt(a, s.Spans)})
	}
	return out
}

// maxWords is how many words of a signal an alert tells.
const maxWords = 8

// wordsAt are the article's words at the spans, whatever their case each once.
func wordsAt(a *store.Article, spans []rules.Span) []string {
	fields := map[rules.Field]string{rules.Title: a.Title, rules.Summary: a.Summary, rules.Body: a.Body}
	var words []string
	for _, s := range spans {
		word := fields[s.Field][s.From:s.To]
		known := slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
		if !known && len(words) < maxWords {
			words = append(words, word)
		}
	}
	return words
}

// evidence is every place of an article that speaks for a match.
func evidence(m rules.Match) []rules.Span {
	spans := m.Require
	for _, s := range m.Signals {
		if s.Points > 0 {
			spans = append(spans[:len(spans):len(spans)], s.Spans...)
		}
	}
	return spans
}

// matchEvidence is the arithmetic of a match as the store keeps it.
type matchEvidence struct {
	Base    int              `json:"base"`
	Require []spanRecord     `json:"require"`
	Signals []signalEvidence `json:"signals"`
}

type signalEvidence struct {
	When   string       `json:"when"`
	Points int          `json:"points"`
	Spans  []spanRecord `json:"spans"`
}

// spanRecord is a rules.Span: bytes from (inclusive) to to (exclusive).
type spanRecord struct {
	Field string `json:"field"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

// matchRecord is a match as the store keeps it.
func matchRecord(article string, m *rules.Match) (store.Match, error) {
	e := matchEvidence{Base: m.Rule.Base, Require: spanRecords(m.Require), Signals: []signalEvidence{}}
	for _, s := range m.Signals {
		e.Signals = append(e.Signals, signalEvidence{When: s.When, Points: s.Points, Spans: spanRecords(s.Spans)})
	}
	data, err := json.Marshal(e)
	if err != nil {
		return store.Match{}, err
	}
	return store.Match{
		Article:   article,
		Rule:      m.Rule.ID,
		Theme:     m.Rule.Theme,
		Severity:  m.Severity.String(),
		Status:    m.Rule.Status.String(),
		Score:     m.Score,
		Threshold: m.Rule.Threshold,
		Evidence:  data,
	}, nil
}

func spanRecords(spans []rules.Span) []spanRecord {
	records := make([]spanRecord, 0, len(spans))
	for _, s := range spans {
		records = append(records, spanRecord{Field: s.Field.String(), From: s.From, To: s.To})
	}
	return records
}
