package reload

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// watch watches what is there now in the place of what was watched before.
// Without a watch only a request reloads, which is said once.
func (r *Reloader) watch() {
	r.unwatch()
	changed, stop, err := r.opts.Watch(r.files)
	if err != nil && !r.blind {
		r.log.Warn("files are not watched, only SIGHUP reloads them", "err", err)
	}
	r.blind = err != nil
	if err == nil {
		r.changed, r.stop = changed, stop
	}
}

func (r *Reloader) unwatch() {
	if r.stop != nil {
		r.stop()
	}
	r.changed, r.stop = nil, nil
}

// Files is the Options.Watch of real files, and of folders with all that is below
// them but hidden. Without any path there is nothing to watch.
//
// Folders are watched, not files, since editors put a new file in the place of
// the old one; and all links on the way to each file, since whoever deploys
// files as a whole turns a link to them. What is not there is waited for.
func Files(paths []string) (<-chan struct{}, func(), error) {
	if len(paths) == 0 {
		return nil, nil, nil
	}
	w, err := newFileWatch(paths)
	if err != nil {
		return nil, nil, limitHint(err)
	}
	changed := make(chan struct{}, 1)
	var running sync.WaitGroup
	running.Go(func() { w.run(changed) })
	return changed, func() {
		w.events.Close()
		running.Wait()
	}, nil
}

// limitHint adds what to do about a limit that was met.
func limitHint(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w (raise fs.inotify.max_user_watches)", err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("%w (raise fs.inotify.max_user_instances, or the limit of open files)", err)
	}
	return err
}

// fileWatch is one watch of files. All its paths are absolute and free of links,
// so that a folder has one name.
type fileWatch struct {
	events *fsnotify.Watcher
	names  map[string]bool // of which a change counts
	trees  map[string]bool // folders in which every change counts
}

func newFileWatch(paths []string) (*fileWatch, error) {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &fileWatch{events: events, names: make(map[string]bool), trees: make(map[string]bool)}
	for _, p := range paths {
		if err := w.path(p); err != nil {
			events.Close()
			return nil, err
		}
	}
	return w, nil
}

// path watches what is at a path.
func (w *fileWatch) path(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	end, err := w.follow(path)
	if err != nil {
		return err
	}
	return filepath.WalkDir(end, func(name string, d fs.DirEntry, err error) error {
		switch {
		case missing(err):
			return nil // what is above it is watched
		case err != nil:
			return err
		case name != end && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type()&fs.ModeSymlink != 0:
			_, err := w.follow(name)
			return err
		case d.IsDir():
			w.trees[name] = true
			return w.folder(name)
		}
		return nil
	})
}

// maxLinks is how many links lead to a file at the most, as for the kernel.
const maxLinks = 40

// follow watches the links on the way to an absolute path and what is at the
// end of it, which need not exist, and returns the end.
func (w *fileWatch) follow(path string) (end string, err error) {
	for range maxLinks {
		link := firstLink(path)
		if link == "" {
			break
		}
		if err := w.name(link); err != nil {
			return "", err
		}
		target, err := os.Readlink(link)
		if err != nil {
			break // it was a link a moment ago: that is a change
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(link), target)
		}
		path = filepath.Join(target, strings.TrimPrefix(path, link))
	}
	return path, w.name(path)
}

// firstLink returns the shortest beginning of an absolute path that is a
// symbolic link; "" when there is none.
func firstLink(path string) string {
	if parent := filepath.Dir(path); parent != path {
		if link := firstLink(parent); link != "" {
			return link
		}
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return path
	}
	return ""
}

// name watches a name in its folder, or where the folder is to come.
func (w *fileWatch) name(name string) error {
	for at := name; ; {
		w.names[at] = true
		dir := filepath.Dir(at)
		err := w.add(dir)
		switch {
		case err == nil && at != name && exists(at):
			at = name // it came before the watch: look again
		case !missing(err) || dir == at:
			return err
		default:
			at = dir
		}
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// missing reports whether an error says that a path leads nowhere.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// folder watches a folder. That it is gone again is a change of the one above.
func (w *fileWatch) folder(name string) error {
	if err := w.add(name); !missing(err) {
		return err
	}
	return nil
}

// add has the kernel tell what happens in a folder. What happens to the folder
// itself counts.
func (w *fileWatch) add(dir string) error {
	w.names[dir] = true
	if err := w.events.Add(dir); err != nil {
		return fmt.Errorf("watching %s: %w", dir, err)
	}
	return nil
}

// run passes changes on until the watch is closed. Events that got lost are
// taken for changes.
func (w *fileWatch) run(changed chan<- struct{}) {
	for {
		select {
		case e, ok := <-w.events.Events:
			if !ok {
				return
			}
			if !w.counts(e.Name) {
				continue
			}
		case _, ok := <-w.events.Errors:
			if !ok {
				return
			}
		}
		select {
		case changed <- struct{}{}:
		default:
		}
	}
}

// counts reports whether a change of that name is one of what is watched.
func (w *fileWatch) counts(name string) bool {
	return w.names[name] || w.trees[filepath.Dir(name)]
}
