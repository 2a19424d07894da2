// Package learn drafts a theme: from a handful of texts about what interests
// somebody it makes a rule file with lists, weighted signals, a threshold and
// examples, for a person to go on with.
//
// A term, a word or up to three that stand side by side, counts by how much more
// often the texts have it than general news does: log-odds with an informative
// Dirichlet prior, of which the lower end of the confidence interval is the score.
// General news is a background of articles, or what the language knows of common
// English words. Sentences, names and endings are told as in English; other
// languages need a background in them.
//
// It is pure: texts go in and the bytes of a file come out, the same for the same
// texts in the same order. Reading files is for others, and so is to decide what
// becomes of the draft. It is no classifier and trains no model: what it finds is
// written down as a rule that people can read.
package learn

import (
	"errors"
	"fmt"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
)

// Document is a text that the draft is learnt from. Texts are plain; bytes that are
// no characters do no harm.
type Document struct {
	Title string // "" for a text without one
	Text  string // a line or more
}

// Background is an article of general news. Its texts are as those of a Document.
type Background struct {
	Title, Summary string
}

// MaxText is how many bytes the texts of all documents may have together. It bounds
// the memory that a Learner takes: some seventy times as much, where no two words are
// the same.
const MaxText = 4 << 20

// ErrNothing says that the documents have nothing that tells them from general
// news: they are too short, or about everything.
var ErrNothing = errors.New("nothing in the documents tells them from general news")

// Learner knows the documents and counts the background.
type Learner struct {
	docs    []document
	texts   map[Document]bool // those of docs
	vocab   *vocabulary
	terms   map[gram]*term
	words   int // of all documents
	general general
	sample  sample
}

// New returns a Learner for the documents. Of documents that are the same one is
// taken, and those without a word are left out. It fails where they are larger than
// MaxText together.
func New(docs []Document) (*Learner, error) {
	l := &Learner{texts: map[Document]bool{}, vocab: newVocabulary()}
	size := 0
	for _, d := range docs {
		if size += len(d.Title) + len(d.Text); size > MaxText {
			return nil, fmt.Errorf("the documents have more than %d MiB of text together, and a handful of articles is enough", MaxText>>20)
		}
		if l.texts[d] {
			continue
		}
		l.texts[d] = true
		if doc := newDocument(l.vocab, d); len(doc.sentences) > 0 {
			l.docs = append(l.docs, doc)
			l.words += doc.words
		}
	}
	l.terms = countTerms(l.vocab, l.docs)
	return l, nil
}

// Add counts an article of the background. It keeps some of them, in bounded
// memory. Articles that are among the documents are left out.
func (l *Learner) Add(b Background) {
	if l.texts[Document{b.Title, b.Summary}] {
		return
	}
	l.general.add(l.vocab, l.terms, b)
	l.sample.add(b)
}

// Draft is a rule file that was learnt.
type Draft struct {
	YAML           []byte
	Documents      int // that it was learnt from
	Words          int // of these
	Background     int // articles
	Names, Terms   int // in the lists
	Threshold      int
	Found          int // documents with a piece as long as a headline and a summary that the rule matches
	FalseAlerts    int // articles of Sampled that it matches
	Sampled        int // articles of the background that it was tried on
	Match, NoMatch int // examples
}

// Draft returns a theme of that name with a rule. The file passes tocsin check and
// tocsin test. The error is ErrNothing, or says that the name is none.
func (l *Learner) Draft(theme string) (*Draft, error) {
	score(l)
	r := l.choose(theme)
	if len(r.names)+len(r.terms) == 0 {
		return nil, ErrNothing
	}
	set, err := compile(r.yaml())
	if err != nil {
		return nil, err
	}
	l.setThreshold(r, set)
	if set, err = compile(r.yaml()); err != nil {
		return nil, err
	}
	l.chooseExamples(r, set)
	r.draft.YAML = r.yaml()
	if set, err = compile(r.draft.YAML); err != nil {
		return nil, err
	}
	for _, res := range set.Test() {
		if n := res.Failures(); n > 0 {
			return nil, fmt.Errorf("%d of the draft's own examples fail", n)
		}
	}
	return &r.draft, nil
}

// compile makes a set of a draft; what is wrong with it is the error.
func compile(data []byte) (*rules.Set, error) {
	f, problems := rules.Parse("draft", data)
	if f == nil {
		return nil, problems[0]
	}
	// Nothing in a draft looks at the time.
	set, problems := rules.Compile(time.Time{}, f)
	for _, p := range problems {
		if p.Level == yamlfile.Error {
			return nil, p
		}
	}
	return set, nil
}
