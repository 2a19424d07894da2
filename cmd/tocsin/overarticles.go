package main

import (
	"io"
	"runtime"
)

// lineBatch is lines of a file, what was found in them, and what ends the file
// behind them: nil where it goes on, or ends well.
type lineBatch[T any] struct {
	lines []line
	found []T
	err   error
}

// batchesPerCore is how many batches there are for each core: one to work on,
// and those that others wait for or that wait to be written.
const batchesPerCore = 4

// overArticles has look see every article of the file, on all cores, and take
// have what it found, in the order of the articles. All that was read before an
// article that cannot be is taken.
func overArticles[T any](f *lineFile, look func(*article) (T, error), take func([]T) error) error {
	cores := runtime.GOMAXPROCS(0)
	return inOrder[lineBatch[T]]{
		workers: cores,
		batches: batchesPerCore * cores,
		read:    func(b *lineBatch[T]) bool { return b.read(f) },
		work: func(b *lineBatch[T]) {
			for _, l := range b.lines {
				x, err := lookAt(l, look)
				if err != nil {
					b.err = &lineError{f.name, l.number, err}
					return
				}
				b.found = append(b.found, x)
			}
		},
		write: func(b *lineBatch[T]) error {
			if err := take(b.found); err != nil {
				return err
			}
			return b.err
		},
	}.run()
}

// lookAt has look see the article in a line.
func lookAt[T any](l line, look func(*article) (T, error)) (found T, err error) {
	a, err := parseArticle(l)
	if err != nil {
		return found, err
	}
	return look(a)
}

// read fills the batch with the lines that have come, blank ones left out. It
// waits for one, and not for further ones: whoever writes line by line is
// answered line by line.
func (b *lineBatch[T]) read(f *lineFile) (more bool) {
	clear(b.lines)
	clear(b.found)
	b.lines, b.found, b.err = b.lines[:0], b.found[:0], nil
	for {
		l, err := f.next()
		switch {
		case err == io.EOF:
			return false
		case err != nil:
			b.err = err
			return false
		}
		if !l.blank() {
			b.lines = append(b.lines, l)
		}
		if f.waiting() {
			return true
		}
	}
}
