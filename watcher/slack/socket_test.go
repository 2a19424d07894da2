package slack_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/watcher/slack"
	"tocsin/watcher/slack/slacktest"
)

var ann = slacktest.Person{ID: "U0ANN", Name: "ann"}

// logBuffer is a log that may be written and read at once.
type logBuffer struct {
	mu   sync.Mutex
	b    bytes.Buffer
	news chan<- struct{} // gets an element when there is a new line
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.news <- struct{}{}:
	default:
	}
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// heard is a socket that runs until the test ends, and what it heard.
type heard struct {
	t     *testing.T
	slack *slacktest.Server
	log   logBuffer
	stop  func()

	mu     sync.Mutex
	events []slack.Event
	news   chan struct{} // has an element when there is a new event
	hold   chan struct{} // nil, or what acting waits for
}

func hear(t *testing.T, s *slacktest.Server, token string) *heard {
	t.Helper()
	h := &heard{t: t, slack: s, news: make(chan struct{}, 1)}
	h.log.news = h.news
	socket := slack.NewSocket(slog.New(slog.NewTextHandler(&h.log, nil)), token, s.APIURL(), newHTTPClient(t))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		socket.Run(ctx, h.act)
	}()
	h.stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	t.Cleanup(h.stop)
	return h
}

func (h *heard) act(_ context.Context, e slack.Event) {
	h.mu.Lock()
	h.events = append(h.events, e)
	hold := h.hold
	h.mu.Unlock()
	select {
	case h.news <- struct{}{}:
	default:
	}
	if hold != nil {
		<-hold
	}
}

// ids are those of the events heard, in order of the IDs.
func (h *heard) ids() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []string
	for _, e := range h.events {
		ids = append(ids, e.ID)
	}
	slices.Sort(ids)
	return ids
}

// until waits until something is so.
func (h *heard) until(what string, so func() bool) {
	h.t.Helper()
	for limit := time.After(time.Minute); ; {
		changed := h.slack.Changed()
		if so() {
			return
		}
		select {
		case <-changed:
		case <-h.news:
		case <-limit:
			h.t.Fatalf("not so after a minute: %s; heard %v\n%s", what, h.ids(), &h.log)
		}
	}
}

func (h *heard) untilConnected() {
	h.t.Helper()
	h.until("two connections", func() bool { return h.slack.Sockets() == 2 })
}

func (h *heard) untilHeard(ids ...string) {
	h.t.Helper()
	h.until(fmt.Sprintf("hearing %v", ids), func() bool {
		all := h.ids()
		return !slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(all, id) })
	})
}

// answerable starts a Slack with a message that has buttons, and returns its place.
func answerable(t *testing.T) (*slacktest.Server, *slack.Client, slack.Receipt) {
	t.Helper()
	s := newServer(t, slacktest.Options{})
	c := newClient(t, s)
	c.ShowButtons(func(context.Context, string) ([]slack.Deed, error) { return nil, nil })
	receipt, err := c.Post(t.Context(), general, sample("the-key"))
	if err != nil {
		t.Fatal(err)
	}
	return s, c, receipt
}

func TestAClickIsHeardAsWhatItIs(t *testing.T) {
	t.Parallel()
	s, _, at := answerable(t)
	h := hear(t, s, slacktest.AppToken)
	id := s.Press(ann, general, at.TS, "not_relevant")
	h.untilHeard(id)
	e := h.events[0]
	if e.Click == nil || e.Command != nil {
		t.Fatalf("it is no click: %+v", e)
	}
	if want := (slack.Person{ID: "U0ANN", Name: "ann"}); e.By != want {
		t.Errorf("it is by %+v, want %+v", e.By, want)
	}
	got := []any{e.Click.Button, e.Click.Key, e.Click.Message, e.Origin.Channel, e.Origin.Person}
	want := []any{slack.ButtonNotRelevant, "the-key", at, general, "U0ANN"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("click (-want +got):\n%s", diff)
	}
	if age := time.Since(e.Click.At); age < -time.Hour || age > time.Hour {
		t.Errorf("it was at %v", e.Click.At)
	}
}

func TestSomebodyOfAnotherWorkspaceIsAGuest(t *testing.T) {
	t.Parallel()
	s, _, at := answerable(t)
	h := hear(t, s, slacktest.AppToken)
	h.untilHeard(s.Press(slacktest.Person{ID: "U0EVE", Name: "eve", Team: "T0OTHER001"}, general, at.TS, "useful"))
	if !h.events[0].By.Guest {
		t.Error("they are taken for a member")
	}
}

func TestACommandIsHeardAsWhatItIs(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	h := hear(t, s, slacktest.AppToken)
	h.untilHeard(s.Slash(ann, general, "mute rule:a.b 2h"))
	e := h.events[0]
	if e.Command == nil || e.Command.Text != "mute rule:a.b 2h" || e.By.ID != "U0ANN" || e.Origin.Channel != general {
		t.Errorf("it is %+v", e)
	}
}

