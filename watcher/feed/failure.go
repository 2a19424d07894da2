package feed

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"code.dny.dev/ssrf"
)

// maxReason is how many bytes of somebody else's words go into a reason.
const maxReason = 120

// transportError is err, from the transport or from a body, as an *Error. late
// is what to say when the time limit was the cause.
func (r *Reader) transportError(ctx context.Context, err error, late string) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case context.Cause(ctx) == errTimeout:
		return &Error{Problem: Timeout, Reason: fmt.Sprintf("%s within %s", late, r.opts.Timeout), Err: err}
	case isTimeout(err):
		return &Error{Problem: Timeout, Reason: r.limitPassed(err), Err: err}
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrInvalidHostPort):
		return &Error{Problem: Forbidden, Reason: "a private or link-local address (fetch.allow_private permits private ones)", Err: err}
	}
	return &Error{Problem: Unreachable, Reason: unreachable(err), Err: err}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// limitPassed says which part of a request took longer than it may.
func (r *Reader) limitPassed(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &dns):
		return "the host's name cannot be looked up in time"
	case errors.As(err, &op) && op.Op == "dial":
		return fmt.Sprintf("no connection within %s", min(connectLimit, r.opts.Timeout))
	case strings.Contains(err.Error(), "TLS handshake"):
		return fmt.Sprintf("no TLS connection within %s", min(connectLimit, r.opts.Timeout))
	case strings.Contains(err.Error(), "awaiting response headers"):
		return fmt.Sprintf("no answer within %s", min(headerLimit, r.opts.Timeout))
	}
	return "no answer in time"
}

// unreachable says in a few words why there is no connection.
func unreachable(err error) string {
	var (
		dns      *net.DNSError
		hostname x509.HostnameError
		unknown  x509.UnknownAuthorityError
		invalid  x509.CertificateInvalidError
		record   tls.RecordHeaderError
		alert    tls.AlertError
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host"
	case errors.As(err, &dns):
		return "the host's name cannot be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the host"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed without an answer"
	case errors.As(err, &hostname):
		return "the certificate is for another host"
	case errors.As(err, &unknown):
		return "the certificate is from an unknown authority"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired or is not valid yet"
	case errors.As(err, &invalid):
		return "the certificate is not valid"
	case errors.As(err, &record):
		return "the server does not speak TLS there"
	case errors.As(err, &alert):
		return "the server refused the TLS connection"
	}
	return oneLine(err.Error())
}

// statusError is the *Error of an answer that is no 200, and nil for one.
func statusError(resp *http.Response) *Error {
	code := resp.StatusCode
	e := &Error{Problem: Status, Code: code, Reason: strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))}
	switch {
	case code == http.StatusOK, code == http.StatusNonAuthoritativeInfo:
		return nil
	case code == http.StatusGone:
		e.Problem = Gone
	case code == http.StatusNoContent, code == http.StatusResetContent:
		e.Problem = Empty
	case code == http.StatusNotModified:
		e.Reason += ", and nothing was asked conditionally"
	case isWall(resp.Header, pageOf(resp)):
		e.Problem = BotWall
		e.Reason += ": " + wantsBrowser
	}
	return e
}

// oneLine is somebody else's text, safe in a log: one line without control or
// format characters, cut to maxReason bytes.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError:
			return '?'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	return cut(strings.Join(strings.Fields(s), " "), maxReason)
}

// cut shortens s to at most limit bytes, between characters, and says so with an
// ellipsis.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := limit
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
