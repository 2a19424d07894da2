package rules

import (
	"time"

	"tocsin/rules/yamlfile"
)

// The comments of these types are what editors show: tocsin schema makes
// descriptions of them, with the keys in place of the fields' names.

// File is a rule file as people write it: a theme of rules, or a tuning of
// rules that stand in other files, or both.
type File struct {
	// Version is the version of the rule language: 1. It must be given.
	Version yamlfile.Int `yaml:"version"`

	// Theme names what the file's rules are about, such as exclusivity. Routes
	// and reports speak of it. A file with rules, and one that shares its
	// lists, must have one; several files may have the same.
	Theme yamlfile.String `yaml:"theme"`

	// Share says whether all other files may use this file's lists, as
	// $theme.name. Not given: false.
	Share bool `yaml:"share"`

	// Fold says which letters the file's queries take for the same. With
	// accents, Autorite meets Autorité, and the other way round. Not given:
	// letters with other accents are other letters.
	Fold yamlfile.String `yaml:"fold"`

	// Lists are named alternatives, used in queries as $name. Each member is a
	// word, a stem such as loosen*, or a phrase; it is no query.
	Lists yamlfile.Map[[]yamlfile.String] `yaml:"lists"`

	// Rules are queries that score articles, with their tests, in any order.
	Rules []RuleSource `yaml:"rules"`

	// Tune narrows rules of other files without editing them.
	Tune []Tuning `yaml:"tune"`

	name    string
	data    []byte
	byName  map[string]int         // index of Lists
	queries map[yamlfile.Pos]*node // by the place of the text they were read from
	terms   map[yamlfile.Pos]*term // of the lists' members, likewise
}

// RuleSource is a rule as people write it.
type RuleSource struct {
	// ID names the rule, over all files and for good: what was stored speaks of
	// it. Letters, digits, _ and -, in parts joined by dots:
	// exclusivity.loosened. It must be given.
	ID yamlfile.String `yaml:"id"`

	// Title is what a match means, in a few words; it heads the message. Not
	// given: the id.
	Title string `yaml:"title"`

	// Why says in a sentence why a match matters to those who read it. Not
	// given: nothing is said.
	Why string `yaml:"why"`

	// Status is live, shadow (scored and counted, never posted) or off (not
	// evaluated). Not given: live.
	Status Status `yaml:"status"`

	// Severity is info, low, medium, high or critical: how much a match
	// matters at the threshold. Not given: medium.
	Severity yamlfile.At[Severity] `yaml:"severity"`

	// Base is the score to begin with. Not given: 0.
	Base int `yaml:"base"`

	// Require is a query that must hold; otherwise the rule says nothing. It
	// must be given. Queries join words, stems such as loosen*, "phrases in
	// quotes" and lists such as $name with AND, OR, NOT and NEAR/8; title:word
	// looks in the title only.
	Require yamlfile.String `yaml:"require"`

	// Exclude is a query; if it holds, the rule says nothing. Not given:
	// nothing is excluded.
	Exclude yamlfile.String `yaml:"exclude"`

	// Signals are the evidence: each one that holds adds its points, once.
	Signals []SignalSource `yaml:"signals"`

	// Threshold is the score from which the rule matches. Not given: 0, so
	// that require alone suffices, unless signals take points away.
	Threshold yamlfile.Int `yaml:"threshold"`

	// Escalate gives severities a score from which a match has them, as in
	// {high: 8, critical: 12}. They must be above the rule's own severity, and
	// a higher one needs a higher score. Not given: every match has the rule's
	// own.
	Escalate yamlfile.Map[yamlfile.Int] `yaml:"escalate"`

	// Examples are the rule's tests: articles that it must match, and articles
	// that it must not. Each is a title, or a block of keys.
	Examples ExamplesSource `yaml:"examples"`

	pos    yamlfile.Pos      // where it begins; the zero Pos: the entry is no block
	unread yamlfile.Problems // what could not be read in it
}

// SignalSource is a piece of evidence.
type SignalSource struct {
	// When is the query that must hold for the points to count. It must be
	// given.
	When yamlfile.String `yaml:"when"`

	// Points are added to the score when the query holds: from -10 to 10, and
	// not 0. They must be given.
	Points yamlfile.Int `yaml:"points"`

	pos    yamlfile.Pos      // where it begins; the zero Pos: the entry is no block
	unread yamlfile.Problems // what could not be read in it
}

