package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
)

// roleEnv makes this test binary play a part as a process of its own, on the
// store that its one argument names.
const roleEnv = "TOCSIN_SQLITE_TEST_ROLE"

var roles = map[string]func(ctx context.Context, path string) error{
	"hold leases":  holdLeases,
	"commit polls": commitPolls,
}

func TestMain(m *testing.M) {
	role := roles[os.Getenv(roleEnv)]
	if role == nil {
		goleak.VerifyTestMain(m)
		return
	}
	if err := role(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// process is another process that plays a role.
type process struct {
	*exec.Cmd
	lines *bufio.Scanner // what it says
}

// start starts a process in a role. It is killed when the test ends, if not
// before.
func start(t *testing.T, role, path string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), roleEnv+"="+role)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: cmd, lines: bufio.NewScanner(out)}
	t.Cleanup(p.kill)
	return p
}

// kill ends the process without any warning, and waits until it is gone.
func (p *process) kill() {
	p.Process.Kill()
	p.Wait()
}

// says waits for the process's next line.
func (p *process) says(t *testing.T) string {
	t.Helper()
	if !p.lines.Scan() {
		t.Fatal("the other process has ended")
	}
	return p.lines.Text()
}
