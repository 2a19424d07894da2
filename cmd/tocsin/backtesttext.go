package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/watcher"
)

// maxListed is how many lines of a list are shown, unless all are.
const maxListed = 10

// backtestText is a backtest for people: the sums, what in the rules did it, and
// the alerts themselves. Nothing of what feeds hold in it can steer a terminal.
func backtestText(b *watcher.Backtest, all bool, zone *time.Location) string {
	var w strings.Builder
	day := func(t time.Time) string { return t.In(zone).Format(time.DateOnly) }
	fmt.Fprintf(&w, "%s of %s, seen from %s to %s (%.1f days)\n", count(b.Articles, "article"), count(b.Feeds, "feed"), day(b.From), day(b.To), b.Days())
	fmt.Fprintf(&w, "alerts a day: %s → %s (%d → %d in all)\n", perDay(b, b.Before), perDay(b, b.Now), b.Before, b.Now)
	kinds := make(map[watcher.ChangeKind][]watcher.AlertChange)
	for _, c := range b.Changes {
		kinds[c.Kind] = append(kinds[c.Kind], c)
	}
	fmt.Fprintf(&w, "%d come, %d go, %d stay", len(kinds[watcher.Comes]), len(kinds[watcher.Goes]), b.Stay)
	if n := len(kinds[watcher.Reweighed]); n > 0 {
		fmt.Fprintf(&w, ", %d of these with another severity", n)
	}
	w.WriteByte('\n')
	if len(b.Changes) > 1 {
		list(&w, "\nwhat did it", causes(b.Changes), all)
	}
	for _, kind := range []watcher.ChangeKind{watcher.Comes, watcher.Goes, watcher.Reweighed} {
		list(&w, "\n"+kindWords[kind], each(kinds[kind], func(c watcher.AlertChange) string { return changeText(c, zone) }), all)
	}
	return w.String()
}

var kindWords = map[watcher.ChangeKind]string{
	watcher.Comes: "come", watcher.Goes: "go", watcher.Reweighed: "have another severity",
}

// list writes a list, cut to what people read.
func list(w *strings.Builder, title string, lines []string, all bool) {
	if len(lines) == 0 {
		return
	}
	w.WriteString(title + "\n")
	for i, l := range lines {
		if i == maxListed && !all {
			fmt.Fprintf(w, "  … and %d more (--all lists them)\n", len(lines)-i)
			return
		}
		w.WriteString("  " + l + "\n")
	}
}

// changeText is a change in two lines.
func changeText(c watcher.AlertChange, zone *time.Location) string {
	severity := c.Severity.String()
	if c.Was != c.Severity {
		severity = fmt.Sprintf("%s → %s", c.Was, c.Severity)
	}
	return fmt.Sprintf("%s  %s  %s  %s (%s)\n    %s: %s", c.At.In(zone).Format("2006-01-02 15:04"), oneLine(c.Channel), severity,
		cut(oneLine(c.Article.Title)), c.Article.ID, oneLine(c.Rule), because(c))
}

// maxListedTitle is how many characters of a title a list shows.
const maxListedTitle = 100

func cut(title string) string {
	if runes := []rune(title); len(runes) > maxListedTitle {
		return string(runes[:maxListedTitle]) + "…"
	}
	return title
}

func because(c watcher.AlertChange) string { return oneLine(strings.Join(c.Because, "; ")) }

// causes counts the changes by what did it, the commonest first.
func causes(changes []watcher.AlertChange) []string {
	counts := make(map[string]int)
	var order []string
	for _, c := range changes {
		cause := fmt.Sprintf("%s  %s: %s", kindWords[c.Kind], oneLine(c.Rule), because(c))
		if counts[cause] == 0 {
			order = append(order, cause)
		}
		counts[cause]++
	}
	slices.SortStableFunc(order, func(x, y string) int { return cmp.Compare(counts[y], counts[x]) })
	return each(order, func(cause string) string { return fmt.Sprintf("%d %s", counts[cause], cause) })
}

// perDay is a number of alerts a day, in words.
func perDay(b *watcher.Backtest, alerts int) string { return fmt.Sprintf("%.1f", b.PerDay(alerts)) }

// What backtest prints for programs. Times are UTC.
type (
	backtestJSON struct {
		Articles int              `json:"articles"`
		Feeds    int              `json:"feeds"`
		From     time.Time        `json:"from"`
		To       time.Time        `json:"to"`
		Days     float64          `json:"days"`
		LeftOut  unknownFeedsJSON `json:"left_out"` // of feeds that are not in the configuration
		Against  alertsADayJSON   `json:"against"`
		Rules    alertsADayJSON   `json:"rules"`
		Stay     int              `json:"stay"`
		Changes  []alertDiffJSON  `json:"changes"`
	}
	unknownFeedsJSON struct {
		Articles int `json:"articles"`
		Feeds    int `json:"feeds"`
	}
	alertsADayJSON struct {
		Alerts int     `json:"alerts"`
		PerDay float64 `json:"per_day"`
	}
	alertDiffJSON struct {
		Change   string    `json:"change"` // comes, goes, or severity
		At       time.Time `json:"at"`
		Channel  string    `json:"channel"`
		Severity string    `json:"severity"`
		Was      string    `json:"was,omitempty"` // the severity before, where that changes
		Story    string    `json:"story"`
		Article  otherJSON `json:"article"`
		Rule     string    `json:"rule"`
		Because  []string  `json:"because"`
	}
)

func backtestJSONOf(b *watcher.Backtest) backtestJSON {
	return backtestJSON{
		Articles: b.Articles, Feeds: b.Feeds, From: b.From, To: b.To, Days: b.Days(),
		LeftOut: unknownFeedsJSON{b.LeftOut, b.LeftOutFeeds},
		Against: alertsADayJSON{b.Before, b.PerDay(b.Before)},
		Rules:   alertsADayJSON{b.Now, b.PerDay(b.Now)},
		Stay:    b.Stay,
		Changes: each(b.Changes, func(c watcher.AlertChange) alertDiffJSON {
			d := alertDiffJSON{
				Change: string(c.Kind), At: c.At, Channel: c.Channel, Severity: c.Severity.String(), Story: c.Story,
				Article: toOtherJSON(c.Article), Rule: c.Rule, Because: c.Because,
			}
			if c.Was != c.Severity {
				d.Was = c.Was.String()
			}
			return d
		}),
	}
}
