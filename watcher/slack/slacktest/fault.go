package slacktest

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// Fault is a way in which one call fails. The variables and functions below are
// the usual ones.
type Fault struct {
	// Accept lets the call take effect before it fails.
	Accept bool
	// Begun is closed when the call has come, and has taken effect if it does.
	Begun chan<- struct{}
	// Wait holds the answer back until it is closed, the client has gone or the
	// server closes. With nothing else set, the answer then is the usual one.
	Wait <-chan struct{}

	// One of these says what is answered.
	Drop       bool          // the connection is reset
	Half       bool          // the usual answer breaks off in the middle
	Status     int           // this HTTP status, with Body
	RetryAfter time.Duration // for Status: the header, when not 0
	Body       string        // this instead of JSON, with status 200 when Status is 0
	Code       string        // Slack's error code
	Details    []string      // for Code: response_metadata.messages
	Needed     string        // for Code: the scope that is missing
	Echo       bool          // for Code: the whole request stands in it, and in Body too
}

// What goes wrong on the way.
var (
	Reset      = Fault{Drop: true}                                                       // nothing was taken, nothing answered
	LostAnswer = Fault{Accept: true, Drop: true}                                         // it was taken, the answer is lost
	HalfAnswer = Fault{Accept: true, Half: true}                                         // it was taken, the answer breaks off
	ProxyPage  = Fault{Body: "<!doctype html><title>Sign in to the network</title>"}     // HTTP 200 of somebody else
	EmptyPage  = Fault{Body: "{}"}                                                       // JSON, but no answer
	Overloaded = Fault{Status: http.StatusServiceUnavailable, Body: "<html>busy</html>"} // as Slack says it: in HTML
)

// Refuse is Slack's refusal with an error code.
func Refuse(code string, details ...string) Fault { return Fault{Code: code, Details: details} }

// RateLimited is 429; without a time there is no Retry-After.
func RateLimited(after time.Duration) Fault {
	return Fault{Status: http.StatusTooManyRequests, RetryAfter: after, Body: `{"ok":false,"error":"ratelimited"}`}
}

// Slow takes the call, closes begun, and answers as usual when release is closed.
func Slow(begun chan<- struct{}, release <-chan struct{}) Fault {
	return Fault{Accept: true, Begun: begun, Wait: release}
}

// answers reports whether the fault has an answer of its own.
func (f Fault) answers() bool {
	return f.Drop || f.Half || f.Status != 0 || f.Body != "" || f.Code != "" || f.Echo
}

// write fails a call with an answer of the fault's own. usual is what would have
// been answered.
func (f Fault) write(w http.ResponseWriter, r *http.Request, usual answer) {
	echo := ""
	if f.Echo {
		echo = r.Form.Encode() + " " + r.Form.Get("token")
	}
	switch {
	case f.Drop:
		drop(w)
	case f.Half:
		body := usual.encode()
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body[:len(body)/2])
	case f.Code != "":
		a := refusal(f.Code+echo, append(f.Details, echo)...)
		if !f.Echo {
			a = refusal(f.Code, f.Details...)
		}
		if f.Needed != "" {
			a["needed"] = f.Needed
		}
		a.write(w)
	default:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter/time.Second)))
		}
		w.Header().Set("Content-Type", "text/html")
		if f.Status != 0 {
			w.WriteHeader(f.Status)
		}
		w.Write([]byte(f.Body + echo))
	}
}

// drop resets a connection.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0) // RST instead of FIN
	}
	conn.Close()
}
