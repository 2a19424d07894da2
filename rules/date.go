package rules

import (
	"errors"
	"time"
)

// Date is a day, in UTC.
type Date struct{ day time.Time } // its first moment

// UnmarshalText reads a day as 2027-03-01.
func (d *Date) UnmarshalText(text []byte) error {
	day, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return errors.New("must be a day such as 2027-03-01")
	}
	d.day = day
	return nil
}

// String returns the day as 2027-03-01.
func (d Date) String() string { return d.day.Format(time.DateOnly) }

// over reports whether the day has passed at now.
func (d Date) over(now time.Time) bool { return !now.Before(d.day.AddDate(0, 0, 1)) }
