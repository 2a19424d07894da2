package feed

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// errTooLarge comes from a capReader.
var errTooLarge = errors.New("over the size limit")

// capReader fails with errTooLarge once more than left bytes came. Unlike an
// io.LimitReader it never makes a cut body look whole.
type capReader struct {
	r    io.Reader
	left int64
}

func (c *capReader) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return n, errTooLarge
	}
	return n, err
}

// maxTrusted is how many bytes of memory are made ready because a server says that
// so much comes.
const maxTrusted = 1 << 20

// readBody reads a body whole, compressed or not.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if e := checkEncoding(resp.Header.Get("Content-Encoding")); e != nil {
		return nil, e
	}
	body, err := readAll(&capReader{r: resp.Body, left: limit}, min(max(resp.ContentLength, 0), maxTrusted))
	switch {
	case errors.Is(err, errTooLarge):
		return nil, tooLarge(limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &Error{Problem: Unreachable, Reason: "the answer broke off", Err: err}
	case err != nil:
		return nil, err
	case len(body) == 0:
		return nil, &Error{Problem: Empty, Reason: "an empty answer"}
	}
	return body, nil
}

// checkEncoding refuses a body that cannot be decompressed. Whether one is gzip
// is seen by its bytes, for servers say so and do not, and the other way about.
func checkEncoding(encoding string) *Error {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "gzip", "x-gzip", "identity", "none", "utf-8":
		return nil
	}
	return &Error{Problem: Broken, Reason: fmt.Sprintf("compressed as %q, which was not asked for", oneLine(encoding))}
}

func tooLarge(limit int64) *Error {
	return &Error{Problem: TooLarge, Reason: "more than " + size(limit), Err: errTooLarge}
}

// size is a number of bytes for people.
func size(n int64) string {
	for _, unit := range []struct {
		bytes int64
		name  string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= unit.bytes && n%unit.bytes == 0 {
			return fmt.Sprintf("%d %s", n/unit.bytes, unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
