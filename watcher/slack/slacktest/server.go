// Package slacktest is a Slack for tests: a server on loopback that answers like
// Slack's Web API as far as tocsin uses it, and holds what it is sent to every
// limit that Slack documents or is known to have. It keeps the history of its
// channels, and can be made to fail in all the ways that Slack and the network
// between do.
//
// It is strict: what real Slack may let pass but a careful client never sends
// (an unescaped character, a missing "unfurl_links": false, a mention) it
// refuses, and records as a violation. Over Socket Mode it brings what tests have
// people do, until it is acknowledged. It knows no files and no views.
package slacktest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// Who the token of every server belongs to.
const (
	BotID  = "B0TOCSIN01"
	UserID = "U0TOCSIN01"
	User   = "tocsin"
	Team   = "Example Newsroom"
)

// Token is the token that a server takes when Options name none.
const Token = "xoxb-0000000000-not-a-token-but-shaped-like-one"

// AppToken is the app-level token that a server takes when Options name none.
const AppToken = "xapp-1-A0000000000-not-a-token-but-shaped-like-one"

// Options describe a workspace. The zero value is one with the public channel
// #general, C0GENERAL01, that takes Token.
type Options struct {
	Token    string
	AppToken string
	Channels []Channel
	// Now is Slack's clock, which stamps messages; nil is the machine's.
	Now func() time.Time
	// Rate limits each channel to a message a second of Slack's clock, as Slack
	// does after a burst; what comes earlier is answered with 429.
	Rate bool
	// Scopes are what the token is granted, with commas; "" does not tell.
	Scopes string
	// MaxPage is how many rows a page of a list or a history has at most,
	// whatever is asked; 0 is Slack's 999.
	MaxPage int
	// Groups are the IDs of the groups of users by handle, Users those of users by
	// name. Only these may be mentioned.
	Groups, Users map[string]string
}

// Channel is a channel of the workspace.
type Channel struct {
	ID, Name string
	Private  bool
	Archived bool
	// NotMember says that the bot was not invited: a public channel is seen but
	// can neither be written to nor read, a private one does not exist.
	NotMember bool
}

// Message is a message that a server has taken.
type Message struct {
	Channel  string // its ID
	TS       string
	Thread   string // the TS of the message in whose thread it stands; "" for none
	Edits    int    // how often it was changed
	Text     string
	Blocks   []map[string]any
	Metadata Metadata
	BotID    string
}

// Metadata is what a message carries for programs.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload,omitempty"`
}

// Server is a workspace that runs. It is safe for concurrent use.
type Server struct {
	opts   Options
	server *httptest.Server
	done   chan struct{} // closed when the server is closing

	mu         sync.Mutex
	channels   []Channel
	messages   map[string][]Message // by channel ID, oldest first
	lastPost   map[string]time.Time // by channel ID
	lastTS     int64                // microseconds; no two messages share one
	faults     map[string][]Fault   // by method, in the order in which they come
	calls      map[string]int       // by method
	violations []string
	sockets    sockets
}

// New starts a server. Close ends it.
func New(o Options) *Server {
	if o.Token == "" {
		o.Token = Token
	}
	if o.AppToken == "" {
		o.AppToken = AppToken
	}
	if o.Channels == nil {
		o.Channels = []Channel{{ID: "C0GENERAL01", Name: "general"}}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxPage == 0 {
		o.MaxPage = 999
	}
	s := &Server{
		opts:     o,
		done:     make(chan struct{}),
		channels: slices.Clone(o.Channels),
		messages: make(map[string][]Message),
		lastPost: make(map[string]time.Time),
		faults:   make(map[string][]Fault),
		calls:    make(map[string]int),
	}
	mux := http.NewServeMux()
	mux.Handle("POST /api/auth.test", s.method("auth.test", s.authTest))
	mux.Handle("POST /api/chat.postMessage", s.method("chat.postMessage", s.postMessage))
	mux.Handle("POST /api/chat.update", s.method("chat.update", s.update))
	mux.Handle("GET /api/chat.getPermalink", s.method("chat.getPermalink", s.permalink))
	mux.Handle("POST /api/conversations.replies", s.method("conversations.replies", s.replies))
	mux.Handle("POST /api/usergroups.list", s.method("usergroups.list", s.userGroups))
	mux.Handle("POST /api/users.list", s.method("users.list", s.users))
	mux.Handle("POST /api/conversations.history", s.method("conversations.history", s.history))
	mux.Handle("POST /api/conversations.info", s.method("conversations.info", s.info))
	mux.Handle("POST /api/conversations.list", s.method("conversations.list", s.list))
	mux.Handle("POST /api/chat.postEphemeral", s.method("chat.postEphemeral", s.postEphemeral))
	mux.HandleFunc("POST /api/apps.connections.open", s.openConnection)
	mux.HandleFunc("GET /link/{ticket}", s.link)
	mux.HandleFunc("POST /actions/{id}", s.takeAnswer)
	mux.HandleFunc("POST "+webhookPath, s.takeWebhook)
	s.sockets = newSockets()
	s.server = httptest.NewServer(mux)
	return s
}

// Close ends the server and every call that a fault holds back.
func (s *Server) Close() {
	close(s.done)
	s.CutSockets()
	s.server.Close()
	s.sockets.running.Wait()
}

// APIURL is where the methods are, with the slash at its end.
func (s *Server) APIURL() string { return s.server.URL + "/api/" }

// Messages returns what was posted to a channel, by ID or name, oldest first.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, ok := s.channel(channel)
	if !ok {
		return nil
	}
	return slices.Clone(s.messages[ch.ID])
}

// Add puts a message into a channel, by ID or name, as somebody else's post. A
// message without TS gets the next one.
func (s *Server) Add(channel string, m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch, ok := s.channel(channel); ok {
		s.keep(ch.ID, m)
	}
}

// SetChannel replaces the channel with the same ID, or adds one.
func (s *Server) SetChannel(ch Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels = append(slices.DeleteFunc(s.channels, func(c Channel) bool { return c.ID == ch.ID }), ch)
}

// Fail makes the next calls of a method ("chat.postMessage") fail, one a fault.
func (s *Server) Fail(method string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[method] = append(s.faults[method], faults...)
}

// Calls returns how often a method was called, failed calls included.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// Violations returns, in order, everything that a careful client would not have
// sent.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// channel finds a channel by its ID or name. The caller holds mu.
func (s *Server) channel(name string) (Channel, bool) {
	for _, ch := range s.channels {
		if ch.ID == name || ch.Name == strings.TrimPrefix(name, "#") {
			return ch, true
		}
	}
	return Channel{}, false
}

// keep adds a message to a channel's history. The caller holds mu.
func (s *Server) keep(id string, m Message) Message {
	m.Channel = id
	if m.TS == "" {
		s.lastTS = max(s.opts.Now().UnixMicro(), s.lastTS+1)
		m.TS = fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
	}
	s.messages[id] = append(s.messages[id], m)
	slices.SortStableFunc(s.messages[id], func(a, b Message) int { return compareTS(a.TS, b.TS) })
	return m
}

// compareTS compares timestamps; all have six decimals.
func compareTS(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
