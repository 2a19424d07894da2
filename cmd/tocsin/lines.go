package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/klauspost/compress/gzip"
)

// maxLine is how many bytes a line of JSON lines may have, its end not counted.
const maxLine = 16 << 20

// readSize is how much is read at once.
const readSize = 64 << 10

// lineFile is a file of JSON lines, which may be compressed.
type lineFile struct {
	name   string
	in     *bufio.Reader
	file   io.Closer
	number int // of the line that was read last
}

// line is a line of a file. What it holds is the caller's.
type line struct {
	number int // from 1
	text   []byte
}

// blank reports whether nothing stands in the line.
func (l line) blank() bool { return len(bytes.TrimSpace(l.text)) == 0 }

// lineError is what is wrong with a line, or with reading it.
type lineError struct {
	file   string
	number int
	err    error
}

func (e *lineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.file, e.number, e.err) }

func (e *lineError) Unwrap() error { return e.err }

// openLines opens a file of articles as JSON lines; see openLinesOf.
func (e *env) openLines(name string) (*lineFile, error) { return e.openLinesOf(name, "articles") }

// openLinesOf opens a file of JSON lines; "-" is stdin. A file that cannot be read
// at all is a mistake on the command line. what says what the lines are of.
func (e *env) openLinesOf(name, what string) (*lineFile, error) {
	if name == "-" {
		return newLineFile("stdin", io.NopCloser(e.stdin))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, usage("reading %s: %w", what, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, usage("reading %s: %s is a folder, and must be a file of JSON lines", what, name)
	}
	return newLineFile(name, f)
}

// newLineFile reads lines of r, which is gzip where its first bytes say so.
func newLineFile(name string, r io.ReadCloser) (*lineFile, error) {
	f := &lineFile{name: name, in: bufio.NewReaderSize(r, readSize), file: r}
	// What goes wrong here is met again by whoever reads on.
	if head, _ := f.in.Peek(3); bytes.Equal(head, []byte{0x1f, 0x8b, 0x08}) {
		z, err := gzip.NewReader(f.in)
		if err != nil {
			r.Close()
			return nil, usage("%s: %w", name, gzipTrouble(err))
		}
		f.in = bufio.NewReaderSize(z, readSize)
	}
	if head, _ := f.in.Peek(3); bytes.Equal(head, []byte("\ufeff")) {
		f.in.Discard(len(head))
	}
	return f, nil
}

// gzipTrouble says of an error in compressed data what it means.
func gzipTrouble(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the gzip data breaks off")
	}
	return fmt.Errorf("reading: %w", err)
}

func (f *lineFile) Close() error { return f.file.Close() }

// next returns the next line. The error is io.EOF behind the last one, and
// otherwise a *lineError, behind which there is nothing to read.
func (f *lineFile) next() (line, error) {
	var text []byte
	for {
		part, err := f.in.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(bytes.TrimSuffix(text, []byte("\n"))) > maxLine:
			return line{}, f.trouble(fmt.Errorf("the line is longer than %d MiB", maxLine>>20))
		case err == nil, err == io.EOF && len(text) > 0:
			f.number++
			return line{f.number, text}, nil
		case err == io.EOF:
			return line{}, err
		case err != bufio.ErrBufferFull:
			return line{}, f.trouble(gzipTrouble(err))
		}
	}
}

// trouble returns err as one with the next line.
func (f *lineFile) trouble(err error) error { return &lineError{f.name, f.number + 1, err} }

// waiting reports whether the next line has yet to come, so that next may have to
// wait for it.
func (f *lineFile) waiting() bool {
	there, _ := f.in.Peek(f.in.Buffered())
	return !bytes.Contains(there, []byte("\n"))
}

// articles returns the articles of the file, until one cannot be read; its error
// is a *lineError and comes last. Blank lines are passed over.
func (f *lineFile) articles() iter.Seq2[*article, error] {
	return func(yield func(*article, error) bool) {
		for {
			l, err := f.next()
			if err == io.EOF {
				return
			}
			if err == nil && l.blank() {
				continue
			}
			var a *article
			if err == nil {
				if a, err = parseArticle(l); err != nil {
					err = &lineError{f.name, l.number, err}
				}
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}
