package page

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// what a request is like.
type visit struct {
	method, path, host, peer, form string
	header                         map[string]string
}

func (v visit) to(h http.Handler) *httptest.ResponseRecorder {
	if v.method == "" {
		v.method = "GET"
	}
	if v.path == "" {
		v.path = "/rules"
	}
	r := httptest.NewRequest(v.method, v.path, strings.NewReader(v.form))
	r.Host, r.RemoteAddr = "localhost:8420", "127.0.0.1:5000"
	if v.host != "" {
		r.Host = v.host
	}
	if v.peer != "" {
		r.RemoteAddr = v.peer
	}
	if v.form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, x := range v.header {
		r.Header.Set(k, x)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWhoMaySeeThePage(t *testing.T) {
	t.Parallel()
	token := Access{Token: "open-sesame"}
	proxied := Access{ProxyHeader: "X-Forwarded-User", Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	both := proxied
	both.Token = token.Token
	listed := Access{Hosts: []string{"tocsin.example"}}
	named := token
	named.Hosts = listed.Hosts
	valid := token.newSession(noon)
	cookie := func(value string) map[string]string { return map[string]string{"Cookie": sessionCookie + "=" + value} }
	user := map[string]string{"X-Forwarded-User": "me"}
	for _, tt := range []struct {
		name   string
		access Access
		visit  visit
		code   int
	}{
		{"on loopback nobody signs in", Access{}, visit{}, 200},
		{"by any name of it", Access{}, visit{host: "127.0.0.1"}, 200},
		{"in IPv6, too", Access{}, visit{host: "[::1]:8420"}, 200},
		{"another name leads nowhere", Access{}, visit{host: "evil.example"}, 421},
		{"nor one that begins alike", Access{}, visit{host: "127.0.0.1.evil.example"}, 421},
		{"nor another address", Access{}, visit{host: "192.0.2.1:8420"}, 421},
		{"a listed name does", listed, visit{host: "Tocsin.example."}, 200},
		{"with a token, a browser is shown the form", token, visit{}, 303},
		{"whatever name it asks for", token, visit{host: "tocsin.example"}, 303},
		{"but for names that are not listed, where some are", named, visit{host: "evil.example"}, 421},
		{"a program sends the token", token, visit{header: map[string]string{"Authorization": "bearer open-sesame"}}, 200},
		{"not another one", token, visit{header: map[string]string{"Authorization": "Bearer open-sesam"}}, 303},
		{"a session will do", token, visit{header: cookie(valid)}, 200},
		{"while it lasts", token, visit{header: cookie(token.newSession(noon.Add(-sessionLength)))}, 303},
		{"one of another token does not", token, visit{header: cookie((&Access{Token: "x"}).newSession(noon))}, 303},
		{"nor one that was made longer", token, visit{header: cookie("9" + valid)}, 303},
		{"nor none", token, visit{header: cookie("")}, 303},
		{"what is not looked at is refused", token, visit{method: "POST", path: "/feeds/poll", form: "feed=x"}, 401},
		{"parts send the page to the form", token, visit{path: "/news", header: map[string]string{"HX-Request": "true"}}, 401},
		{"a proxy says who it is", proxied, visit{peer: "10.1.2.3:99", header: user}, 200},
		{"in IPv6 clothes, too", proxied, visit{peer: "[::ffff:10.1.2.3]:99", header: user}, 200},
		{"another machine cannot say so", proxied, visit{peer: "192.0.2.1:99", header: user}, 401},
		{"a proxy that says nothing lets nobody in", proxied, visit{peer: "10.1.2.3:99"}, 401},
		{"beside it there may be a token", both, visit{peer: "192.0.2.1:99", header: cookie(valid)}, 200},
		{"what pages are made of is no secret", token, visit{path: "/assets/page.css"}, 200},
		{"a form of another site changes nothing", Access{}, visit{method: "POST", path: "/feeds/poll", form: "feed=x", header: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403},
		{"nor one of an old browser", Access{}, visit{method: "POST", path: "/feeds/poll", form: "feed=x", header: map[string]string{"Origin": "https://evil.example"}}, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if w := tt.visit.to(busy(t).handler(t, tt.access)); w.Code != tt.code {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestSigningIn(t *testing.T) {
	t.Parallel()
	h := busy(t).handler(t, Access{Token: "open-sesame"})
	wrong := visit{method: "POST", path: "/signin", form: "token=sesame&to=/rules"}.to(h)
	if wrong.Code != http.StatusForbidden || len(wrong.Result().Cookies()) > 0 {
		t.Errorf("a wrong token: %d, %v", wrong.Code, wrong.Result().Cookies())
	}
	right := visit{method: "POST", path: "/signin", form: "token=open-sesame&to=/rules"}.to(h)
	cookies := right.Result().Cookies()
	if right.Code != http.StatusSeeOther || right.Header().Get("Location") != "/rules" || len(cookies) != 1 {
		t.Fatalf("the token: %d to %s, %v", right.Code, right.Header().Get("Location"), cookies)
	}
	if c := cookies[0]; !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || strings.Contains(c.Value, "sesame") {
		t.Errorf("cookie %+v", c)
	}
	in := visit{header: map[string]string{"Cookie": cookies[0].String()}}.to(h)
	if in.Code != http.StatusOK || !strings.Contains(in.Body.String(), "Sign out") {
		t.Errorf("signed in: %d", in.Code)
	}
	for range signInBurst {
		wrong = visit{method: "POST", path: "/signin", form: "token=sesame"}.to(h)
	}
	if wrong.Code != http.StatusTooManyRequests {
		t.Errorf("after many attempts: %d", wrong.Code)
	}
}

func TestSigningInLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/rules?x=1": "/rules?x=1", "https://evil.example": "/", "//evil.example": "/", "/\\evil.example": "/", "": "/", "rules": "/", "/a\r\nB: c": "/",
	} {
		if got := inside(to); got != want {
			t.Errorf("%q leads to %q", to, got)
		}
	}
}

func TestWhoAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	h := busy(t).handler(t, Access{})
	code := 0
	for range burst + 1 {
		code = visit{path: "/assets/page.css"}.to(h).Code
	}
	if code != http.StatusTooManyRequests {
		t.Errorf("%d", code)
	}
	if w := (visit{path: "/assets/page.css", peer: "127.0.0.2:1"}).to(h); w.Code != 200 {
		t.Errorf("another machine waits, too: %d", w.Code)
	}
}

func TestClientsAreForgotten(t *testing.T) {
	t.Parallel()
	c := clients{by: make(map[string]*rate.Limiter)}
	for i := range 3 * maxClients {
		c.allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}).String(), noon.Add(time.Duration(i)))
	}
	if len(c.by) > maxClients {
		t.Errorf("%d are remembered", len(c.by))
	}
}
