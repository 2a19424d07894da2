package main

import (
	"io"
	"runtime"
)

// inOrder has work done on batches, on several cores, and hands them on in the
// order in which they came. There are never more batches than it has, so it needs
// the same memory however much comes: it reads no further while these are being
// worked on, or wait for one before them to be written.
type inOrder[B any] struct {
	workers, batches int

	read  func(*B) (more bool) // fills a batch, which may have been used before
	work  func(*B)             // any number at once
	write func(*B) error
}

// run returns when the last batch was written, or one could not be. In that case
// it leaves a read that is under way behind, since nothing can end it.
func (p inOrder[B]) run() error {
	type job struct {
		batch B
		done  chan struct{}
	}
	free, toDo, order := make(chan *job, p.batches), make(chan *job, p.batches), make(chan *job, p.batches)
	for range p.batches {
		free <- &job{done: make(chan struct{}, 1)}
	}
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(order)
		defer close(toDo)
		for more := true; more; {
			select {
			case j := <-free:
				more = p.read(&j.batch)
				toDo <- j
				order <- j
			case <-stop:
				return
			}
		}
	}()
	for range p.workers {
		go func() {
			for j := range toDo {
				p.work(&j.batch)
				j.done <- struct{}{}
			}
		}()
	}
	for j := range order {
		<-j.done
		if err := p.write(&j.batch); err != nil {
			return err
		}
		free <- j
	}
	return nil
}

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
