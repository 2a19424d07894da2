package websub

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"strings"
)

// methods are those that hubs sign with.
var methods = map[string]func() hash.Hash{
	"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
}

// maxSignatures is how many signatures of a delivery are looked at.
const maxSignatures = 4

// signed reports whether one of the signatures, "method=hex" each, is that of the
// body. It takes the same time for every signature of a method.
func signed(signatures []string, secret string, body []byte) bool {
	for _, s := range signatures[:min(len(signatures), maxSignatures)] {
		name, digits, _ := strings.Cut(strings.TrimSpace(s), "=")
		method := methods[strings.ToLower(name)]
		sum, err := hex.DecodeString(digits)
		if method == nil || err != nil {
			continue
		}
		h := hmac.New(method, []byte(secret))
		h.Write(body)
		if hmac.Equal(h.Sum(nil), sum) {
			return true
		}
	}
	return false
}
