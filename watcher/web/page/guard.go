package page

import (
	"embed"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// policy lets a browser load nothing but what the page itself serves. There are no
// scripts or styles within pages, and nobody may frame them.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const (
	// Requests of one address: a view is a few, and typing in Try is one or two a
	// second.
	perSecond, burst = 20, 80
	// Attempts at signing in, whoever makes them.
	signInEvery, signInBurst = 5 * time.Second, 5
	// maxClients is how many addresses are told apart.
	maxClients = 1024
	// maxBody is for what forms send, maxDraft for rule files.
	maxBody, maxDraft = 16 << 10, 512 << 10
)

// guarded serves the page to those who may see it.
func (s *server) guarded(page http.Handler) http.Handler {
	outer := http.NewServeMux()
	outer.HandleFunc("GET /assets/{name}", asset)
	outer.Handle("GET /signin", s.named(http.HandlerFunc(s.signInForm)))
	signIns := rate.NewLimiter(rate.Every(signInEvery), signInBurst)
	outer.Handle("POST /signin", s.named(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.signIn(w, r, signIns) })))
	outer.HandleFunc("POST /signout", s.signOut)
	outer.Handle("/", s.named(s.signedIn(page)))
	return headers(limited(s, http.NewCrossOriginProtection().Handler(bounded(outer))))
}

// headers are those of every answer.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// bounded keeps bodies to what forms send.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most := int64(maxBody)
		if strings.HasPrefix(r.URL.Path, "/try") {
			most = maxDraft
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// clients are the limits by address.
type clients struct {
	mu sync.Mutex
	by map[string]*rate.Limiter
}

// allow reports whether an address may ask once more now.
func (c *clients) allow(address string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.by[address]
	if l == nil {
		if len(c.by) >= maxClients {
			clear(c.by) // whoever asks too often is soon limited again
		}
		l = rate.NewLimiter(perSecond, burst)
		c.by[address] = l
	}
	return l.AllowN(now, 1)
}

// limited answers who asks too often with a word.
func limited(s *server, next http.Handler) http.Handler {
	all := clients{by: make(map[string]*rate.Limiter)}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			address = r.RemoteAddr
		}
		if !all.allow(address, s.Now()) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many requests; wait a moment", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// named serves those who ask for a name of the page.
func (s *server) named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.Access.Named(r) {
			http.Error(w, "this is not the name of this page; list it under web.hosts if it is", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// signedIn serves those who may see the page, and shows others the way in.
func (s *server) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.Access.Allowed(r, s.Now()):
			next.ServeHTTP(w, r)
		case r.Header.Get("HX-Request") != "":
			w.Header().Set("HX-Redirect", "/signin")
			w.WriteHeader(http.StatusUnauthorized)
		case s.Access.Token != "" && r.Method == http.MethodGet:
			http.Redirect(w, r, "/signin?to="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		default:
			http.Error(w, "sign in first", http.StatusUnauthorized)
		}
	})
}

// SignIn is the view of the form.
type SignIn struct {
	To    string // where one wanted to go
	Wrong string // why it did not work; "" at first
}

func (s *server) signInForm(w http.ResponseWriter, r *http.Request) {
	if s.Access.Allowed(r, s.Now()) || s.Access.Token == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	s.show(w, r, http.StatusOK, "signin", "Sign in", SignIn{To: inside(r.FormValue("to"))})
}

func (s *server) signIn(w http.ResponseWriter, r *http.Request, attempts *rate.Limiter) {
	to := inside(r.PostFormValue("to"))
	switch {
	case s.Access.Token == "":
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case !attempts.AllowN(s.Now(), 1):
		s.show(w, r, http.StatusTooManyRequests, "signin", "Sign in", SignIn{to, "There were too many attempts. Wait a few seconds."})
	case !s.Access.isToken(strings.TrimSpace(r.PostFormValue("token"))):
		s.Log.Warn("somebody tried to sign in with a wrong token", "from", r.RemoteAddr)
		s.show(w, r, http.StatusForbidden, "signin", "Sign in", SignIn{to, "That is not the token."})
	default:
		http.SetCookie(w, s.Access.cookie(r, s.Access.newSession(s.Now())))
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, s.Access.cookie(r, ""))
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

// inside is a path of this page; "/" where to leads elsewhere.
func inside(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(to, "/") || strings.ContainsAny(to, "\\\r\n") || strings.HasPrefix(to, "//") {
		return "/"
	}
	return to
}

//go:embed assets
var assets embed.FS

var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".LICENSE": "text/plain; charset=utf-8",
}

// asset serves what pages are made with, to anybody.
func asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	data, err := assets.ReadFile("assets/" + name)
	if err != nil || strings.Contains(name, "/") {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", types[path.Ext(name)])
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", tag(data))
	if r.Header.Get("If-None-Match") == tag(data) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(data)
}
