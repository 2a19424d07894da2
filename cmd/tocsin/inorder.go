package main

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
