package main

import (
	"log/slog"
	"strings"
	"sync"
	"time"

	sdnotify "github.com/coreos/go-systemd/v22/daemon"
)

// systemd tells the service manager how the daemon is. Where there is none it
// does nothing.
type systemd struct {
	log  *slog.Logger
	send func(state string) error
	mu   sync.Mutex
	line string // the status that was told last
}

func newSystemd(log *slog.Logger) *systemd {
	return &systemd{log: log, send: func(state string) error {
		_, err := sdnotify.SdNotify(false, state)
		return err
	}}
}

// tell sends assignments, such as READY=1.
func (s *systemd) tell(state ...string) {
	if err := s.send(strings.Join(state, "\n")); err != nil {
		s.log.Warn("systemd cannot be told", "state", state[0], "err", err)
	}
}

// ready says that the daemon is up, or that a reload is over.
func (s *systemd) ready(status string) { s.tell(sdnotify.SdNotifyReady, s.noted(status)) }

// reloading says that the daemon reloads; it lasts until ready. The time is what
// services of Type=notify-reload have to give, and others may.
func (s *systemd) reloading() { s.tell(sdnotify.SdNotifyReloading, sdnotify.SdNotifyMonotonicUsec()) }

// stopping says that the daemon ends.
func (s *systemd) stopping() { s.tell(sdnotify.SdNotifyStopping, s.noted("ending what has begun")) }

// alive feeds the watchdog.
func (s *systemd) alive() { s.tell(sdnotify.SdNotifyWatchdog) }

// status shows a line in systemctl status, where it is another one than before.
func (s *systemd) status(line string) {
	s.mu.Lock()
	same := s.line == line
	s.mu.Unlock()
	if !same {
		s.tell(s.noted(line))
	}
}

// noted is the assignment for a status, which is one line whatever is in it.
func (s *systemd) noted(line string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line = line
	return "STATUS=" + strings.Join(strings.Fields(line), " ")
}

// beat is how often the watchdog is to be fed: three times in its period, and at
// least once in a time.
func (s *systemd) beat(atLeast time.Duration) time.Duration {
	period, err := sdnotify.SdWatchdogEnabled(false)
	if err != nil {
		s.log.Warn("systemd's watchdog cannot be understood", "err", err)
	}
	if period <= 0 {
		return atLeast
	}
	return min(atLeast, period/3)
}
