package main

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"slices"
)

// fileReader reads the files of a configuration again and again, and notes which
// they were and what was in them. What is no file, such as a pipe, gives its
// content once, which counts from then on.
type fileReader struct {
	once map[string][]byte

	names []string // that were read since begin
	all   hash.Hash
	sums  map[string]string // by name
}

func newFileReader() *fileReader { return &fileReader{once: make(map[string][]byte)} }

// begin forgets which files were read.
func (r *fileReader) begin() {
	r.names, r.all, r.sums = nil, sha256.New(), make(map[string]string)
}

// read is a config.ReadFile.
func (r *fileReader) read(name string) ([]byte, error) {
	r.note(name)
	data, err := r.contents(name)
	r.digest(name, data, err)
	return data, err
}

func (r *fileReader) contents(name string) ([]byte, error) {
	if data, known := r.once[name]; known {
		return data, nil
	}
	data, err := readText(name)
	if info, statErr := os.Stat(name); err == nil && statErr == nil && info.Mode()&(fs.ModeType&^fs.ModeDir) != 0 {
		r.once[name] = data
	}
	return data, err
}

// note notes names of files and folders.
func (r *fileReader) note(names ...string) {
	for _, name := range names {
		if !slices.Contains(r.names, name) {
			r.names = append(r.names, name)
		}
	}
}

// digest notes what is in a file, or why it cannot be read.
func (r *fileReader) digest(name string, data []byte, err error) {
	sum := sha256.Sum256(data)
	fmt.Fprintf(r.all, "%q %x %v\n", name, sum, err)
	r.sums[name] = string(sum[:])
}

// sum is the digest of all that was noted.
func (r *fileReader) sum() string { return string(r.all.Sum(nil)) }
