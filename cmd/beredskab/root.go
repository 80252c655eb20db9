package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
	"beredskab/internal/app"
	"beredskab/internal/door"
)

// cli is what every command works with: the streams, the global flags, and the
// parts that it opens when it needs them.
type cli struct {
	streams
	flags map[string]string // settings that were given as flags
	json  bool
	quiet bool
	yes   bool
	lang  string
	at    string
	as    string
}

// run carries one command line out and gives its exit code.
func run(ctx context.Context, s streams, args []string) int {
	c := &cli{streams: s, flags: map[string]string{}}
	root := c.root()
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, errFound) && !errors.Is(err, errPartly) {
		c.complain(err)
	}
	return codeOf(err)
}

// root lists every command by hand.
func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "beredskab",
		Short: "Keep the ikt-beredskabsplan, run its drills, prove what was measured",
		Example: "  beredskab demo            try everything on a sample municipality\n" +
			"  beredskab check           judge the plans of this folder\n" +
			"  beredskab drill start esdh gendan-fra-backup --here",
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("%v", err) })
	global := root.PersistentFlags()
	for _, f := range [][2]string{
		{"dir", "folder of all state (default: .beredskab in the plan repository)"},
		{"plans", "folder of the plan files"},
		{"config", "settings file (default: beredskab.yaml here or above)"},
		{"actions", "catalogue of commands"},
		{"node", "name of this server"},
		{"database", "postgres:// address instead of a file"},
		{"listen", "where operators ask for health and figures (default 127.0.0.1:8372); off: nowhere"},
	} {
		global.Var(setting{c.flags, f[0]}, f[0], f[1])
	}
	global.BoolVar(&c.json, "json", false, "print the whole result as JSON")
	global.BoolVarP(&c.quiet, "quiet", "q", false, "no progress and no hints")
	global.BoolVar(&c.yes, "yes", false, "do not ask")
	global.StringVar(&c.lang, "lang", "en", "language of plan texts that are made: da or en")
	global.StringVar(&c.at, "at", "", "take this moment as now (RFC 3339), for check, order and schedule")
	root.AddCommand(c.commands()...)
	root.SetHelpCommand(help())
	root.InitDefaultHelpCmd()
	strict(root)
	standard := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if standard(cmd, args); cmd == root {
			fmt.Fprintf(c.out, "\nExit codes:\n%s", exitTable())
		}
	})
	return root
}

// setting is a flag that only overrides a setting when it was given.
type setting struct {
	into map[string]string
	key  string
}

func (s setting) String() string        { return s.into[s.key] }
func (s setting) Type() string          { return "text" }
func (s setting) Set(text string) error { s.into[s.key] = text; return nil }

// settings reads the program's own settings.
func (c *cli) settings() (*app.Settings, error) {
	return app.Load(c.flags, c.environ, c.workDir)
}

// open builds the program over the register for one command.
func (c *cli) open(ctx context.Context, mode app.Mode) (*app.App, error) {
	s, err := c.settings()
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, s, mode, c.log())
}

// log is the program's log, on standard error.
func (c *cli) log() *slog.Logger {
	level := slog.LevelWarn
	if c.quiet {
		level = slog.LevelError
	}
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level}))
}

// actor is who types: the account of the operating system, or the person that
// --as names, with that account kept beside it (R16).
func (c *cli) actor() door.Actor {
	account := "unknown"
	if u, err := user.Current(); err == nil {
		account = u.Username
	}
	name := c.as
	if name == "" {
		name = account
	}
	return door.Actor{Name: name, Assurance: "login", Via: account}
}

// now is the moment that --at names, else now.
func (c *cli) now() (time.Time, error) {
	if c.at == "" {
		return time.Now(), nil
	}
	return folder.Moment("--at", c.at)
}

// print writes a result: as JSON when that is wanted, else as text.
func (c *cli) print(value any, text func()) error {
	if !c.json {
		text()
		return nil
	}
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}

// hint writes the next step to standard error.
func (c *cli) hint(format string, args ...any) {
	if !c.quiet && !c.json {
		fmt.Fprintf(c.err, format+"\n", args...)
	}
}

// complain tells a person, or a program, what went wrong.
func (c *cli) complain(err error) {
	text := strings.TrimPrefix(err.Error(), folder.ErrUsage.Error()+": ")
	if !c.json {
		fmt.Fprintf(c.err, "beredskab: %s\n", text)
		return
	}
	body := map[string]any{"error": map[string]any{"code": codeOf(err), "message": text}}
	enc := json.NewEncoder(c.err)
	_ = enc.Encode(body) // nowhere left to tell it
}
