package page

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"tocsin/rules/yamlfile"
)

const (
	// defaultDays and maxDays are how far back the archive is judged.
	defaultDays, maxDays = 7, 30
	// tryLimit is how long a trial may take; see Daemon.Try.
	tryLimit = 15 * time.Second
	// newFile stands for a file that is not there yet.
	newFile = "new"
)

// Try is the view of a rule that is being written.
type Try struct {
	Files   []FileChoice
	Name    string // of the file that is changed; newFile for one that is not there yet
	Text    string
	Days    int
	Choices []int // of days
	Outcome *Outcome
}

// FileChoice is a rule file to begin with.
type FileChoice struct {
	Name, Title string
	Here        bool
}

// Outcome is the view of what a draft would do.
type Outcome struct {
	Trial
	Days    int
	Errors  int
	Changed []ChangeRow
	Rows    []HitRow
	Picture Picture
	Early   When   // when the earliest article that was judged was seen
	Status  string // all that in a line, for who hears it
	Differs string // what changes against the running rules, in a sentence
	All     int    // matches that come, go or are otherwise
	Passed  int    // examples that pass
	Failed  int
	Busy    bool   // another trial runs
	Broken  string // why there is none
}

// ChangeRow is a change in a list.
type ChangeRow struct {
	Change
	Sign, Word string
	When       When
}

// HitRow is a hit in a list.
type HitRow struct {
	Hit
	When When
}

// starter is what a new theme begins with.
const starter = `version: 1
theme: my_theme
rules:
  - id: my_theme.first
    title: What a match means, in a few words
    why: Why it matters to those who read it.
    severity: medium
    require: OpenAI OR Anthropic OR Mistral
    signals:
      - {when: 'title:partner*', points: 3}
      - {when: partner* OR alliance, points: 2}
    threshold: 3
    examples:
      match: ["OpenAI finds a new partner for its cloud"]
      no_match: ["Mistral opens an office in Oslo"]
`

func (s *server) try(w http.ResponseWriter, r *http.Request) {
	v, err := s.tryView(r.FormValue("from"), "", daysOf(r))
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if rule := r.FormValue("rule"); rule != "" {
		for _, known := range s.Daemon.Rules().Rules() {
			if known.ID == rule {
				v, err = s.tryView(known.File, "", v.Days)
			}
		}
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "try", "Try", v)
}

// tryView is the view with a text, or that of the file where the text is "".
func (s *server) tryView(name, text string, days int) (Try, error) {
	files, err := s.Daemon.Files()
	if err != nil {
		return Try{}, err
	}
	v := Try{Name: newFile, Text: text, Days: days, Choices: []int{1, 7, 30}}
	for _, f := range files {
		choice := FileChoice{Name: f.Name, Title: fileTitle(f), Here: f.Name == name}
		v.Files = append(v.Files, choice)
		if choice.Here {
			v.Name = f.Name
			if text == "" {
				v.Text = f.Text
			}
		}
	}
	if v.Text == "" {
		v.Text = starter
	}
	return v, nil
}

