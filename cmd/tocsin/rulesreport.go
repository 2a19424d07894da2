package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tocsin/rules"
	"tocsin/store"
	"tocsin/watcher/feedback"
)

func newRulesReport(e *env) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Hits, votes, precision with its uncertainty, last hit of every rule",
		Long: `Prints a line a rule: how many articles it matched since --since, when the last one was, at how
many alerts more people voted useful than not relevant and the other way round, and its
precision: the share of useful alerts, with the range in which it lies with a confidence of
95 %. A few votes leave a wide range. Those come first that need a look the most: with votes,
by how good they can be at best; then those without, by their hits.

People vote by the buttons at messages. Works beside a running daemon.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			ctx, stop := untilSignal()
			defer stop()
			return e.rulesReport(ctx, o)
		},
	}
	cmd.Flags().StringVar(&o.since, "since", "90d", "from when on matches and votes count: a `time` span such as 30d, or a day such as 2026-03-01")
	cmd.Flags().BoolVar(&o.json, "json", false, "print a JSON array")
	return cmd
}

type reportOptions struct {
	since string
	json  bool
}

func (e *env) rulesReport(ctx context.Context, o reportOptions) error {
	since, err := parseSince(o.since, time.Now())
	if err != nil {
		return err
	}
	s, err := e.loadSettings(time.Now())
	if err != nil {
		return err
	}
	db, err := openToRead(ctx, s.config)
	if err != nil {
		return err
	}
	defer db.Close()
	hits, err := db.RuleHits(ctx, since)
	if err != nil {
		return storeTrouble(err)
	}
	votes, err := votesSince(ctx, db, "", since)
	if err != nil {
		return storeTrouble(err)
	}
	rows := feedback.Report(s.rules.Rules(), hits, votes)
	if o.json {
		return printJSON(e.stdout, each(rows, reportRowJSON))
	}
	_, err = io.WriteString(e.stdout, reportText(rows, time.Local))
	return err
}

// votesSince returns the votes for a rule, or for all where it is "", that were cast at
// since or later.
func votesSince(ctx context.Context, db store.Store, rule string, since time.Time) (votes []store.Vote, err error) {
	all, err := db.Votes(ctx, rule)
	for _, v := range all {
		if !v.At.Before(since) {
			votes = append(votes, v)
		}
	}
	return votes, err
}

// reportText is a report for people.
func reportText(rows []feedback.Row, zone *time.Location) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "rule\thits\tlast hit\tuseful\tnot relevant\tprecision (95 %)")
	for _, r := range rows {
		last := "never"
		if !r.Last.IsZero() {
			last = r.Last.In(zone).Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s%s\t%d\t%s\t%d\t%d\t%s\n", oneLine(r.Rule), rowNote(&r), r.Hits, last, r.Useful, r.NotRelevant, precisionText(&r))
	}
	w.Flush()
	return b.String()
}

// rowNote says what is special about a rule.
func rowNote(r *feedback.Row) string {
	switch {
	case !r.Known:
		return " (gone)"
	case r.State != rules.Live:
		return " (" + r.State.String() + ")"
	}
	return ""
}

func precisionText(r *feedback.Row) string {
	if r.Decided() == 0 {
		return "no votes"
	}
	p, low, high := r.Precision()
	return fmt.Sprintf("%.0f %% (%.0f to %.0f)", 100*p, 100*low, 100*high)
}

// reportRow is a rule as report prints it for programs. Times are UTC.
type reportRow struct {
	Rule        string     `json:"rule"`
	Status      string     `json:"status"` // live, shadow, off or gone
	Hits        int        `json:"hits"`
	LastHit     *time.Time `json:"last_hit"` // null: never
	Useful      int        `json:"useful"`
	NotRelevant int        `json:"not_relevant"`
	Undecided   int        `json:"undecided"`
	Precision   *float64   `json:"precision"` // null: no votes
	Low         float64    `json:"precision_low"`
	High        float64    `json:"precision_high"`
}

func reportRowJSON(r feedback.Row) reportRow {
	out := reportRow{Rule: r.Rule, Status: r.State.String(), Hits: r.Hits, Useful: r.Useful, NotRelevant: r.NotRelevant, Undecided: r.Undecided}
	if !r.Known {
		out.Status = "gone"
	}
	if !r.Last.IsZero() {
		out.LastHit = &r.Last
	}
	p, low, high := r.Precision()
	if out.Low, out.High = low, high; r.Decided() > 0 {
		out.Precision = &p
	}
	return out
}
