package config

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"tocsin/rules"
	"tocsin/rules/yamlfile"
	"tocsin/watcher/schedule"
)

// duration is a time span such as 90s, 15m, 8h or 30d, or a sum of these.
type duration time.Duration

var errDuration = errors.New("must be a duration such as 90s, 15m, 8h or 30d")

// ParseDuration reads a time span as the configuration has them.
func ParseDuration(text string) (time.Duration, error) {
	var d duration
	err := d.UnmarshalText([]byte(text))
	return time.Duration(d), err
}

// UnmarshalText reads a duration. A day is 24 hours.
func (d *duration) UnmarshalText(text []byte) error {
	s := string(text)
	var days time.Duration
	if n, rest, ok := strings.Cut(s, "d"); ok {
		count, err := strconv.ParseUint(n, 10, 16)
		if err != nil {
			return errDuration
		}
		days, s = time.Duration(count)*24*time.Hour, rest
	}
	if s == "0" || s == "" && len(text) > 0 {
		*d = duration(days)
		return nil
	}
	rest, err := time.ParseDuration(s)
	if err != nil || rest < 0 {
		return errDuration
	}
	*d = duration(days + rest)
	return nil
}

// size is a number of bytes such as 16MiB.
type size int64

var errSize = errors.New("must be a size such as 512KiB, 16MiB or 5GiB")

// units are the units of a size, by the power of 1024.
var units = []string{"B", "KiB", "MiB", "GiB"}

// UnmarshalText reads a size.
func (s *size) UnmarshalText(text []byte) error {
	digits := strings.TrimRight(string(text), "BKMGi")
	unit := string(text[len(digits):])
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil || n < 0 {
		return errSize
	}
	for power, u := range units {
		if u != unit {
			continue
		}
		if n > math.MaxInt64>>(10*power) {
			return errSize
		}
		*s = size(n << (10 * power))
		return nil
	}
	return errSize
}

// cronSpec is a schedule.
type cronSpec struct {
	schedule.Schedule
}

// UnmarshalText reads a cron spec.
func (c *cronSpec) UnmarshalText(text []byte) error {
	s, err := schedule.Parse(string(text))
	if err != nil {
		return yamlfile.Problem{Code: "schedule", Msg: err.Error()}
	}
	c.Schedule = s
	return nil
}

// digestSpec is a schedule, or none.
type digestSpec struct{ cronSpec }

// UnmarshalText reads a cron spec; an empty one is none.
func (d *digestSpec) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	return d.cronSpec.UnmarshalText(text)
}

// schedule is nil for none.
func (d *digestSpec) schedule() *schedule.Schedule {
	if d.String() == "" {
		return nil
	}
	return &d.Schedule
}

// severity is the name of a severity.
type severity rules.Severity

var severityNames = []string{"info", "low", "medium", "high", "critical"}

// UnmarshalText reads a severity.
func (s *severity) UnmarshalText(text []byte) error {
	v, ok := rules.ParseSeverity(string(text))
	if !ok {
		return notOneOf(string(text), severityNames)
	}
	*s = severity(v)
	return nil
}

// notOneOf is the error of a word that is none of those allowed.
func notOneOf(word string, allowed []string) error {
	text := "must be " + yamlfile.OneOf(allowed, "or") + ", not " + strconv.Quote(word)
	if hint := yamlfile.DidYouMean(word, allowed); hint != "" {
		text += " (" + hint + ")"
	}
	return errors.New(text)
}