// fileTitle is what a rule file is called to people.
func fileTitle(f File) string {
	base := path.Base(strings.ReplaceAll(strings.TrimPrefix(f.Name, "builtin:"), `\`, "/"))
	base = strings.TrimSuffix(base, path.Ext(base))
	if f.Theme == "" || f.Theme == base {
		return base
	}
	return f.Theme + " (" + base + ")"
}

func daysOf(r *http.Request) int {
	n, err := strconv.Atoi(r.FormValue("days"))
	if err != nil || n < 1 || n > maxDays {
		return defaultDays
	}
	return n
}

// tryWhole answers a form with the whole view.
func (s *server) tryWhole(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.broken(w, r, err)
		return
	}
	o := s.outcome(r)
	v, err := s.tryView(r.PostFormValue("file"), plainLines(r.PostFormValue("yaml")), daysOf(r))
	if err != nil {
		s.broken(w, r, err)
		return
	}
	v.Outcome = &o
	s.show(w, r, http.StatusOK, "try", "Try", v)
}

// tryPart answers who types.
func (s *server) tryPart(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.part(w, "try", "outcome", Outcome{Broken: "The text is too long: a rule file has up to 512 KiB here."})
		return
	}
	s.part(w, "try", "outcome", s.outcome(r))
}

// plainLines are lines as YAML files have them; forms send other ends.
func plainLines(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// outcome tries what was sent. One trial runs at a time: it takes a core or two, and
// judging news goes before it.
func (s *server) outcome(r *http.Request) Outcome {
	ctx, cancel := context.WithTimeout(r.Context(), tryLimit)
	defer cancel()
	days := daysOf(r)
	select {
	case s.trying <- struct{}{}:
		defer func() { <-s.trying }()
	case <-ctx.Done():
		return Outcome{Days: days, Busy: true}
	}
	now := s.Now()
	t, err := s.Daemon.Try(ctx, Draft{
		Name: r.PostFormValue("file"), Text: plainLines(r.PostFormValue("yaml")), Since: now.Add(-time.Duration(days) * day),
	})
	switch {
	case err != nil && errors.Is(err, context.DeadlineExceeded):
		return Outcome{Days: days, Broken: "That took too long. Ask for fewer days."}
	case err != nil:
		s.Log.Warn("a rule cannot be tried", "err", err)
		return Outcome{Days: days, Broken: "The archive cannot be read; the log of tocsin says why."}
	}
	return outcomeView(t, days, now)
}

func outcomeView(t Trial, days int, now time.Time) Outcome {
	o := Outcome{Trial: t, All: t.Comes + t.Goes + t.Other, Days: days, Early: when(t.From, now)}
	for _, p := range t.Problems {
		if p.Level == yamlfile.Error {
			o.Errors++
		}
	}
	for _, test := range t.Tests {
		o.Passed, o.Failed = o.Passed+test.Passed, o.Failed+test.Bad
	}
	for _, c := range t.Changes {
		row := ChangeRow{Change: c, When: when(c.Article.Seen, now)}
		row.Sign, row.Word = "±", "judged otherwise"
		switch c.Kind {
		case "comes":
			row.Sign, row.Word = "+", "comes"
		case "goes":
			row.Sign, row.Word = "−", "goes"
		}
		o.Changed = append(o.Changed, row)
	}
	for _, h := range t.Hits {
		o.Rows = append(o.Rows, HitRow{h, when(h.Article.Seen, now)})
	}
	if len(t.PerDay) > 0 {
		o.Picture = sparkline(t.PerDay, "match", now)
	}
	o.Status, o.Differs = status(&o), o.difference()
	return o
}

// status is an outcome in a line.
func status(o *Outcome) string {
	if o.Errors > 0 {
		return count(o.Errors, "error") + " to mend before it can be tried."
	}
	if o.Articles == 0 {
		return "No problems. The archive has no articles of that time to try it on."
	}
	return fmt.Sprintf("No errors. It matches %s of %s; %s, %s.", number(o.Now), count(o.Articles, "article"), o.comes(), o.goes())
}

// comes is how many matches come.
func (o *Outcome) comes() string {
	if o.Comes == 1 {
		return "1 comes"
	}
	return number(o.Comes) + " come"
}

// goes is how many matches go.
func (o *Outcome) goes() string {
	if o.Goes == 1 {
		return "1 goes"
	}
	return number(o.Goes) + " go"
}

// difference is what changes against the running rules, in a sentence.
func (o *Outcome) difference() string {
	text := o.comes() + ", " + o.goes()
	switch o.Other {
	case 0:
		return text + "."
	case 1:
		return text + ", 1 is judged otherwise."
	}
	return text + ", " + number(o.Other) + " are judged otherwise."
}

// download sends what was written back as a file.
func (s *server) download(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.broken(w, r, err)
		return
	}
	name := path.Base(strings.TrimPrefix(strings.ReplaceAll(r.PostFormValue("file"), `\`, "/"), "builtin:"))
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml")
	if name == newFile || strings.Trim(name, "./") == "" {
		name = "my_theme"
	}
	h := w.Header()
	h.Set("Content-Type", "application/yaml; charset=utf-8")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + ".yaml"}))
	fmt.Fprint(w, plainLines(r.PostFormValue("yaml")))
}
