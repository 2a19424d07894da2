package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"tocsin/watcher/config"
)

// What the files of deploy name is there: paths of the sources, commands, flags.

const root = "../.."

func deployed(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// runs checks that a command line is one of tocsin's, up to where it would begin.
func runs(t *testing.T, args []string) {
	t.Helper()
	var out, problems bytes.Buffer
	if code := run(append(args, "--help"), strings.NewReader(""), &out, &problems); code != exitDone || !strings.Contains(out.String(), "The daemon") && !strings.Contains(out.String(), "Polls every feed") {
		t.Errorf("tocsin %q: exit code %d, %s", args, code, &problems)
	}
}

func TestTheContainerIsMadeOfWhatThereIs(t *testing.T) {
	t.Parallel()
	text := deployed(t, "Containerfile")
	for _, path := range regexp.MustCompile(`/?[\w./-]+\.(?:yaml|mod|sum)\b|\./cmd/tocsin`).FindAllString(text, -1) {
		if strings.HasPrefix(path, "/out/") || strings.HasPrefix(path, "/") && strings.Contains(text, "/out"+path) {
			continue // it is made there
		}
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			t.Error(err)
		}
	}
	match := regexp.MustCompile(`(?m)^CMD \[(.*)\]$`).FindStringSubmatch(text)
	if match == nil {
		t.Fatal("there is no CMD")
	}
	runs(t, strings.Split(strings.NewReplacer(`"`, "", " ", "").Replace(match[1]), ","))
	if !strings.Contains(text, "http://"+config.DefaultListen+"/livez") {
		t.Error("the health is asked for where it is not served")
	}
	if !regexp.MustCompile(`(?m)^USER [1-9]`).MatchString(text) {
		t.Error("it runs as root")
	}
	if goMod, err := os.ReadFile(filepath.Join(root, "go.mod")); err != nil || !strings.Contains(string(goMod), "\ngo "+regexp.MustCompile(`golang:([\d.]+)`).FindStringSubmatch(text)[1]) {
		t.Errorf("it is built with another Go than go.mod says (%v)", err)
	}
}

func TestTheComposeFileRunsTocsin(t *testing.T) {
	t.Parallel()
	var file struct {
		Services map[string]struct {
			Build   struct{ Dockerfile string }
			Command []string
			Secrets []string
		}
		Configs map[string]struct{ File string }
		Secrets map[string]struct{ File string }
	}
	if err := yaml.Load([]byte(deployed(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	tocsin := file.Services["tocsin"]
	runs(t, tocsin.Command)
	if _, err := os.Stat(filepath.Join(root, tocsin.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
	// Its configuration reads the secrets that it is given, and nothing else.
	name := file.Configs["tocsin"].File
	given := make(map[string]bool)
	for _, s := range tocsin.Secrets {
		if file.Secrets[s].File != "" {
			given["/run/secrets/"+s] = true
		}
	}
	c, problems := config.Parse(name, []byte(deployed(t, name)), func(path string) ([]byte, error) {
		if !given[path] {
			return nil, os.ErrNotExist
		}
		delete(given, path)
		return []byte("secret\n"), nil
	})
	for _, p := range problems {
		t.Error(p)
	}
	if c == nil || c.Store != "postgres://tocsin:secret@db/tocsin" || len(given) > 0 {
		t.Errorf("the configuration is %+v, and %v are not read", c, given)
	}
}
