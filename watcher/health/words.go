package health

import (
	"fmt"
	"time"
)

// Title says what changed, in a few words and in lower case.
func (c Change) Title() string {
	if c.Ended {
		switch c.Condition {
		case Silent, Stuck:
			return "feed brings news again"
		}
		return "feed can be read again"
	}
	switch c.Condition {
	case NoFeed:
		return "feed has turned into something else"
	case Parked:
		return "feed's domain is parked"
	case Gone:
		return "feed is gone for good"
	case Silent:
		return "feed has fallen silent"
	case Stuck:
		return "feed repeats itself"
	}
	return "feed keeps failing"
}

// Text says what changed, in a sentence or two. reason is why the last poll failed,
// for a feed that cannot be read.
func (c Change) Text(now time.Time, reason string) string {
	since := fmt.Sprintf("since %s (%s)", date(c.Since), span(now.Sub(c.Since)))
	if c.Ended {
		return fmt.Sprintf("%s for %s.", was(c.Condition), span(now.Sub(c.Since)))
	}
	switch c.Condition {
	case Gone:
		return fmt.Sprintf("Its server says so: %s. It is polled no more.", reason)
	case Silent:
		return fmt.Sprintf("Nothing new %s. In the year before %s.", since, never(c.Longest))
	case Stuck:
		return fmt.Sprintf("Its document is written anew, and holds nothing new %s. In the year before %s.", since, never(c.Longest))
	}
	return fmt.Sprintf("It cannot be read %s: %s.", since, reason)
}

// was is what a condition was when it has ended.
func was(c Condition) string {
	switch c {
	case Silent:
		return "It was silent"
	case Stuck:
		return "It repeated itself"
	case Gone:
		return "It was gone"
	}
	return "It could not be read"
}

// never says how long a feed was silent at the most.
func never(longest time.Duration) string {
	if longest < time.Hour {
		return "it never was silent for an hour"
	}
	return "it never was silent for more than " + span(longest)
}

// Words says in a few words how the feed is, for a list of feeds.
func (s State) Words(now time.Time) string {
	for _, t := range []Trouble{s.Down, s.Quiet} {
		if t.Condition != Well {
			return fmt.Sprintf("%s since %s (%s)", t.Condition, date(t.Since), span(now.Sub(t.Since)))
		}
	}
	switch {
	case s.Heard.IsZero():
		return "its rhythm is not known yet"
	case !s.known():
		return "well; its rhythm is being learnt"
	}
	return fmt.Sprintf("well; silent after %s", span(s.limit()))
}

func date(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 UTC") }

// span is a length of time in the unit that suits it.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 2*time.Hour:
		return count(d/time.Minute, "minute")
	case d < 2*day:
		return count(d/time.Hour, "hour")
	}
	return count(d/day, "day")
}

func count(n time.Duration, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", max(n, 0), unit)
}
