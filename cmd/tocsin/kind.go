package main

import (
	"os"
	"regexp"
	"strings"

	"tocsin/watcher/config"
	"tocsin/watcher/opml"
)

// fileKind is what a file that people write is for.
type fileKind uint8

const (
	ruleFile fileKind = iota // also a folder of them, and builtin:
	feedList
	configFile
)

var (
	// ruleKey is a key at the left edge that only rule files have. `rules` is
	// not among them: a configuration has it too.
	ruleKey = regexp.MustCompile(`(?m)^["']?(version|theme|lists|tune|share|fold)["']? *:`)
	// listEntry is an entry of a list at the left edge.
	listEntry = regexp.MustCompile(`(?m)^(- |-$|\[)`)
	// anyKey is a key at the left edge.
	anyKey = regexp.MustCompile(`(?m)^["']?[A-Za-z_]+["']? *:`)
)

// kindOf tells what the file is by what stands at the left edge, so that a file
// with mistakes in it is still taken for what it is meant to be.
func kindOf(path string) (fileKind, []byte, error) {
	if strings.HasPrefix(path, config.Builtin) {
		return ruleFile, nil, nil
	}
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return ruleFile, nil, err
	}
	data, err := readText(path)
	if err != nil {
		return ruleFile, nil, err
	}
	switch {
	case opml.Looks(data):
		return feedList, data, nil
	case ruleKey.Match(data):
		return ruleFile, data, nil
	case listEntry.Match(data):
		return feedList, data, nil
	case anyKey.Match(data):
		return configFile, data, nil
	}
	return ruleFile, data, nil
}
