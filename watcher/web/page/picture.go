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
	top := int(f.Limit / time.Minute)
	p := bars(minutes, top+top/8, func(i int) string {
		if i == len(gaps)-1 {
			return "now silent for " + span(present)
		}
		return "longest silence of a month: " + span(gaps[i])
	})
	last := &p.Bars[len(p.Bars)-1]
	last.Class = "now"
	p.Label = "Silent for " + span(present) + " now."
	if n := len(f.Silences); n > 0 {
		p.Label += fmt.Sprintf(" The longest silence in %s was %s.", count(n, "month"), span(slices.Max(f.Silences)))
	}
	if f.Limit > 0 {
		for _, m := range minutes {
			top = max(top+0, m)
		}
		highest := max(slices.Max(minutes), int(f.Limit/time.Minute)*9/8)
		p.Line = round(barHeight - float64(barHeight)*float64(f.Limit/time.Minute)/float64(highest))
		p.Label += " It counts as silent after " + span(f.Limit) + "."
		if present > f.Limit {
			last.Class = "over"
		}
	}
	return p
}
