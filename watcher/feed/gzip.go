package feed

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// maxGzips is how often a body may be compressed: a compressed file may be
// compressed again on its way.
const maxGzips = 2

// unzip decompresses what is gzip by its first bytes, to at most limit bytes.
func unzip(body []byte, limit int64) ([]byte, error) {
	for range maxGzips {
		if !bytes.HasPrefix(body, []byte{0x1f, 0x8b, 0x08}) {
			break
		}
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err == nil {
			body, err = io.ReadAll(&capReader{r: z, left: limit})
		}
		switch {
		case errors.Is(err, errTooLarge):
			return nil, tooLarge(limit)
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, &Error{Problem: Broken, Reason: "gzip data that breaks off", Err: err}
		case err != nil:
			return nil, &Error{Problem: Broken, Reason: "damaged gzip data", Err: err}
		}
	}
	switch {
	case int64(len(body)) > limit:
		return nil, tooLarge(limit)
	case len(bytes.TrimSpace(body)) == 0:
		return nil, &Error{Problem: Empty, Reason: "an empty document"}
	}
	return body, nil
}
