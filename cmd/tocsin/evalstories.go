package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/rules"
	"tocsin/watcher"
	"tocsin/watcher/story"
)

// storyRow is a labelled article, or one of the background.
type storyRow struct {
	id         string // unique; of the row
	shown      string // as the row says
	file       string
	line       int
	title      string
	event      string // what it tells; of a row that tells an event alone, its own
	labelled   bool   // its event has a name
	background bool
	at         time.Time
	told       story.Article
	message    string // the story that it was put into
}

// storyEvaluation is an eval --stories under way.
type storyEvaluation struct {
	*env
	evalOptions
	set  *rules.Set
	rows []storyRow
}

// checkMisses refuses what --misses cannot list of stories.
func (o *evalOptions) checkMisses() error {
	if o.stories && o.misses != "" && !slices.Contains([]string{"merges", "splits", "all"}, o.misses) {
		return usage("--misses lists merges, splits or all with --stories, and not %q", o.misses)
	}
	return nil
}

// run reads the files, groups what they hold and prints what that comes to.
func (v *storyEvaluation) run(labelled, background *lineFile) error {
	if err := v.read(labelled, false); err != nil {
		return err
	}
	if !slices.ContainsFunc(v.rows, func(r storyRow) bool { return r.labelled }) {
		return usage("%s: no article has a story, so there is nothing to compare with (is it the labelled file?)", labelled.name)
	}
	if background != nil {
		if err := v.read(background, true); err != nil {
			return err
		}
	}
	if err := v.group(context.Background()); err != nil {
		return err
	}
	card := newStoryCard(v.rows)
	report := card.report()
	v.printf("%s counted, %d of them alone with their event", count(report.Articles, "article"), report.Alone)
	if v.misses != "" {
		report.Merges, report.Splits = []groupJSON{}, []groupJSON{}
		if v.misses != "splits" {
			report.Merges = append(report.Merges, card.merges()...)
		}
		if v.misses != "merges" {
			report.Splits = append(report.Splits, card.splits()...)
		}
	}
	if v.json {
		return printJSON(v.stdout, report)
	}
	return report.write(v.stdout)
}

// read takes the articles of a file. One without a time comes at that of the one
// before it.
func (v *storyEvaluation) read(f *lineFile, background bool) error {
	var at time.Time
	for a, err := range f.articles() {
		if err != nil {
			return err
		}
		row, err := v.row(a)
		if err != nil {
			return &lineError{f.name, a.line, err}
		}
		row.file, row.background = f.name, background
		row.id = fmt.Sprintf("%v %08d", background, len(v.rows))
		if !row.labelled {
			row.event = row.id
		}
		if row.at.IsZero() {
			row.at = at
		}
		at = row.at
		v.rows = append(v.rows, row)
	}
	return nil
}

// row makes a row of an article.
func (v *storyEvaluation) row(a *article) (storyRow, error) {
	r := storyRow{shown: a.ID, line: a.line, title: a.Title, told: story.Article{
		Title: a.Title, Summary: a.Summary, URL: a.URL, Lang: a.Lang, Themes: ringing(v.set, a),
	}}
	var published string
	if err := a.keys.readString("story", &r.event); err != nil {
		return r, err
	}
	r.labelled = r.event != ""
	r.event = "story " + r.event
	err := a.keys.readString("published", &published)
	if err == nil && published != "" {
		r.at, err = parsePublished(published)
	}
	return r, err
}

// parsePublished reads a day, or a time of RFC 3339.
func parsePublished(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("published must be a day as 2026-05-04 or a time as 2026-05-04T12:00:00Z, not %q", text)
}

// group has the daemon's grouping put every row into a story, in the order of
// their times.
func (v *storyEvaluation) group(ctx context.Context) error {
	slices.SortStableFunc(v.rows, func(x, y storyRow) int { return x.at.Compare(y.at) })
	grouping := watcher.NewGrouping(story.Window)
	for i := range v.rows {
		r := &v.rows[i]
		var err error
		if r.message, err = grouping.Tell(ctx, r.id, r.told, r.at); err != nil {
			return err
		}
	}
	return nil
}
