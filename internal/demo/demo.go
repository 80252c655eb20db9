// Package demo makes a sample municipality in a folder: plans, settings, a
// register with a drill history, and a small business system that is real: a
// database behind an HTTP service on loopback, with a real backup of it. What
// runs on it is the program itself; nothing here pretends.
package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/plans"
)

// System and Drill name what the demo drills; Owner answers its question.
const (
	System = "esdh"
	Drill  = "gendan-fra-backup"
	Owner  = "systemejer"
)

// port is the address of the sample's ESDH in its plan file.
const port = "127.0.0.1:18114"

// marker is the first line of a demo's settings, by which a folder is known to
// be one of ours that may be made anew.
const marker = "# Sample municipality, made by `beredskab demo`.\n"

// Sample is a prepared demo folder.
type Sample struct {
	Dir     string // of everything
	ESDH    string // folder of the business system
	Address string // where the business system answers
}

// Prepare makes the folder: plans, settings, catalogue, business data with its
// backup, and a register that holds the plans and their drill history. program
// is this program's own file, which the catalogue's commands run.
func Prepare(ctx context.Context, dir, program string, now time.Time) (*Sample, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the demo folder: %w", err)
	}
	if err := vacant(dir); err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	s := &Sample{Dir: dir, ESDH: filepath.Join(dir, "esdh"), Address: address}
	for _, part := range []func() error{
		s.writePlans, s.writeSettings,
		func() error { return s.writeCatalogue(program) },
		func() error { return makeBusiness(s.ESDH, now) },
		func() error { return s.fillRegister(ctx) },
	} {
		if err := part(); err != nil {
			return nil, fmt.Errorf("preparing the demo in %s: %w", dir, err)
		}
	}
	return s, nil
}

// Existing finds a demo that was prepared before.
func Existing(dir string) (*Sample, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	src, err := os.ReadFile(filepath.Join(dir, "plans", System+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("%s is no demo folder: %w", dir, err)
	}
	_, rest, ok := bytes.Cut(src, []byte("url: http://"))
	address, _, found := bytes.Cut(rest, []byte("/"))
	if !ok || !found {
		return nil, fmt.Errorf("%s is no demo folder: the plan of %s names no address", dir, System)
	}
	return &Sample{Dir: dir, ESDH: filepath.Join(dir, "esdh"), Address: string(address)}, nil
}

// vacant makes room: a new folder, an empty one, or an earlier demo, which is
// made anew. Anything else is left alone.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && len(entries) == 0) {
		return os.MkdirAll(dir, 0o700)
	} else if err != nil {
		return fmt.Errorf("looking at the demo folder: %w", err)
	}
	head, err := os.ReadFile(filepath.Join(dir, "beredskab.yaml"))
	if err != nil || !strings.HasPrefix(string(head), marker) {
		return fmt.Errorf("%w: %s holds files that are not a demo's; name an empty folder with --dir", app.ErrSettings, dir)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("removing the earlier demo: %w", err)
		}
	}
	return nil
}

// freeAddress finds a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("finding a free address on loopback: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// writePlans copies the embedded plan files, with the address at which this
// demo's ESDH answers.
func (s *Sample) writePlans() error {
	return fs.WalkDir(plans.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(s.Dir, "plans", name)
		if entry.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		src, err := plans.Files.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, bytes.ReplaceAll(src, []byte(port), []byte(s.Address)), 0o644)
	})
}

// writeSettings writes beredskab.yaml: messages go to a folder, and the probes
// may look at this demo's ESDH and nothing else.
func (s *Sample) writeSettings() error {
	return os.WriteFile(filepath.Join(s.Dir, "beredskab.yaml"), fmt.Appendf(nil, marker+`dir: .
plans: plans
actions: actions.yaml
node: demo
allow:
  hosts: ["%s"]
targets:
  - {name: esdh-test, driver: sqlite, file: esdh/esdh.db}
channels:
  - {name: folder, kind: folder, dir: messages, language: da}
`, s.Address), 0o644)
}

// writeCatalogue writes the administrator's file: which commands the plans may
// name, and with which parameters.
func (s *Sample) writeCatalogue(program string) error {
	text := "version: 1\nactions:\n"
	for _, c := range []struct{ id, verb, param, about string }{
		{"demo-stop-service", "stop", "service", "Stop ESDH, as the loss of its server would"},
		{"demo-restore-database", "restore", "database", "Restore the ESDH database from its newest backup and start the service"},
		{"demo-clean-up", "clean-up", "database", "Put the data back as it was before the drill"},
	} {
		text += fmt.Sprintf(`  - id: %s
    description: %s
    exec: %s
    args: [demo-tool, %s, %s, "${%s}"]
    params:
      %s: {type: enum, values: [esdh]}
    timeout: 15m
`, c.id, c.about, program, c.verb, s.ESDH, c.param, c.param)
	}
	return os.WriteFile(filepath.Join(s.Dir, "actions.yaml"), []byte(text), 0o600)
}

// fillRegister adopts the plans and takes the drill history over.
func (s *Sample) fillRegister(ctx context.Context) error {
	a, err := s.Open(ctx, app.Use)
	if err != nil {
		return err
	}
	actor := door.Actor{Name: "beredskabskoordinator", Assurance: "login", Via: "demo"}
	if _, problems, err := a.Adopt(ctx, actor); err != nil || len(problems) > 0 {
		return errors.Join(err, problemsError(problems), a.Close())
	}
	return errors.Join(a.Register.Import(ctx, actor, history()), a.Close())
}
