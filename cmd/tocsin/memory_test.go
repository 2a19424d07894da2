package main

import "testing"

func TestMemoryIsGivenBackOnceABurstIsOver(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	for _, tt := range []struct {
		name      string
		allocated []uint64 // at each look
		want      string   // a letter a look: b for given back
	}{
		{"a start and nothing after it", []uint64{20 * mb, 20 * mb, 20 * mb}, "-b-"},
		{"a small start", []uint64{10 * mb, 10 * mb}, "--"},
		{"a burst that goes on", []uint64{20 * mb, 40 * mb, 60 * mb, 61 * mb, 62 * mb}, "---b-"},
		{"a trickle", []uint64{3 * mb, 6 * mb, 9 * mb, 12 * mb, 15 * mb, 18 * mb, 21 * mb}, "-----b-"},
		{"one burst after another", []uint64{40 * mb, 40 * mb, 80 * mb, 80 * mb, 80 * mb}, "-b-b-"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var l lull
			got := ""
			for _, n := range tt.allocated {
				if l.over(n) {
					got += "b"
				} else {
					got += "-"
				}
			}
			if got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}
