package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// maxValidator is how many bytes a validator may have: servers refuse requests
// with long headers, their own included.
const maxValidator = 4 << 10

// validator is the header of that name, byte for byte, or "" where it cannot be
// sent back: with one of these the feed would never be read again.
func validator(h http.Header, name string) string {
	v := h.Get(name)
	if len(v) > maxValidator || !httpguts.ValidHeaderFieldValue(v) {
		return ""
	}
	return v
}

// digest tells documents apart: by what they hold, decompressed, and by the
// content type, whose charset is a part of how that reads.
func digest(body []byte, contentType string) string {
	h := sha256.New()
	h.Write([]byte(strings.ToLower(contentType)))
	h.Write([]byte{0})
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil)[:16])
}
