package feed

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"

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
		whole, err := gunzip(body, limit)
		switch {
		case errors.Is(err, errTooLarge):
			return nil, tooLarge(limit)
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, &Error{Problem: Broken, Reason: "gzip data that breaks off", Err: err}
		case err != nil:
			return nil, &Error{Problem: Broken, Reason: "damaged gzip data", Err: err}
		}
		body = whole
	}
	switch {
	case int64(len(body)) > limit:
		return nil, tooLarge(limit)
	case len(bytes.TrimSpace(body)) == 0:
		return nil, &Error{Problem: Empty, Reason: "an empty document"}
	}
	return body, nil
}

// gzips holds readers that were used: one is 40 kB.
var gzips sync.Pool // of *gzip.Reader

func gunzip(body []byte, limit int64) ([]byte, error) {
	z, ok := gzips.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	defer gzips.Put(z)
	if err := z.Reset(bytes.NewReader(body)); err != nil {
		return nil, err
	}
	// The last four bytes are how long the whole is, if they are to be believed.
	size := int64(binary.LittleEndian.Uint32(body[len(body)-4:]))
	return readAll(&capReader{r: z, left: limit}, min(size, maxTrusted))
}

// readAll reads to the end. size is how much that is likely to be.
func readAll(r io.Reader, size int64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead) // so that the end is met without growing
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}
