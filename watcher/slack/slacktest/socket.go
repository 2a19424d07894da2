package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/websocket"
)

// sockets are the connections of Socket Mode, and what they bring. mu is the
// server's.
type sockets struct {
	running   sync.WaitGroup
	tickets   map[string]bool // that open one connection each
	numbers   int             // of tickets and envelopes so far
	open      []*socket       // in the order in which they came
	envelopes []*envelope     // in the order in which they were made
	answers   []Answer
	twice     bool          // every envelope is brought twice
	deaf      bool          // acknowledgements are not heard
	changed   chan struct{} // closed, and another one made, when anything changed
}

func newSockets() sockets {
	return sockets{tickets: make(map[string]bool), changed: make(chan struct{})}
}

// socket is a connection.
type socket struct {
	conn *websocket.Conn
	out  chan []byte   // frames to be written
	gone chan struct{} // closed when the connection is over
	once sync.Once
}

func (s *socket) close() {
	s.once.Do(func() {
		close(s.gone)
		s.conn.SetDeadline(time.Unix(1, 0)) // whoever reads or writes is done
	})
}

// envelope is something that is brought until it is acknowledged.
type envelope struct {
	id       string
	kind     string // of the payload: interactive or slash_commands
	payload  any
	on       *socket // that it was brought on last; nil: on none yet
	attempts int
	acked    int // how often
	answers  int // how often it was answered
}

// openConnection answers apps.connections.open: the address of a connection, good for
// one.
func (s *Server) openConnection(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	const name = "apps.connections.open"
	s.calls[name]++
	if queue := s.faults[name]; len(queue) > 0 {
		fault := queue[0]
		s.faults[name] = queue[1:]
		s.mu.Unlock()
		fault.write(w, r, nil)
		return
	}
	defer s.mu.Unlock()
	switch given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); {
	case given == s.opts.Token:
		refusal("not_allowed_token_type").write(w)
	case given != s.opts.AppToken:
		refusal("invalid_auth").write(w)
	default:
		s.sockets.numbers++
		ticket := fmt.Sprintf("secret-ticket-%d", s.sockets.numbers)
		s.sockets.tickets[ticket] = true
		answer{"ok": true, "url": "ws" + strings.TrimPrefix(s.server.URL, "http") + "/link/" + ticket}.write(w)
	}
}

// link is a connection, for as long as it lasts.
func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ticket := r.PathValue("ticket")
	known := s.sockets.tickets[ticket]
	delete(s.sockets.tickets, ticket)
	if known {
		s.sockets.running.Add(1)
	}
	s.mu.Unlock()
	if !known {
		http.Error(w, "no such ticket", http.StatusNotFound)
		return
	}
	defer s.sockets.running.Done()
	// A Server without a Handshake does not ask where the client comes from.
	websocket.Server{Handler: s.converse}.ServeHTTP(w, r)
}

// converse brings envelopes on a connection and hears what is acknowledged.
func (s *Server) converse(conn *websocket.Conn) {
	c := &socket{conn: conn, out: make(chan []byte, 100), gone: make(chan struct{})}
	var writing sync.WaitGroup
	writing.Go(func() {
		defer c.close()
		for {
			select {
			case frame := <-c.out:
				if _, err := conn.Write(frame); err != nil {
					return
				}
			case <-c.gone:
				return
			}
		}
	})
	c.say(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": "A0TOCSIN01"},
		"debug_info": map[string]any{"host": "applink-1", "approximate_connection_time": 18060}})
	s.mu.Lock()
	select {
	case <-s.done:
	default:
		s.sockets.open = append(s.sockets.open, c)
		s.bring()
		s.change()
		s.mu.Unlock()
		s.hear(c)
		s.mu.Lock()
	}
	s.mu.Unlock()
	c.close()
	writing.Wait()
	s.mu.Lock()
	s.forget(c)
	s.mu.Unlock()
}

func (c *socket) say(frame any) {
	body, err := json.Marshal(frame)
	if err != nil {
		panic(err)
	}
	select {
	case c.out <- body:
	case <-c.gone:
	}
}

// hear takes acknowledgements until the connection is over.
func (s *Server) hear(c *socket) {
	for {
		var ack struct {
			ID string `json:"envelope_id"`
		}
		if err := websocket.JSON.Receive(c.conn, &ack); err != nil {
			return
		}
		s.mu.Lock()
		e := s.envelope(ack.ID)
		switch {
		case e == nil:
			s.violations = append(s.violations, fmt.Sprintf("an envelope %q was acknowledged that there is not", ack.ID))
			s.change()
		case !s.sockets.deaf:
			e.acked++
			s.change()
		}
		s.mu.Unlock()
	}
}

// forget ends a connection. What it brought and nobody acknowledged is brought again.
// The caller holds mu.
func (s *Server) forget(c *socket) {
	for i, o := range s.sockets.open {
		if o == c {
			s.sockets.open = append(s.sockets.open[:i:i], s.sockets.open[i+1:]...)
			break
		}
	}
	for _, e := range s.sockets.envelopes {
		if e.on == c {
			e.on = nil
		}
	}
	s.bring()
	s.change()
}

// bring brings what nobody has got, one connection after the other. The caller holds
// mu.
func (s *Server) bring() {
	if len(s.sockets.open) == 0 {
		return
	}
	for i, e := range s.sockets.envelopes {
		if e.acked == 0 && e.on == nil {
			s.bringOn(e, s.sockets.open[(i+e.attempts)%len(s.sockets.open)])
			if s.sockets.twice {
				s.bringOn(e, s.sockets.open[(i+e.attempts)%len(s.sockets.open)])
			}
		}
	}
}

func (s *Server) bringOn(e *envelope, c *socket) {
	e.on = c
	frame := map[string]any{"type": e.kind, "envelope_id": e.id, "payload": e.payload, "accepts_response_payload": e.kind == "slash_commands"}
	if e.attempts > 0 {
		frame["retry_attempt"], frame["retry_reason"] = e.attempts, "timeout"
	}
	e.attempts++
	c.say(frame)
}

// envelope finds one by its ID; nil where there is none. The caller holds mu.
func (s *Server) envelope(id string) *envelope {
	for _, e := range s.sockets.envelopes {
		if e.id == id {
			return e
		}
	}
	return nil
}

// change tells whoever waits. The caller holds mu.
func (s *Server) change() {
	close(s.sockets.changed)
	s.sockets.changed = make(chan struct{})
}

// Sockets returns how many connections are open.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets.open)
}

// CutSockets ends all connections as a network does that breaks.
func (s *Server) CutSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets.open {
		c.close()
	}
}

// Disconnect tells all connections to go, for Slack's reasons: warning,
// refresh_requested or link_disabled.
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets.open {
		c.say(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-1"}})
	}
}

// DeliverTwice has every envelope be brought twice from here on.
func (s *Server) DeliverTwice() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.twice = true
}

// LoseAcks has acknowledgements be lost from here on, or heard again.
func (s *Server) LoseAcks(lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.deaf = lost
}

// Acked returns how often an envelope was acknowledged.
func (s *Server) Acked(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.envelope(id); e != nil {
		return e.acked
	}
	return 0
}

// Changed is closed when the connections, an acknowledgement, an answer or a message
// next change after the call.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets.changed
}
