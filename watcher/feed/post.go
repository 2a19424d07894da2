package feed

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// PostForm sends a form to an address, with the guards, limits and turns of a
// read, and is done when it is accepted (2xx). It follows the redirects that keep
// the method, 307 and 308. The error is ctx's when ctx ended; else it is an *Error,
// which holds nothing of the answer's body: that may repeat what was sent. now is
// what relative times of the answer count from.
func (r *Reader) PostForm(ctx context.Context, address string, form url.Values, now time.Time) error {
	start, err := webAddress(address)
	if err != nil {
		return err
	}
	body := form.Encode()
	err = r.walk(ctx, start, nil, func(ctx context.Context, t *trail) (done bool, err error) {
		return r.post(ctx, t, body, now)
	})
	return ended(ctx, err)
}

// post makes one request. It is not done where it is redirected; t is there then.
func (r *Reader) post(ctx context.Context, t *trail, form string, now time.Time) (done bool, err error) {
	u := *t.at()
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	hr := (&http.Request{
		Method: http.MethodPost, URL: &u, Host: u.Host, ContentLength: int64(len(form)),
		Body:    io.NopCloser(strings.NewReader(form)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(form)), nil },
		Header: http.Header{
			"User-Agent":   {r.opts.UserAgent},
			"Content-Type": {"application/x-www-form-urlencoded"},
		},
	}).WithContext(ctx)
	if user := t.at().User; user != nil {
		hr.Header.Set("Authorization", basicAuth(user))
	}
	resp, err := r.transport.RoundTrip(hr)
	if err != nil {
		return false, r.transportError(ctx, err, "no answer")
	}
	if resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusPermanentRedirect {
		drain(resp.Body)
		return false, t.follow(resp)
	}
	defer drain(resp.Body)
	if resp.StatusCode/100 == 2 {
		return true, nil
	}
	a := &answer{code: resp.StatusCode, header: resp.Header}
	return false, a.blame(statusError(resp), now)
}
