package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// storyCard is how well articles were grouped: by event, as labelled, and by
// message, as they were put together. Rows of the background are in messages only.
type storyCard struct {
	rows     []*storyRow // that count, in the order in which they came
	events   map[string][]*storyRow
	messages map[string][]*storyRow // with the background
}

func newStoryCard(rows []storyRow) *storyCard {
	c := &storyCard{events: make(map[string][]*storyRow), messages: make(map[string][]*storyRow)}
	for i := range rows {
		r := &rows[i]
		c.messages[r.message] = append(c.messages[r.message], r)
		if !r.background {
			c.rows = append(c.rows, r)
			c.events[r.event] = append(c.events[r.event], r)
		}
	}
	return c
}

// counted are the rows of a message that count.
func (c *storyCard) counted(message string) []*storyRow {
	var list []*storyRow
	for _, r := range c.messages[message] {
		if !r.background {
			list = append(list, r)
		}
	}
	return list
}

// bCubed is B³: the mean over articles of what part of an article's message tells
// its event, and of what part of its event is in its message.
func (c *storyCard) bCubed(counts func(*storyRow) bool) groupingJSON {
	var precision, recall float64
	n := 0
	for _, r := range c.rows {
		if !counts(r) {
			continue
		}
		n++
		together, both := c.counted(r.message), 0
		for _, o := range together {
			if o.event == r.event {
				both++
			}
		}
		precision += float64(both) / float64(len(together))
		recall += float64(both) / float64(len(c.events[r.event]))
	}
	g := groupingJSON{Articles: n}
	if n > 0 {
		p, r := precision/float64(n), recall/float64(n)
		g.Precision, g.Recall, g.F1 = figure{p, true}, figure{r, true}, figure{2 * p * r / (p + r), true}
	}
	return g
}

// report returns the figures.
func (c *storyCard) report() storiesJSON {
	r := storiesJSON{
		Articles: len(c.rows),
		All:      c.bCubed(func(*storyRow) bool { return true }),
		Several:  c.bCubed(func(r *storyRow) bool { return len(c.events[r.event]) > 1 }),
		Events:   len(c.events),
	}
	messages := 0
	for _, rows := range c.events {
		if !rows[0].labelled {
			r.Alone++
		} else {
			r.Stories++
			messages += len(messagesOf(rows))
		}
		if !slices.ContainsFunc(messagesOf(rows), func(m string) bool { return c.messages[m][0].event == rows[0].event }) {
			r.Merged++
		}
	}
	for _, rows := range c.messages {
		if background := slices.ContainsFunc(rows, func(r *storyRow) bool { return r.background }); background {
			for _, row := range rows {
				if row.background {
					r.Background++
				}
			}
			r.Mixed += len(c.counted(rows[0].message))
		}
	}
	r.MessagesPerStory = ratio(messages, r.Stories)
	r.MergedShare = ratio(r.Merged, r.Events)
	return r
}

// messagesOf are the messages that rows are in, in their order, each once.
func messagesOf(rows []*storyRow) []string {
	var list []string
	for _, r := range rows {
		if !slices.Contains(list, r.message) {
			list = append(list, r.message)
		}
	}
	return list
}

// merges lists the messages that tell several events.
func (c *storyCard) merges() []groupJSON {
	var list []groupJSON
	for _, message := range messagesOf(c.rows) {
		rows := c.counted(message)
		if slices.ContainsFunc(rows, func(r *storyRow) bool { return r.event != rows[0].event }) {
			list = append(list, groupOf(rows, func(r *storyRow) string { return r.story() }))
		}
	}
	return list
}

// splits lists the stories that several messages tell.
func (c *storyCard) splits() []groupJSON {
	var list []groupJSON
	seen := make(map[string]bool)
	for _, r := range c.rows {
		rows := c.events[r.event]
		if messages := messagesOf(rows); len(messages) > 1 && !seen[r.event] {
			list = append(list, groupOf(rows, func(r *storyRow) string {
				return "message " + strconv.Itoa(slices.Index(messages, r.message)+1)
			}))
		}
		seen[r.event] = true
	}
	return list
}

// story is the name of the row's story, "alone" where it has none.
func (r *storyRow) story() string {
	if !r.labelled {
		return "alone"
	}
	return strings.TrimPrefix(r.event, "story ")
}

// storiesJSON is how well articles were grouped, for programs.
type storiesJSON struct {
	Articles         int          `json:"articles"`
	Alone            int          `json:"alone"` // of these: without a story
	All              groupingJSON `json:"all"`
	Several          groupingJSON `json:"several"` // those whose story others tell too
	Stories          int          `json:"stories"`
	MessagesPerStory figure       `json:"messages_per_story"`
	Events           int          `json:"events"` // stories, and articles that are alone
	Merged           int          `json:"merged"` // events of which no message is their own
	MergedShare      figure       `json:"merged_share"`
	Background       int          `json:"background"` // articles
	Mixed            int          `json:"mixed"`      // articles that were put together with the background
	Merges           []groupJSON  `json:"merges,omitzero"`
	Splits           []groupJSON  `json:"splits,omitzero"`
}

// groupingJSON is B³ over a number of articles; null where there are none.
type groupingJSON struct {
	Articles  int    `json:"articles"`
	Precision figure `json:"precision"`
	Recall    figure `json:"recall"`
	F1        figure `json:"f1"`
}

// groupJSON is articles that were put together, or should have been.
type groupJSON []groupedJSON

type groupedJSON struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	ID    string `json:"id"`
	Where string `json:"where"` // the story of one that was merged, the message of one that was split off
	Title string `json:"title"`
}

func groupOf(rows []*storyRow, where func(*storyRow) string) groupJSON {
	g := groupJSON{}
	for _, r := range rows {
		g = append(g, groupedJSON{r.file, r.line, r.shown, where(r), r.title})
	}
	return g
}

// write prints the figures for people, below what went wrong.
func (r storiesJSON) write(out io.Writer) error {
	var b strings.Builder
	for _, g := range r.Merges {
		g.write(&b, "told together, and should not be")
	}
	for _, g := range r.Splits {
		g.write(&b, "told apart, and should not be")
	}
	rows := [][]string{{"B³ over", "articles", "precision", "recall", "F1"}}
	rows = append(rows, r.All.row("all"), r.Several.row("stories that several tell"))
	writeTable(&b, rows)
	fmt.Fprintf(&b, "%s messages a story, in the mean of %d\n", r.MessagesPerStory.format(3), r.Stories)
	fmt.Fprintf(&b, "%s without a message of their own, of %d: %s in 100\n", count(r.Merged, "event"), r.Events, ratio(100*r.Merged, r.Events).format(1))
	if r.Background > 0 {
		fmt.Fprintf(&b, "%s put together with those of the background\n", count(r.Mixed, "article"))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (g groupingJSON) row(name string) []string {
	return []string{name, strconv.Itoa(g.Articles), g.Precision.format(3), g.Recall.format(3), g.F1.format(3)}
}

// write prints a group below what is wrong with it.
func (g groupJSON) write(b *strings.Builder, what string) {
	fmt.Fprintf(b, "%s:%d: %s\n", g[0].File, g[0].Line, what)
	for _, a := range g {
		fmt.Fprintf(b, "    %s: %s  %s\n", oneLine(a.Where), oneLine(a.ID), oneLine(a.Title))
	}
	b.WriteByte('\n')
}
