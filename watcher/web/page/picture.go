package page

import (
	"fmt"
	"slices"
	"time"
)

// Picture is a row of bars, to be drawn as SVG. Lengths are of its own grid.
type Picture struct {
	Width, Height int
	Bars          []Bar
	Line          float64 // height of a line across from the top; 0 for none
	Label         string  // what it shows, for who does not see it
}

// Bar is a bar of a Picture.
type Bar struct {
	X, Y, Width, Height float64
	Class               string // bar, now, over
	Title               string
}

// The grid of a picture.
const (
	barWidth  = 6
	barGap    = 2
	barHeight = 28
	leastBar  = 1 // of a bar that stands for nothing, so that the row is seen
)

// bars draws a value each; the highest, or top where that is more, is the full
// height.
func bars(values []int, top int, title func(i int) string) Picture {
	p := Picture{Width: max(1, len(values)*(barWidth+barGap)-barGap), Height: barHeight}
	for _, v := range values {
		top = max(top, v)
	}
	for i, v := range values {
		b := Bar{X: float64(i * (barWidth + barGap)), Width: barWidth, Height: leastBar, Class: "none", Title: title(i)}
		if v > 0 {
			b.Height, b.Class = max(3, round(float64(barHeight)*float64(v)/float64(top))), "bar"
		}
		b.Y = barHeight - b.Height
		p.Bars = append(p.Bars, b)
	}
	return p
}

func round(f float64) float64 { return float64(int(f*10+0.5)) / 10 }

// sparkline draws counts a day, the last of them today.
func sparkline(counts []int, noun string, now time.Time) Picture {
	dayOf := func(i int) string { return now.UTC().AddDate(0, 0, i-len(counts)+1).Format("Mon 2 Jan") }
	p := bars(counts, 4, func(i int) string { return dayOf(i) + ": " + count(counts[i], noun) })
	sum, peak := 0, 0
	for i, n := range counts {
		sum += n
		if n > counts[peak] {
			peak = i
		}
	}
	p.Label = fmt.Sprintf("%s in %s", count(sum, noun), count(len(counts), "day"))
	if sum > 0 {
		p.Label += fmt.Sprintf(", most on %s: %d", dayOf(peak), counts[peak])
	}
	return p
}

// cadence draws the longest silence of each month, then the present one, and as a
// line from which one on the feed counts as silent.
func cadence(f *Feed, now time.Time) Picture {
	if f.Heard.IsZero() {
		return Picture{}
	}
	present := max(0, now.Sub(f.Heard))
	gaps := append(slices.Clone(f.Silences), present)
	minutes := make([]int, len(gaps))
	for i, g := range gaps {
		minutes[i] = int(g / time.Minute)
	}
	limit := int(f.Limit / time.Minute)
	top := max(60, slices.Max(minutes), limit+limit/8)
	last := len(gaps) - 1
	p := bars(minutes, top, func(i int) string {
		switch {
		case i == last:
			return "silent for " + span(present) + " now"
		case gaps[i] == 0:
			return "nothing is known of this month"
		}
		return "longest silence of a month: " + span(gaps[i])
	})
	p.Bars[last].Class = "now"
	p.Label = "Silent for " + span(present) + " now."
	if longest := slices.Max(gaps[:last+1]); longest > present {
		p.Label += " The longest silence in a year was " + span(longest) + "."
	}
	if limit > 0 {
		p.Line = round(barHeight - barHeight*float64(limit)/float64(top))
		p.Label += " It counts as silent after " + span(f.Limit) + "."
		if present > f.Limit {
			p.Bars[last].Class = "over"
		}
	}
	return p
}
