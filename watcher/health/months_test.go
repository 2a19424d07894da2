package health_test

import (
	"testing"
	"time"
)

func TestTheGapsOfAYearAreInTheirMonths(t *testing.T) {
	t.Parallel()
	l := daily()
	months := l.state.Months(l.now)
	if len(months) != 13 {
		t.Fatalf("%d months", len(months))
	}
	for i, gap := range months {
		if gap != 24*time.Hour {
			t.Errorf("month %d has %s", i, gap)
		}
	}
	if later := l.state.Months(l.now.AddDate(0, 0, 60)); later[12] != 0 || later[11] != 0 || later[10] != 24*time.Hour {
		t.Errorf("two months later: %v", later)
	}
	if got := l.state.Limit(); got != 3*day {
		t.Errorf("it is silent after %s", got)
	}
	l.state.Gaps = 3
	if got := l.state.Limit(); got != 0 {
		t.Errorf("with three gaps it is silent after %s", got)
	}
}
