package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWrongCommandLinesAreNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"an argument", []string{"x"}, "want no arguments"},
		{"few feeds", []string{"-feeds", "99"}, "100 feeds or more"},
		{"no rounds", []string{"-rounds", "0"}, "a round at least"},
		{"an unknown flag", []string{"-x"}, flag.ErrHelp.Error()},
		{"an unknown scenario", []string{"-only", "rounds,none"}, `no scenario "none"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := run(context.Background(), test.args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
			if test.want == flag.ErrHelp.Error() && !errors.Is(err, flag.ErrHelp) {
				t.Errorf("error %v is said twice", err)
			}
		})
	}
}

func TestScenariosAreChosenByName(t *testing.T) {
	t.Parallel()
	all, err := choose(nil)
	if err != nil || len(all) != len(scenarios) {
		t.Errorf("%d scenarios: %v", len(all), err)
	}
	some, err := choose([]string{"idle", "rounds"})
	if err != nil || len(some) != 2 || some[0].name != "idle" || some[1].name != "rounds" {
		t.Errorf("chosen: %v %v", some, err)
	}
}
