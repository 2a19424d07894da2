package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// report prints figures as they come.
type report struct{ out io.Writer }

// figure prints a figure, what it is to be at the most ("" for nothing), and
// notes.
func (r *report) figure(name, value, target, format string, notes ...any) {
	if target != "" {
		target = "≤ " + target
	}
	fmt.Fprintf(r.out, "%-34s %12s  %-10s %s\n", name, value, target, fmt.Sprintf(format, notes...))
}

// perThousand is a CPU time for n feeds as seconds for a thousand.
func perThousand(cpu time.Duration, n int) float64 { return cpu.Seconds() * 1000 / float64(n) }

func seconds(s float64) string      { return fmt.Sprintf("%.3f s", s) }
func megabytes(n int64) string      { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
func millis(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1e3) }
func times(a, b float64) string     { return fmt.Sprintf("%.2f ×", a/b) }
func least(all []usage) (best usage) {
	return slices.MinFunc(all, func(a, b usage) int { return int(a.cpu - b.cpu) })
}

// peak is the highest of the peaks.
func peak(all []usage) int64 {
	return slices.MaxFunc(all, func(a, b usage) int { return int(a.peak - b.peak) }).peak
}

// quantile is the least of some durations that so large a share of them does not
// exceed. It sorts them.
func quantile(all []time.Duration, share float64) time.Duration {
	slices.Sort(all)
	i := int(share * float64(len(all)))
	return all[min(i, len(all)-1)]
}
