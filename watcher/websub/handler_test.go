package websub

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"hash"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	topic  = "https://paper.example/feed"
	secret = "the-secret-that-is-in-no-log"
)

// desk is a Subscriber with one subscription, t, that notes what it is told.
type desk struct {
	err      error // of everything
	wait     chan struct{}
	verified []Verification
	denied   []string
	brought  []string
}

func (d *desk) known(token, about string) error {
	switch {
	case d.err != nil:
		return d.err
	case token != "t" || about != topic:
		return ErrUnknown
	}
	return nil
}

func (d *desk) Subscription(_ context.Context, token string) (Subscription, error) {
	return Subscription{Topic: topic, Secret: secret}, d.known(token, topic)
}

func (d *desk) Verify(_ context.Context, token string, v Verification) error {
	err := d.known(token, v.Topic)
	if err == nil {
		d.verified = append(d.verified, v)
	}
	return err
}

func (d *desk) Deny(_ context.Context, token, topic, reason string) error {
	err := d.known(token, topic)
	if err == nil {
		d.denied = append(d.denied, reason)
	}
	return err
}

func (d *desk) Deliver(_ context.Context, token string, b Delivery) error {
	if d.wait != nil {
		<-d.wait
	}
	d.brought = append(d.brought, b.ContentType+" "+string(b.Body))
	return d.known(token, topic)
}

