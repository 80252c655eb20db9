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
	"log/slog"
	"net"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"beredskab/internal/app"
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
// backup, and a register that holds the plans and two years of what people did
// about them, up to now. program is this program's own file, which the catalogue's
// commands run. account is the operating system's account of whoever looks at the
// demo; without one, the register holds the plans and the figures of the drills, and nobody
// is registered.
func Prepare(ctx context.Context, dir, program, account string, now time.Time) (*Sample, error) {
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
		func() error { return s.writePlans(now) }, s.writeSettings,
		func() error { return s.writeCatalogue(program) },
		func() error { return makeBusiness(s.ESDH, now) },
		func() error {
			if account == "" {
				return s.takeOver(ctx, now)
			}
			return s.fillRegister(ctx, account, now)
		},
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

// sampleDay is the day on which the sample's files were written. Their dates are
// moved as far from it as the demo's own day is, so that the sample says the same
// whenever it is made.
func sampleDay() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }

// writePlans copies the embedded plan files, with the address at which this
// demo's ESDH answers and with dates that fit to now.
func (s *Sample) writePlans(now time.Time) error {
	later := int(now.Sub(sampleDay()).Hours()) / 24
	date := regexp.MustCompile(`\b20\d\d-\d\d-\d\d\b`)
	move := func(text []byte) []byte {
		day, err := time.Parse(time.DateOnly, string(text))
		if err != nil {
			return text // it only looks like a date
		}
		return []byte(day.AddDate(0, 0, later).Format(time.DateOnly))
	}
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
		src = bytes.ReplaceAll(src, []byte(port), []byte(s.Address))
		if path.Ext(name) == ".yaml" {
			src = date.ReplaceAllFunc(src, move)
		}
		return os.WriteFile(to, src, 0o644)
	})
}

// writeSettings writes beredskab.yaml: there is a channel of each kind, whose messages go
// to a folder instead of to anybody, and the probes may look at this demo's ESDH and
// nothing else.
func (s *Sample) writeSettings() error {
	return os.WriteFile(filepath.Join(s.Dir, "beredskab.yaml"), fmt.Appendf(nil, marker+`dir: .
plans: plans
actions: actions.yaml
node: demo
allow:
  hosts: ["%s"]
targets:
  - {name: esdh-test, driver: sqlite, file: esdh/esdh.db}
channels: # each writes what it would send into the folder
  - {name: slack, kind: slack, address: "#beredskab-oevelser", language: da, dir: messages}
  - {name: mail, kind: mail, from: "Beredskab, Eksempel Kommune <beredskab@eksempelkommune.dk>", reply_to: it-vagt@eksempelkommune.dk, dir: messages}
  - {name: teams, kind: teams, language: da, dir: messages}
  - {name: sms, kind: sms, from: Beredskab, dir: messages}
  - {name: opgavesystem, kind: webhook, url: "https://opgaver.eksempelkommune.dk/beredskab", language: da, dir: messages}
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

// planFile is the file of a system's plan, or the organisation's.
func (s *Sample) planFile(name string) string { return filepath.Join(s.Dir, "plans", name+".yaml") }

// Open opens the program over the demo folder.
func (s *Sample) Open(ctx context.Context, mode app.Mode) (*app.App, error) {
	settings, err := s.Settings()
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, settings, mode, slog.New(slog.DiscardHandler))
}

// Settings reads the demo's own settings; nothing from around it gets in.
func (s *Sample) Settings() (*app.Settings, error) {
	return app.Load(map[string]string{"dir": s.Dir}, func(string) (string, bool) { return "", false }, s.Dir)
}
