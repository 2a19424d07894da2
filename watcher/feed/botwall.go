package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// wantsBrowser is how the reason of a bot wall ends.
const wantsBrowser = "the site wants a browser (bot challenge)"

// maxWall is how much of a page is looked at.
const maxWall = 64 << 10

// wallMarks are what only the pages of bot walls hold, in lower case.
var wallMarks = [][]byte{
	[]byte("/cdn-cgi/challenge-platform/h/"), // Cloudflare
	[]byte("cf-browser-verification"),
	[]byte("window._cf_chl_opt"),
	[]byte("_incapsula_resource"),
	[]byte("captcha-delivery.com"), // DataDome
	[]byte("px-captcha"),           // PerimeterX
	[]byte("sucuri_cloudproxy_js"),
	[]byte("awswafcookiedomainlist"),
	[]byte("id=\"anubis_challenge\""),
	[]byte("/.within.website/x/cmd/anubis"),
	[]byte("check.ddos-guard.net"),
	[]byte("enable javascript and cookies to continue"),
	[]byte("checking your browser before accessing"),
	[]byte("verifying you are human. this may take"),
	[]byte("making sure you're not a bot"),
	[]byte("making sure you&#39;re not a bot"),
}

// isWall reports whether an answer is a bot wall, by its headers or by the begin
// of its page.
func isWall(h http.Header, page []byte) bool {
	if h.Get("Cf-Mitigated") == "challenge" || h.Get("X-Amzn-Waf-Action") != "" {
		return true
	}
	page = bytes.ToLower(page[:min(len(page), maxWall)])
	for _, mark := range wallMarks {
		if bytes.Contains(page, mark) {
			return true
		}
	}
	return false
}

// notAFeed is err, or a better word for it where it says that body is no feed: the
// page may be a bot wall, or that of a parked domain.
func (a *answer) notAFeed(err error, body []byte) error {
	var e *Error
	switch {
	case !errors.As(err, &e) || e.Problem != NotAFeed:
		return err
	case isWall(a.header, body):
		return &Error{Problem: BotWall, Reason: fmt.Sprintf("%d %s: %s", a.code, http.StatusText(a.code), wantsBrowser), Err: err}
	case isParked(body):
		return &Error{Problem: Parked, Reason: "the page of a parked domain, not a feed", Err: err}
	}
	return err
}

// pageOf is the begin of a page that came with an error, decompressed. A short one
// is read whole, so that its connection can be used again.
func pageOf(resp *http.Response) []byte {
	page, err := io.ReadAll(io.LimitReader(resp.Body, maxWall))
	if err != nil {
		return nil
	}
	if plain, err := unzip(page, maxWall); err == nil {
		return plain
	}
	return page
}
