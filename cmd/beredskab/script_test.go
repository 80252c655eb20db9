package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"beredskab/plans"
)

// TestScripts is what the commands promise, one script a subject. Each begins
// in a folder that holds a copy of the sample municipality in plans/.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", Setup: sample, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "values": values},
	})
}

// sample copies the sample municipality and hides the settings of whoever runs
// the tests.
func sample(env *testscript.Env) error {
	env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
	env.Setenv("TZ", "Europe/Copenhagen")
	env.Setenv("YEAR", strconv.Itoa(time.Now().UTC().Year())) // of numbers that the register gives
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_STATE_HOME"} {
		env.Setenv(name, filepath.Join(env.WorkDir, "home", "."+name))
	}
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		env.Setenv("GIT_"+who+"_NAME", "beredskabskoordinator")
		env.Setenv("GIT_"+who+"_EMAIL", "beredskab@eksempelkommune.dk")
	}
	return fs.WalkDir(plans.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(env.WorkDir, "plans", name)
		if entry.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		src, err := plans.Files.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, src, 0o644)
	})
}

// exits CODE COMMAND… runs a command that must end with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	code := 0
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("running %v: %v", args[1:], err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("ended with %d, want %s", code, args[0])
	}
}

// values LIST KEY WANT… compares what the key holds in each object of a list of
// the JSON on standard output.
func values(ts *testscript.TestScript, neg bool, args []string) {
	var body map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &body))
	var list []map[string]any
	ts.Check(json.Unmarshal(body[args[0]], &list))
	got := make([]string, len(list))
	for i, object := range list {
		got[i] = fmt.Sprint(object[args[1]])
	}
	if slices.Equal(got, args[2:]) == neg {
		ts.Fatalf("%s.%s is %s", args[0], args[1], strings.Join(got, " "))
	}
}
