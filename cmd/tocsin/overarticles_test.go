package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// endless gives the same line for ever, and counts what was taken of it.
type endless struct {
	line  string
	taken atomic.Int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e.line) <= len(p) {
		n += copy(p[n:], e.line)
	}
	e.taken.Add(int64(n))
	return n, nil
}

func (e *endless) Close() error { return nil }

func TestScoringReadsNoFurtherThanItIsWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &endless{line: `{"title":"` + strings.Repeat("a", 2000) + "\"}\n"}
		f, err := newLineFile("f", in)
		if err != nil {
			t.Fatal(err)
		}
		full, goOn, done := errors.New("full"), make(chan struct{}), make(chan error)
		go func() {
			done <- overArticles(f, func(a *article) (string, error) { return a.ID, nil }, func([]string) error {
				<-goOn
				return full
			})
		}()
		synctest.Wait()
		if got, most := in.taken.Load(), int64(batchesPerCore*runtime.GOMAXPROCS(0)+1)*readSize; got > most {
			t.Errorf("%d bytes read, want at most %d", got, most)
		}
		close(goOn)
		if err := <-done; err != full {
			t.Error(err)
		}
	})
}

// Who writes a line and waits for the answer gets it before the next line.
func TestLinesAreAnsweredAsTheyCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		var got []string
		done := make(chan error)
		go func() {
			f, err := newLineFile("f", r)
			if err == nil {
				err = overArticles(f, func(a *article) (string, error) { return a.ID, nil }, func(ids []string) error {
					got = append(got, ids...)
					return nil
				})
			}
			done <- err
		}()
		var want []string
		for i := range 10 {
			id := fmt.Sprint(i)
			want = append(want, id)
			fmt.Fprintf(w, "{\"id\":%q}\n\n{\"id\":", id) // a blank line and a begin do not hold it up
			synctest.Wait()
			if !slices.Equal(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
			want = append(want, id+"b")
			fmt.Fprintf(w, "%q}\n", id+"b")
		}
		w.Close()
		if err := <-done; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, want %v, %v", got, want, err)
		}
	})
}

func TestAllBeforeAMistakeIsTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var text []byte
		for i := range 20_000 {
			text = fmt.Appendf(text, "{\"id\":%d}\n", i)
		}
		text = append(text, "oops\n{}\n"...)
		r, w := io.Pipe()
		go func() {
			w.Write(text)
			w.Close()
		}()
		f, err := newLineFile("f", r)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = overArticles(f, func(a *article) (string, error) { return a.ID, nil }, func(ids []string) error {
			for _, id := range ids {
				if id != fmt.Sprint(n) {
					t.Fatalf("article %s at the place of %d", id, n)
				}
				n++
			}
			return nil
		})
		if n != 20_000 || err == nil || err.Error() != "f:20001: an article is a JSON object, and this is no JSON" {
			t.Errorf("%d taken, %v", n, err)
		}
		io.Copy(io.Discard, r)
	})
}
