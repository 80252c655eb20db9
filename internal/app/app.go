// Package app is the whole program as a value: it reads the settings, builds
// every part from them, starts it and stops it. Nothing below knows where a
// setting came from.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"

	"beredskab/internal/access"
	"beredskab/internal/action"
	"beredskab/internal/afterrun"
	"beredskab/internal/channels"
	"beredskab/internal/disk"
	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/halted"
	"beredskab/internal/kept"
	"beredskab/internal/notary"
	"beredskab/internal/notify"
	"beredskab/internal/ops"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
	"beredskab/internal/register"
	"beredskab/internal/runner"
	"beredskab/internal/slack"
	"beredskab/internal/store"
)

// App is the program's parts, built.
type App struct {
	Settings *Settings
	Register *register.Register
	Office   *governance.Office
	Notary   *notary.Notary
	Bureau   *preparedness.Bureau
	Courier  *notify.Courier
	After    *afterrun.Desk
	Guest    string // whom a visitor of a demo's pages is; empty: this is no demo
	// Author says who changed a plan's file last, as git claims; nil: nobody says.
	Author func(ctx context.Context, plans, system string) (claim string, err error)
	Log    *slog.Logger

	clock    door.Clock
	door     *door.Door
	gate     *access.Gate
	store    *store.DB
	meter    *ops.Meter // between the register and its store
	reader   *plan.Reader
	targets  *targets
	runner   atomic.Pointer[runner.Runner]
	answers  *slack.Listener // nil: nobody answers in Slack
	watching atomic.Pointer[ops.Watch]
	failed   chan error // the disk has failed (F13); holds one
}

// registerFile is the SQLite register in the state folder.
const registerFile = "register.db"

// HasRegister tells whether there is a register already. None is ever made to
// answer a question.
func (s *Settings) HasRegister() bool {
	_, err := os.Stat(filepath.Join(s.Dir, registerFile))
	return s.Database != "" || err == nil
}

// spool is where supervised commands are recorded.
func (a *App) spool() string { return filepath.Join(a.Settings.Dir, "spool") }

// Mode says what the program will do with the register.
type Mode int

// The modes. Only one server may hold a register's folder (Serve); commands
// work beside it (Use).
const (
	Use Mode = iota
	Serve
)

// Open builds the program. Close it.
func Open(ctx context.Context, s *Settings, mode Mode, log *slog.Logger) (*App, error) {
	return OpenAt(ctx, s, mode, log, newClock())
}

// OpenAt builds the program on a clock of the caller's: what is done through it
// happened when that clock says. A server needs the machine's own.
func OpenAt(ctx context.Context, s *Settings, mode Mode, log *slog.Logger, clock door.Clock) (*App, error) {
	url, err := s.databaseURL()
	if err != nil {
		return nil, err
	}
	a := &App{Settings: s, Log: log, clock: clock, reader: plan.NewReader(), failed: make(chan error, 1)}
	options := store.Options{URL: url, Folder: s.Dir, Logger: calm(log), Woken: a.woken, Failed: func(err error) { a.failed <- err }}
	if url == "" {
		options.Path = filepath.Join(s.Dir, registerFile)
	}
	if mode == Serve {
		options.Mode = store.Serve
	}
	if a.store, err = store.Open(ctx, options); err != nil {
		return nil, err
	}
	a.meter = ops.NewMeter(a.store, a.store.Faulty)
	d := door.New(a.meter, clock)
	a.door = d
	building := s.building()
	building.Halted, building.Places = halted.New(d, s.Node), &slack.Places{Door: d}
	if a.Courier, err = channels.Courier(s.Channels, building); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", s.File, err), a.store.Close())
	}
	a.Office = governance.New(d)
	a.Register = register.New(d, register.Options{Routes: channels.Routes(s.Channels), Command: "beredskab --dir " + s.Dir, Room: a.room})
	a.Notary = notary.New(notary.Options{
		Door: d, Office: a.Office, Node: s.Node, Folder: s.Dir, Anchors: s.Anchor, Name: a.municipality, Log: log,
	})
	a.Bureau = &preparedness.Bureau{
		Door: d, Register: a.Register, Office: a.Office, Notary: a.Notary, Copies: a.copies, Program: ReadBuild().Version,
	}
	a.After = afterrun.New(afterrun.Options{Office: a.Office, Register: a.Register, Shelf: s.evidence(), Limit: s.limit, Node: s.Node})
	a.gate = access.New(d, access.Options{})
	a.targets = newTargets(s.Targets)
	return a, nil
}

