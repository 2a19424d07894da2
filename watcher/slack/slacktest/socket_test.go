package slacktest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/websocket"

	"tocsin/watcher/slack/slacktest"
)

// open asks for the address of a socket, and returns it or Slack's error code.
func (c *caller) open(token string) string {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodPost, c.server.APIURL()+"apps.connections.open", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	var body struct{ URL, Error string }
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		c.t.Fatal(err)
	}
	return body.URL + body.Error
}

func TestSocketsAreOpenedWithAnAppTokenAndATicketOnce(t *testing.T) {
	t.Parallel()
	c := newCaller(t, slacktest.Options{})
	for token, want := range map[string]string{slacktest.Token: "not_allowed_token_type", "": "invalid_auth", "xapp-other": "invalid_auth"} {
		if got := c.open(token); got != want {
			t.Errorf("with %q: %s, want %s", token, got, want)
		}
	}
	address := c.open(slacktest.AppToken)
	conn, err := websocket.Dial(address, "", "https://api.slack.com")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := websocket.Dial(address, "", "https://api.slack.com"); err == nil {
		t.Error("a ticket is good twice")
	}
	var hello map[string]any
	if err := websocket.JSON.Receive(conn, &hello); err != nil || hello["type"] != "hello" {
		t.Errorf("it begins with %v, %v", hello, err)
	}
}

func TestWhatIsNotAcknowledgedComesAgainElsewhere(t *testing.T) {
	t.Parallel()
	c := newCaller(t, slacktest.Options{})
	dial := func() *websocket.Conn {
		conn, err := websocket.Dial(c.open(slacktest.AppToken), "", "https://api.slack.com")
		if err != nil {
			t.Fatal(err)
		}
		var hello map[string]any
		if err := websocket.JSON.Receive(conn, &hello); err != nil {
			t.Fatal(err)
		}
		return conn
	}
	receive := func(conn *websocket.Conn) (envelope struct {
		ID      string `json:"envelope_id"`
		Attempt int    `json:"retry_attempt"`
	}) {
		if err := websocket.JSON.Receive(conn, &envelope); err != nil {
			t.Fatal(err)
		}
		return envelope
	}
	id := c.server.Slash(slacktest.Person{ID: "U1"}, general, "status")
	first := dial()
	if e := receive(first); e.ID != id || e.Attempt != 0 {
		t.Errorf("it brings %+v", e)
	}
	first.Close()
	second := dial()
	defer second.Close()
	if e := receive(second); e.ID != id || e.Attempt != 1 {
		t.Errorf("it brings %+v", e)
	}
	for acked := c.server.Changed(); c.server.Acked(id) == 0; acked = c.server.Changed() {
		if err := websocket.JSON.Send(second, map[string]string{"envelope_id": id}); err != nil {
			t.Fatal(err)
		}
		<-acked
	}
	websocket.JSON.Send(second, map[string]string{"envelope_id": "another"})
	third := dial()
	third.Close()
	for {
		changed := c.server.Changed()
		if all := c.server.Violations(); len(all) > 0 {
			if !strings.Contains(all[0], `an envelope "another" was acknowledged`) {
				t.Errorf("violations %v", all)
			}
			return
		}
		<-changed
	}
}
