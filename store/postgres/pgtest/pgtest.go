// Package pgtest runs PostgreSQL servers for tests, from the programs that are
// installed on the machine: on a socket in a temporary folder, for as long as the
// test process lives, however it ends.
//
// It is for tests alone: its servers keep nothing over a power cut.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a server of its own.
type Server struct {
	bin     string // the folder of its programs
	dir     string // its own folder, with the data and the socket
	options []string
	as      *syscall.Credential // nil: as this process
	guard   io.Closer           // once closed, the server is stopped and its folder removed
	next    *atomic.Int64       // number of the next database
}

// user is the superuser of every server.
const superuser = "tocsin"

// errMissing is that there is nothing to start.
var errMissing = errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")

// shared is the server of this process.
var shared = sync.OnceValues(func() (*Server, error) { return start("fsync=off") })

// Database returns the URL of a new, empty database on a server that the tests
// of this process share. It is removed when the test ends. Where no PostgreSQL
// is installed, the test is skipped.
func Database(tb testing.TB) string {
	tb.Helper()
	s, err := shared()
	check(tb, err)
	return s.Database(tb)
}

// Lasting returns the URL of a new, empty database on the shared server that is
// there until the process ends, for tests that use one after the other: making
// one takes longer than most tests. Where no PostgreSQL is installed, the test is
// skipped.
func Lasting(tb testing.TB) string {
	tb.Helper()
	s, err := shared()
	check(tb, err)
	name, err := s.create()
	check(tb, err)
	return s.URL(name)
}

// New starts a server of the test's own, with settings such as "fsync=on"; it is
// stopped when the test ends. Where no PostgreSQL is installed, the test is
// skipped.
func New(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	s, err := start(append([]string{"fsync=off"}, settings...)...)
	check(tb, err)
	tb.Cleanup(func() { s.guard.Close() })
	return s
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if errors.Is(err, errMissing) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// Database returns the URL of a new, empty database, which is removed when the
// test ends.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	name, err := s.create()
	check(tb, err)
	tb.Cleanup(func() {
		if err := s.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			tb.Log(err) // a server that is stopped, perhaps
		}
	})
	return s.URL(name)
}

// create makes a new, empty database.
func (s *Server) create() (name string, err error) {
	name = fmt.Sprintf("test%d", s.next.Add(1))
	return name, s.run("CREATE DATABASE " + name)
}

// URL is that of a database of the server.
func (s *Server) URL(database string) string {
	return "postgres://" + superuser + "@/" + database + "?" + url.Values{"host": {s.dir}}.Encode()
}

// Socket is where the server listens.
func (s *Server) Socket() string { return filepath.Join(s.dir, ".s.PGSQL.5432") }

// run runs a statement in the database that every server has.
func (s *Server) run(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// start makes a server and starts it.
func start(settings ...string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin, next: new(atomic.Int64)}
	if s.as, err = otherUser(); err != nil {
		return nil, err
	}
	if s.dir, err = folder(s.as); err != nil {
		return nil, err
	}
	for _, setting := range append(settings,
		"listen_addresses=", "unix_socket_directories="+s.dir, "max_connections=200", "shared_buffers=64MB",
		"full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB", "log_min_messages=fatal") {
		s.options = append(s.options, "-c", setting)
	}
	if err := s.command("initdb", "--no-sync", "--no-instructions", "--auth=trust", "--username="+superuser,
		"--encoding=UTF8", "--locale=C", "--pgdata="+s.data()); err != nil {
		os.RemoveAll(s.dir)
		return nil, err
	}
	if err := s.watch(); err != nil {
		os.RemoveAll(s.dir)
		return nil, err
	}
	if err := s.Start(); err != nil {
		s.guard.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// Start starts the server again after Stop.
func (s *Server) Start() error {
	return s.command("pg_ctl", "start", "--wait", "--silent", "--pgdata="+s.data(),
		"--log="+filepath.Join(s.dir, "log"), "--options="+strings.Join(quoted(s.options), " "))
}

// quoted are arguments as pg_ctl wants its options, which a shell reads.
func quoted(args []string) []string {
	var all []string
	for _, a := range args {
		all = append(all, "'"+a+"'")
	}
	return all
}

// Stop stops the server at once: connections are cut, and what was committed is
// found again at the next start.
func (s *Server) Stop() error {
	return s.command("pg_ctl", "stop", "--wait", "--silent", "--mode=immediate", "--pgdata="+s.data())
}

// watch starts a process that waits for the end of this one, however it comes,
// and then stops the server and removes its folder.
func (s *Server) watch() error {
	cmd := exec.Command("/bin/sh", "-c", `
		cat
		"$1/pg_ctl" stop --silent --mode=immediate --pgdata="$2/data" >/dev/null 2>&1
		rm -rf "$2"`, "sh", s.bin, s.dir)
	cmd.Dir = s.dir
	// What is sent to the process group of the tests, such as Ctrl-C, is not for it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setsid: true}
	guard, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	s.guard = guard
	return cmd.Start()
}

// command runs one of the server's programs.
func (s *Server) command(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setsid: true}
	// A file, since a server that goes on has it open, and a pipe would be waited
	// for.
	out, err := os.CreateTemp(s.dir, name)
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		return fmt.Errorf("%s: %w\n%s%s", name, err, said, log)
	}
	return nil
}

// programs returns the folder of the newest server that is installed.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.SortFunc(found, func(a, b string) int { return major(b) - major(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(initdb), nil
	}
	return "", errMissing
}

// major is the version in a path of Debian's.
func major(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// otherUser is who a server runs as where this process is root, which no server
// wants to be; nil means this user.
func otherUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// folder makes a folder of the server's user. Its path is short, since that of a
// socket may have about 100 bytes.
func folder(as *syscall.Credential) (string, error) {
	dir, err := os.MkdirTemp("/tmp", "tocsin-pg-")
	if err == nil && as != nil {
		err = os.Chown(dir, int(as.Uid), int(as.Gid))
	}
	return dir, err
}
