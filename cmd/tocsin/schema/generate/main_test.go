package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSchemasAreUpToDate(t *testing.T) {
	t.Parallel()
	files, err := generate("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob("../*.json")
	if err != nil || len(found) != len(files) {
		t.Errorf("there are the files %q, want %d: %v", found, len(files), err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is out of date (run: go generate ./cmd/tocsin/schema)\n%s", name, diff)
		}
	}
}

func TestTheManualIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := manual("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("../../../..", manualName))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date (run: go generate ./cmd/tocsin/schema)\n%s", manualName, diff)
	}
}