// asked is a hub's question.
func asked(mode, topic, challenge, lease string) *http.Request {
	q := url.Values{}
	for name, value := range map[string]string{"mode": mode, "topic": topic, "challenge": challenge, "lease_seconds": lease} {
		if value != "" {
			q.Set("hub."+name, value)
		}
	}
	return httptest.NewRequest("GET", "/websub/t?"+q.Encode(), nil)
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	other := asked("subscribe", topic, "c", "60")
	other.URL.Path = "/websub/u"
	for name, tt := range map[string]struct {
		r      *http.Request
		err    error
		status int
		body   string
		told   []Verification
	}{
		"what was asked is confirmed with the challenge": {
			r: asked("subscribe", topic, "<b>c&d</b>", "60"), status: 200, body: "<b>c&d</b>",
			told: []Verification{{Mode: Subscribe, Topic: topic, Lease: time.Minute}},
		},
		"an end is confirmed with the challenge": {
			r: asked("unsubscribe", topic, "c", ""), status: 200, body: "c",
			told: []Verification{{Mode: Unsubscribe, Topic: topic, Lease: Lease}},
		},
		"another topic is not confirmed":       {r: asked("subscribe", topic+"2", "c", "60"), status: 404},
		"no topic is not confirmed":            {r: asked("subscribe", "", "c", "60"), status: 404},
		"another mode is not confirmed":        {r: asked("publish", topic, "c", "60"), status: 404},
		"no mode is not confirmed":             {r: asked("", topic, "c", "60"), status: 404},
		"no challenge is not confirmed":        {r: asked("subscribe", topic, "", "60"), status: 404},
		"an endless challenge is not echoed":   {r: asked("subscribe", topic, strings.Repeat("c", maxChallenge+1), "60"), status: 404},
		"another token is not confirmed":       {r: other, status: 404},
		"a broken query is refused":            {r: httptest.NewRequest("GET", "/websub/t?hub.mode=%zz", nil), status: 400},
		"trouble with the store is told as it": {r: asked("subscribe", topic, "c", "60"), err: errors.New("disk full"), status: 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &desk{err: tt.err}
			w := httptest.NewRecorder()
			NewHandler(slog.New(slog.DiscardHandler), d, 1000).ServeHTTP(w, tt.r)
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("answered %d %q, want %d %q", w.Code, w.Body, tt.status, tt.body)
			}
			if tt.body != "" && (w.Header().Get("Content-Type") != "text/plain; charset=utf-8" || w.Header().Get("X-Content-Type-Options") != "nosniff") {
				t.Errorf("the challenge goes out as %v", w.Header())
			}
			if diff := cmp.Diff(tt.told, d.verified); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDenials(t *testing.T) {
	t.Parallel()
	d := &desk{}
	h := NewHandler(slog.New(slog.DiscardHandler), d, 1000)
	for about, want := range map[string]int{topic: 200, topic + "2": 404} {
		r := asked("denied", about, "", "")
		r.URL.RawQuery += "&hub.reason=not+you"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want || w.Body.Len() > 0 {
			t.Errorf("of %s: answered %d %q", about, w.Code, w.Body)
		}
	}
	if diff := cmp.Diff([]string{"not you"}, d.denied); diff != "" {
		t.Error(diff)
	}
}

// signature is that of a body.
func signature(name string, method func() hash.Hash, key, body string) string {
	h := hmac.New(method, []byte(key))
	h.Write([]byte(body))
	return name + "=" + hex.EncodeToString(h.Sum(nil))
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	const body = "<rss>news</rss>"
	right := signature("sha256", sha256.New, secret, body)
	for name, tt := range map[string]struct {
		token, body string // default: t, the body above
		signatures  []string
		links       []string
		err         error
		status      int
		brought     bool
		logged      string
	}{
		"signed with SHA-1":                 {signatures: []string{signature("sha1", sha1.New, secret, body)}, status: 202, brought: true},
		"signed with SHA-256":               {signatures: []string{right}, status: 202, brought: true},
		"signed with SHA-384":               {signatures: []string{signature("SHA384", sha512.New384, secret, body)}, status: 202, brought: true},
		"signed with SHA-512":               {signatures: []string{signature("sha512", sha512.New, secret, body)}, status: 202, brought: true},
		"signed in several ways, one right": {signatures: []string{"md5=00", "sha1=00", right}, status: 202, brought: true},
		"its links name the topic":          {signatures: []string{right}, links: []string{`<https://hub.example/>; rel=hub`, `<http://paper.example/feed/>; rel="self"`}, status: 202, brought: true},
		"its links name another topic":      {signatures: []string{right}, links: []string{`<https://paper.example/other>; rel="self"`}, status: 202, logged: "another topic"},
		"not signed":                        {status: 202, logged: "not signed"},
		"signed with another secret":        {signatures: []string{signature("sha256", sha256.New, "guess", body)}, status: 202, logged: "not signed with our secret"},
		"signed for another body":           {signatures: []string{right}, body: body + " ", status: 202, logged: "not signed with our secret"},
		"a signature that was cut":          {signatures: []string{right[:len(right)-2]}, status: 202, logged: "not signed with our secret"},
		"an empty signature":                {signatures: []string{"sha256="}, status: 202, logged: "not signed with our secret"},
		"signed in a way that nobody knows": {signatures: []string{"md5=d41d8cd98f00b204e9800998ecf8427e"}, status: 202, logged: "not signed with our secret"},
		"a right signature after too many":  {signatures: []string{"a=", "b=", "c=", "d=", right}, status: 202, logged: "not signed with our secret"},
		"too large":                         {body: strings.Repeat("x", 101), status: 413, logged: "too large"},
		"of a subscription that nobody has": {token: "u", signatures: []string{right}, status: 410},
		"while the store is in trouble":     {signatures: []string{right}, err: errors.New("disk full"), status: 503, logged: "disk full"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			d := &desk{err: tt.err}
			if tt.body == "" {
				tt.body = body
			}
			if tt.token == "" {
				tt.token = "t"
			}
			r := httptest.NewRequest("POST", "/websub/"+tt.token, strings.NewReader(tt.body))
			r.Header["X-Hub-Signature"], r.Header["Link"] = tt.signatures, tt.links
			r.Header.Set("Content-Type", "application/rss+xml")
			w := httptest.NewRecorder()
			NewHandler(slog.New(slog.NewTextHandler(&log, nil)), d, 100).ServeHTTP(w, r)
			if w.Code != tt.status || w.Body.Len() > 0 {
				t.Errorf("answered %d %q, want %d", w.Code, w.Body, tt.status)
			}
			var want []string
			if tt.brought {
				want = []string{"application/rss+xml " + body}
			}
			if diff := cmp.Diff(want, d.brought); diff != "" {
				t.Error(diff)
			}
			if tt.logged == "" && log.Len() > 0 || !strings.Contains(log.String(), tt.logged) {
				t.Errorf("logged %q, want %q", &log, tt.logged)
			}
			for _, hidden := range append(tt.signatures, secret, "news") {
				if len(hidden) > 3 && strings.Contains(log.String(), hidden) {
					t.Errorf("%q is in the log: %s", hidden, &log)
				}
			}
		})
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	NewHandler(slog.New(slog.DiscardHandler), &desk{}, 1000).ServeHTTP(w, httptest.NewRequest("PUT", "/websub/t", nil))
	if w.Code != 405 || w.Header().Get("Allow") != "GET, POST" {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
}

// More deliveries than are taken at once wait for a while, and then come again.
func TestDeliveriesWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{wait: make(chan struct{})}
		h := NewHandler(slog.New(slog.DiscardHandler), d, 1000)
		codes := make(chan int, atOnce+1)
		for range atOnce + 1 {
			go func() {
				r := httptest.NewRequest("POST", "/websub/t", strings.NewReader("x"))
				r.Header.Set("X-Hub-Signature", signature("sha256", sha256.New, secret, "x"))
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				codes <- w.Code
			}()
		}
		time.Sleep(queueFor + time.Second)
		if len(codes) != 1 || <-codes != 503 {
			t.Error("the last one did not get an answer")
		}
		for range atOnce {
			d.wait <- struct{}{}
			if code := <-codes; code != 202 {
				t.Errorf("answered %d", code)
			}
		}
	})
}