func TestAnEventIsAcknowledgedBeforeItIsActedOn(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	h := hear(t, s, slacktest.AppToken)
	h.hold = make(chan struct{})
	var ids []string
	for range 30 {
		ids = append(ids, s.Slash(ann, general, "status"))
	}
	h.until("all are acknowledged", func() bool {
		return !slices.ContainsFunc(ids, func(id string) bool { return s.Acked(id) == 0 })
	})
	close(h.hold)
	h.untilHeard(ids...)
}

func TestNoClickIsLostOverReconnects(t *testing.T) {
	t.Parallel()
	for name, disturb := range map[string]func(*slacktest.Server){
		"Slack warns":              func(s *slacktest.Server) { s.Disconnect("warning") },
		"Slack asks for a refresh": func(s *slacktest.Server) { s.Disconnect("refresh_requested") },
		"the network breaks":       (*slacktest.Server).CutSockets,
		"a reconnect fails a few times": func(s *slacktest.Server) {
			s.Fail("apps.connections.open", slacktest.Reset, slacktest.Overloaded, slacktest.ProxyPage)
			s.CutSockets()
		},
		"acknowledgements are lost first": func(s *slacktest.Server) {
			s.LoseAcks(true)
			s.Slash(ann, general, "lost")
			s.CutSockets()
			s.LoseAcks(false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _, at := answerable(t)
			h := hear(t, s, slacktest.AppToken)
			h.untilConnected()
			var ids []string
			for range 5 {
				disturb(s)
				ids = append(ids, s.Press(ann, general, at.TS, "useful"), s.Slash(ann, general, "status"))
				h.untilHeard(ids...)
				h.untilConnected()
			}
			h.until("all are acknowledged", func() bool {
				return !slices.ContainsFunc(ids, func(id string) bool { return s.Acked(id) == 0 })
			})
		})
	}
}

func TestWhatComesAgainHasTheSameID(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	s.DeliverTwice()
	h := hear(t, s, slacktest.AppToken)
	id := s.Slash(ann, general, "status")
	h.until("both are heard", func() bool { return len(h.ids()) == 2 })
	if diff := cmp.Diff([]string{id, id}, h.ids()); diff != "" {
		t.Errorf("IDs (-want +got):\n%s", diff)
	}
}

func TestWhatWasAcknowledgedIsActedOnWhenTheSocketEnds(t *testing.T) {
	t.Parallel()
	s := newServer(t, slacktest.Options{})
	h := hear(t, s, slacktest.AppToken)
	h.hold = make(chan struct{})
	h.untilHeard(s.Slash(ann, general, "status"))
	stopped := make(chan struct{})
	go func() {
		h.stop()
		close(stopped)
	}()
	h.until("the connections end", func() bool { return s.Sockets() == 0 })
	select {
	case <-stopped:
		t.Error("it ends while something is acted on")
	default:
	}
	close(h.hold)
	<-stopped
}

func TestATokenThatIsRefusedIsSaidOnceAndNeverShown(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		slacktest.Token:         "use the app-level token, xapp-…, and not the bot token",
		"xapp-1-A1-wrong-token": "the app token is wrong",
	} {
		s := newServer(t, slacktest.Options{})
		h := hear(t, s, token)
		h.until("it is said", func() bool { return strings.Contains(h.log.String(), want) })
		h.stop()
		if n := strings.Count(h.log.String(), "do nothing"); n > 2 { // once a connection
			t.Errorf("it is said %d times:\n%s", n, &h.log)
		}
		if strings.Contains(h.log.String(), token) {
			t.Errorf("the log has the token:\n%s", &h.log)
		}
	}
}

func TestNoSecretOfASocketIsLogged(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]slacktest.Fault{
		"reset":      slacktest.Reset,
		"overloaded": slacktest.Overloaded,
		"limited":    slacktest.RateLimited(0),
		"a page":     slacktest.ProxyPage,
		"no answer":  slacktest.EmptyPage,
		"echo":       {Code: "fatal_error " + slacktest.AppToken},
		"no address": {Body: `{"ok":true,"url":"ws://127.0.0.1:1/\u007fsecret-ticket-x"}`},
		"no socket":  {Body: `{"ok":true,"url":"ws://127.0.0.1:1/link/secret-ticket-x"}`},
		"no scope":   {Code: "missing_scope", Needed: "connections:write"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, slacktest.Options{})
			s.Fail("apps.connections.open", fault, fault)
			h := hear(t, s, slacktest.AppToken)
			h.untilHeard(s.Slash(ann, general, "status"))
			h.untilConnected()
			h.stop()
			for _, secret := range []string{slacktest.AppToken, "secret-ticket"} {
				if strings.Contains(h.log.String(), secret) {
					t.Errorf("the log has %s:\n%s", secret, &h.log)
				}
			}
			if !strings.Contains(h.log.String(), "opening a socket") {
				t.Errorf("the log does not say what is wrong:\n%s", &h.log)
			}
		})
	}
}

func TestASocketIsNotPrinted(t *testing.T) {
	t.Parallel()
	s := slack.NewSocket(slog.New(slog.DiscardHandler), slacktest.AppToken, "", nil)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, s); got != "slack.Socket" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