// ExamplesSource are articles with what the rule must say of them.
type ExamplesSource struct {
	// Match are articles that the rule must match.
	Match []yamlfile.At[Example] `yaml:"match"`

	// NoMatch are articles that the rule must not match.
	NoMatch []yamlfile.At[Example] `yaml:"no_match"`

	// TodoMatch are known misses: articles that the rule should match and does
	// not yet. They are reported, and fail once the rule matches them.
	TodoMatch []yamlfile.At[Example] `yaml:"todo_match"`

	// TodoNoMatch are known false hits: articles that the rule should not match
	// and does still. They are reported, and fail once the rule lets them be.
	TodoNoMatch []yamlfile.At[Example] `yaml:"todo_no_match"`
}

// Example is an article to test a rule with: a title alone, or a block of keys.
// What is not given is unknown, and no query about it holds.
type Example struct {
	// Title is the article's title, as plain text. One of title, summary and
	// body must be given.
	Title string `yaml:"title"`

	// Summary is what the feed says of the article, as plain text.
	Summary string `yaml:"summary"`

	// Body is the article itself, as plain text.
	Body string `yaml:"body"`

	// Source is the name of the feed or publication, for queries such as
	// source:"Example Times".
	Source string `yaml:"source"`

	// URL is the article's address, for queries such as host:example.com.
	URL string `yaml:"url"`

	// Author is who wrote the article, for queries such as author:"Jane Doe".
	Author string `yaml:"author"`

	// Lang is the article's language, such as en or pt-BR, for queries such as
	// lang:en.
	Lang string `yaml:"lang"`

	// Tags are the tags of the article's feed, for queries such as
	// tag:regulator.
	Tags []string `yaml:"tags"`

	// Categories are the article's own tags, for queries such as category:ai.
	Categories []string `yaml:"categories"`
}

// UnmarshalYAML reads a title or a block of keys.
func (e *Example) UnmarshalYAML(n *yamlfile.Node) error {
	switch n.Kind() {
	case yamlfile.Text:
		e.Title = n.Text()
		return nil
	case yamlfile.List:
		return n.Problem("a title or a block of keys", "")
	}
	type plain Example
	return n.Decode((*plain)(e))
}

// Article returns the example as the article it stands for.
func (e *Example) Article() *Article {
	return &Article{
		Title: e.Title, Summary: e.Summary, Body: e.Body, Source: e.Source, URL: e.URL,
		Author: e.Author, Lang: e.Lang, Tags: e.Tags, Categories: e.Categories,
	}
}

// Tuning narrows rules of other files. Several tunings of one rule all count:
// their excludes and signals add up, and the highest threshold is taken.
type Tuning struct {
	// Rules are the ids of the rules that are narrowed. A * at the end stands
	// for anything: exclusivity.* are all that begin so. They must be given.
	Rules []yamlfile.String `yaml:"rules"`

	// Exclude is a query; if it holds, the rules say nothing. It adds to what
	// the rules exclude themselves. Not given: nothing is added.
	Exclude yamlfile.String `yaml:"exclude"`

	// Signals are pieces of evidence that are added to those of the rules.
	Signals []SignalSource `yaml:"signals"`

	// Threshold is the score from which the rules match, in place of their own.
	// Not given: theirs stays.
	Threshold yamlfile.Int `yaml:"threshold"`

	// Expires is the last day, UTC, on which the tuning counts, as in
	// 2027-03-01. Not given: it counts for good.
	Expires yamlfile.At[Date] `yaml:"expires"`

	pos    yamlfile.Pos      // where it begins; the zero Pos: the entry is no block
	unread yamlfile.Problems // what could not be read in it
}

// expired reports whether the tuning's last day is over.
func (t *Tuning) expired(now time.Time) bool {
	return t.Expires.Given() && t.Expires.Value.over(now)
}

// blockPos returns where a block begins, and the zero Pos of anything else.
func blockPos(n *yamlfile.Node) yamlfile.Pos {
	if n.Kind() != yamlfile.Block {
		return yamlfile.Pos{}
	}
	return n.Pos()
}

// UnmarshalYAML reads the signal and remembers its place.
func (s *SignalSource) UnmarshalYAML(n *yamlfile.Node) error {
	type plain SignalSource
	s.pos, s.unread = blockPos(n), n.Decode((*plain)(s))
	return s.unread
}

// UnmarshalYAML reads the tuning and remembers its place.
func (t *Tuning) UnmarshalYAML(n *yamlfile.Node) error {
	type plain Tuning
	t.pos, t.unread = blockPos(n), n.Decode((*plain)(t))
	return t.unread
}

// UnmarshalYAML reads the rule, remembers its place, and puts its ID in what is
// wrong with it.
func (r *RuleSource) UnmarshalYAML(n *yamlfile.Node) error {
	type plain RuleSource
	problems := n.Decode((*plain)(r))
	for i := range problems {
		problems[i].Rule = r.ID.Value
	}
	r.pos, r.unread = blockPos(n), problems
	return problems
}
