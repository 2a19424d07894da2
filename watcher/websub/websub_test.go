package websub

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestForm(t *testing.T) {
	t.Parallel()
	r := Request{Mode: Subscribe, Topic: "https://paper.example/feed?a=b&c", Callback: "https://me.example/websub/t", Secret: "s"}
	want := "hub.callback=https%3A%2F%2Fme.example%2Fwebsub%2Ft&hub.lease_seconds=864000&hub.mode=subscribe&hub.secret=s" +
		"&hub.topic=https%3A%2F%2Fpaper.example%2Ffeed%3Fa%3Db%26c"
	if d := cmp.Diff(want, r.Form().Encode()); d != "" {
		t.Error(d)
	}
	r.Mode = Unsubscribe
	want = "hub.callback=https%3A%2F%2Fme.example%2Fwebsub%2Ft&hub.mode=unsubscribe&hub.topic=https%3A%2F%2Fpaper.example%2Ffeed%3Fa%3Db%26c"
	if d := cmp.Diff(want, r.Form().Encode()); d != "" {
		t.Error(d)
	}
}

func TestLeases(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for seconds, want := range map[string]time.Duration{
		"": Lease, "0": 0, "-5": 0, "soon": 0, "86400": day, "1e9": 0,
		"4294967295": maxLease, "99999999999999999999": 0,
	} {
		if got := leaseOf(seconds); got != want {
			t.Errorf("%q is a lease of %s, want %s", seconds, got, want)
		}
	}
	for _, lease := range []time.Duration{shortLease, day, maxLease} {
		if after, spread := Renewal(lease); after < lease/2 || after+spread >= lease || spread <= 0 {
			t.Errorf("a lease of %s is renewed after %s and %s", lease, after, spread)
		}
	}
	if after, _ := Renewal(0); after < time.Hour {
		t.Errorf("no lease is renewed after %s", after)
	}
}

func TestWaitsGrowAndEnd(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(int) time.Duration{"Retry": Retry, "Unverified": Unverified, "Refused": Refused} {
		last := time.Duration(0)
		for failures := 1; failures < 100; failures++ {
			got := wait(failures)
			if got < last || got < 15*time.Minute || got > 7*24*time.Hour {
				t.Errorf("%s(%d) is %s, after %s", name, failures, got, last)
			}
			last = got
		}
	}
}
