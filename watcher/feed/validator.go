package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// maxValidator is how many bytes a validator may have. Servers refuse requests with
// long headers, so with their own in it the feed would never be read again.
const maxValidator = 4 << 10

// validator is the header of that name, byte for byte, or "" where it is too long
// to be sent back.
func validator(h http.Header, name string) string {
	v := h.Get(name)
	if len(v) > maxValidator {
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