// municipality is its name, after which the log is called; empty when no plan
// files were taken over yet.
func (a *App) municipality(ctx context.Context) (string, error) {
	set, err := a.Register.Set(ctx)
	switch {
	case errors.Is(err, kept.ErrNotFound):
		return "", nil
	case err != nil || set.Organisation == nil:
		return "", err
	}
	return set.Organisation.Name, nil
}

// ErrLocked says that another server works on this folder.
var ErrLocked = store.ErrLocked

// woken tells this process's own runner of a run at once, without the queue.
func (a *App) woken(run string) {
	if r := a.runner.Load(); r != nil {
		r.Woken(run)
	}
}

// changed tells this process's own runner that it changed the register.
func (a *App) changed() {
	if r := a.runner.Load(); r != nil {
		r.Changed()
	}
}

// Close lets everything go, the newest first.
func (a *App) Close() error {
	return errors.Join(a.targets.close(), a.store.Close())
}

// Store gives the database, for backup and health.
func (a *App) Store() *store.DB { return a.store }

// databaseURL adds the password from its file.
func (s *Settings) databaseURL() (string, error) {
	if s.Database == "" || s.Secret == "" {
		return s.Database, nil
	}
	password, err := secret(s.Secret)
	if err != nil {
		return "", err
	}
	return withSecret(s.Database, password)
}

// Runner builds the part that lets time drive the register; only limits it to
// one run.
func (a *App) Runner(only string) (*runner.Runner, error) {
	actions, err := a.actions()
	if err != nil {
		return nil, err
	}
	key, err := a.Settings.nodeKey().have()
	if err != nil {
		return nil, err
	}
	clock := newClock()
	r := runner.New(runner.Options{
		Register: a.Register, Node: a.Settings.Node, Site: a.Settings.Site, Role: a.Settings.Role(only != ""), Version: ReadBuild().Version,
		Boot: clock.boot, Key: key, Mono: clock.sinceBoot, Away: a.store.Away,
		Queue: a.store, Actions: actions, Courier: a.Courier,
		Link: a.link, Checks: a.RunChecks, Log: a.Log, Parallel: a.Settings.Parallel, Only: only, Round: a.round, Ended: a.Notary.Soon,
	})
	a.runner.Store(r)
	return r, nil
}

// Actions builds what carries automatic steps out.
func (a *App) actions() (*action.Local, error) {
	catalogue, err := a.Settings.Catalogue()
	if err != nil {
		return nil, err
	}
	if err := disk.MakeFolder(a.spool()); err != nil {
		return nil, fmt.Errorf("making the spool: %w", err)
	}
	return action.New(action.Options{
		Catalogue: catalogue, Spool: a.spool(), OpenSQL: a.targets.open,
		Allow:   a.Settings.allow(),
		Hidden:  a.Settings.hidden(),
		Started: func(q action.Request, p action.Process) { a.runner.Load().Started(q, p) },
	})
}

// Judge gives what says whether the actions of plan steps can be carried out
// with these settings. It is only asked; nothing is started.
func (s *Settings) Judge(spool string) (*action.Local, error) {
	catalogue, err := s.Catalogue()
	if err != nil {
		return nil, err
	}
	return action.New(action.Options{Catalogue: catalogue, Allow: s.allow(), Spool: spool, OpenSQL: newTargets(s.Targets).open})
}

func (s *Settings) allow() action.Allow {
	allow := action.Allow{Hosts: s.Allow.Hosts, Paths: s.Allow.Paths}
	for _, t := range s.Targets {
		allow.SQL = append(allow.SQL, t.Name)
	}
	return allow
}

// Catalogue reads the administrator's actions; nil when there is no file.
func (s *Settings) Catalogue() (*action.Catalogue, error) {
	if _, err := os.Lstat(s.Actions); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return action.LoadCatalogue(s.Actions, decode, s.Plans)
}

// decode reads YAML of ours with the plan reader's strictness.
func decode(data []byte, file string, into any) error {
	if problems := plan.Decode(file, data, into); len(problems) > 0 {
		return problems
	}
	return nil
}
