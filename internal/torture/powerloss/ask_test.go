package powerloss_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/action"
	"beredskab/internal/app"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
)

// answers is what an installation says to whoever asks for everything.
type answers struct {
	given   map[string]string // by question
	notices []string          // what the program says is wrong
	panic   string
}

// ask asks an installation everything that a person can: settings, catalogue,
// plans, doctor, runs, trace, messages, findings, and what the spool holds.
func ask(dir string) (a answers) {
	a.given = map[string]string{}
	defer func() {
		if crash := recover(); crash != nil {
			a.panic = fmt.Sprint(crash)
		}
	}()
	s, err := app.Load(nil, func(string) (string, bool) { return "", false }, dir)
	if a.note("settings", nil, err); err != nil {
		return a
	}
	s.Dir = filepath.Join(dir, "state") // where else a damaged name may lead is another installation
	s.Database = ""
	c, err := s.Catalogue()
	a.note("catalogue", nil, err)
	if err == nil && c != nil {
		a.note("catalogue", c.Actions(), nil)
	}
	a.spool(s)
	a.register(s)
	return a
}

func (a *answers) note(question string, answer any, err error) {
	if err != nil {
		a.notices = append(a.notices, question+": "+err.Error())
		return
	}
	text, err := json.Marshal(answer)
	if err != nil {
		a.notices = append(a.notices, question+": "+err.Error())
	}
	a.given[question] = string(text)
}

// spool asks for the fate of every attempt of which there is a record.
func (a *answers) spool(s *app.Settings) {
	local, err := s.Judge(filepath.Join(s.Dir, "spool"))
	if err != nil {
		a.notices = append(a.notices, "spool: "+err.Error())
		return
	}
	defer local.Close()
	records, _ := filepath.Glob(filepath.Join(s.Dir, "spool", "*~*~*"))
	for _, path := range records {
		part := strings.Split(filepath.Base(path), "~")
		number, _ := strconv.Atoi(part[2])
		result, err := local.Adopt(context.Background(), action.Request{Run: part[0], Step: part[1], Attempt: number, Action: "mark", With: nil, Timeout: time.Minute})
		result.Process = action.Process{}
		if errors.Is(err, action.ErrUnknown) {
			// That nobody knows how it ended is put before a person, never guessed.
			a.given["attempt "+filepath.Base(path)] = "unknown"
			continue
		}
		a.note("attempt "+filepath.Base(path), result, err)
	}
}

// register opens it as the server does, has it looked over, and reads all of it.
func (a *answers) register(s *app.Settings) {
	program, err := app.Open(context.Background(), s, app.Serve, slog.New(slog.DiscardHandler))
	if err != nil {
		a.notices = append(a.notices, "register: "+err.Error())
		return
	}
	defer func() { _ = program.Close() }()
	for _, problem := range program.Store().Check(context.Background()).Problems {
		a.notices = append(a.notices, "doctor: "+problem)
	}
	r, ctx := program.Register, context.Background()
	runs, err := r.Runs(ctx, kept.RunFilter{Limit: 1000})
	a.note("runs", runs, err)
	for i := range runs {
		_, run, err := r.Run(ctx, runs[i].ID)
		a.note("run "+runs[i].ID, run, err)
	}
	entries, err := r.Entries(ctx, kept.EntryFilter{Limit: 1 << 20})
	a.note("entries", entries, err)
	set, err := r.Set(ctx)
	a.note("plans", set, err)
	notices, err := r.Notices(ctx, outbox.Filter{Limit: 1 << 20})
	a.note("notices", notices, err)
	findings, err := r.Findings(ctx, kept.FindingFilter{})
	a.note("findings", findings, err)
	schedules, err := r.Schedules(ctx)
	a.note("schedules", schedules, err)
}

// verdict is how one damage was met.
type verdict struct {
	kind    string
	failure string // empty when it was met as promised
	hashed  bool
}

// judge compares the answers of a damaged installation with those of the sound
// one. Two kinds of damage are not found yet, because nothing outside the file
// tells of them: a changed value that no hash covers, and a write-ahead log that
// ends earlier than it did.
func judge(sound, now answers, d damage) verdict {
	var other []string
	for question, answer := range sound.given {
		if got, there := now.given[question]; there && got != answer && got != "unknown" {
			other = append(other, question)
		}
	}
	slices.Sort(other)
	covered := slices.ContainsFunc(other, func(q string) bool {
		return q == "entries" || q == "plans" || strings.HasPrefix(q, "attempt ")
	})
	switch {
	case now.panic != "":
		return verdict{kind: "panics", failure: now.panic}
	case len(now.notices) > 0 && !helpful(now.notices, d):
		return verdict{kind: "refused without a name", failure: fmt.Sprintf("%q", now.notices)}
	case len(now.notices) > 0:
		return verdict{kind: "refused by name", hashed: !slices.ContainsFunc(now.notices, func(n string) bool { return !hashed(n) })}
	case len(other) == 0:
		return verdict{kind: "harmless"}
	case strings.HasSuffix(d.name, ".yaml"):
		return verdict{kind: "valid as another text"}
	case strings.HasSuffix(d.name, "-wal") && earlier(sound, now):
		return verdict{kind: "not found yet: a write-ahead log that ends earlier"}
	case filepath.Base(d.name) == "register.db" && !covered:
		return verdict{kind: "not found yet: a value that no hash covers"}
	default:
		return verdict{kind: "wrong without notice", failure: fmt.Sprintf("%q", other)}
	}
}

// hashed says whether it was a hash that told.
func hashed(notice string) bool {
	return strings.Contains(notice, "its hash") || strings.Contains(notice, "of the log")
}

// earlier says whether the trace is the beginning of the sound one.
func earlier(sound, now answers) bool {
	trim := func(text string) string { return strings.TrimPrefix(text, "[") }
	return strings.HasSuffix(sound.given["entries"], trim(now.given["entries"])) || now.given["entries"] == "[]" || now.given["entries"] == "null"
}

// helpful says whether somebody can tell from the words which file is meant.
func helpful(notices []string, d damage) bool {
	text := strings.Join(notices, "\n")
	switch filepath.Base(d.name) {
	case "register.db", "register.db-wal":
		return slices.ContainsFunc([]string{"register", "doctor", "run ", "entry ", "plan ", "schedule"}, func(name string) bool { return strings.Contains(text, name) })
	}
	return strings.Contains(text, filepath.Base(d.name)) || strings.Contains(text, "spool")
}

// commands asks the released program itself: doctor, and serve for a moment.
func commands(t *testing.T, program, dir string, d damage) {
	for _, words := range [][]string{{"doctor", "--offline"}, {"drill", "list"}, {"audit", "log"}, {"serve"}} {
		cmd := exec.Command(program, append(words, "--config", filepath.Join(dir, "beredskab.yaml"))...)
		var out bytes.Buffer
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := cmd.Start(); err != nil {
			t.Error(err)
			return
		}
		if words[0] == "serve" {
			time.AfterFunc(300*time.Millisecond, func() { _ = cmd.Process.Signal(syscall.SIGTERM) }) // the moment itself
		}
		_ = cmd.Wait() // a refusal is an answer
		for _, sign := range []string{"panic:", "fatal error:", "goroutine "} {
			if strings.Contains(out.String(), sign) {
				t.Errorf("%s, %s: %v: %s", d.name, d.what, words, out.String())
			}
		}
	}
}
