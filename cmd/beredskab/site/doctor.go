package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/disk"
	"beredskab/internal/kept"
)

// Level says how well one thing stands.
type Level string

// The levels. A warning is worth a look, a failure stops the program's work.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Line is one thing that was examined, with the next step when it is not well.
type Line struct {
	Name  string `json:"name"`
	Level Level  `json:"level"`
	Text  string `json:"text"`
	Next  string `json:"next,omitempty"`
}

// Diagnosis is what `beredskab doctor` answers.
type Diagnosis struct {
	Schema string `json:"schema"`
	Lines  []Line `json:"checks"`
}

// Failed tells whether something stops the program's work.
func (v *Diagnosis) Failed() bool {
	for _, l := range v.Lines {
		if l.Level == Fail {
			return true
		}
	}
	return false
}

// Text prints one line a thing, and the next step below.
func (v *Diagnosis) Text(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, l := range v.Lines {
		fmt.Fprintf(w, "%s\t%s\t%s\n", l.Level, l.Name, l.Text)
		if l.Next != "" {
			fmt.Fprintf(w, "\t\t→ %s\n", l.Next)
		}
	}
	_ = w.Flush() // A closed pipe ends the program by itself.
}

// Examination is what Examine looks at.
type Examination struct {
	Settings *app.Settings
	Plans    func() (text string, mistakes int, err error) // how the plan files stand
	Now      time.Time
	Offline  bool // connects to nobody
	Log      *slog.Logger
}

// Unreadable is the diagnosis when not even the settings can be read.
func Unreadable(err error) *Diagnosis {
	return &Diagnosis{"beredskab.doctor.v1", []Line{{"settings", Fail, err.Error(), "correct it; the rest is looked at after that"}}}
}

// Examine looks an installation over. It changes nothing, makes no register,
// sends no message, and takes seconds at most, however much is broken.
func Examine(ctx context.Context, e Examination) *Diagnosis {
	v := &Diagnosis{Schema: "beredskab.doctor.v1", Lines: []Line{e.settings(), e.plans(), e.clock(), e.state(), e.disk()}}
	v.Lines = append(append(v.Lines, e.register(ctx)...), e.nodes(ctx)...)
	v.Lines = append(v.Lines, e.catalogue(), e.fences(ctx), e.identity(ctx))
	return &Diagnosis{v.Schema, append(v.Lines, e.channels(ctx)...)}
}

func (e Examination) settings() Line {
	if e.Settings.File == "" {
		return Line{"settings", Warn, "no beredskab.yaml here or above; everything is at its default", "beredskab init"}
	}
	return Line{Name: "settings", Level: OK, Text: e.Settings.File}
}

func (e Examination) plans() Line {
	text, mistakes, err := e.Plans()
	switch {
	case err != nil:
		return Line{"plans", Fail, err.Error(), "beredskab plan lint"}
	case mistakes > 0:
		return Line{"plans", Warn, text, "beredskab plan lint"}
	}
	return Line{Name: "plans", Level: OK, Text: text}
}

// clock looks whether times of day can be trusted: the program tells people
// when a drill is due.
func (e Examination) clock() Line {
	name, _ := e.Now.Zone()
	text := e.Now.Format("2006-01-02 15:04") + " " + name
	if _, err := time.LoadLocation("Europe/Copenhagen"); err != nil {
		return Line{"clock", Fail, "the time zone Europe/Copenhagen cannot be read: " + err.Error(), "install the tzdata package"}
	}
	for _, sign := range []string{"/run/systemd/timesync/synchronized", "/run/chrony", "/run/ntpd.pid"} {
		if _, err := os.Stat(sign); err == nil {
			return Line{Name: "clock", Level: OK, Text: text + ", kept by a time service"}
		}
	}
	return Line{"clock", Warn, text + "; no time service was found", "see that chrony or systemd-timesyncd runs: timedatectl"}
}

func (e Examination) state() Line {
	dir := e.Settings.Dir
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Line{Name: "state", Level: OK, Text: dir + " will be made when it is needed"}
	case err != nil:
		return Line{"state", Fail, err.Error(), "give this user the rights to " + dir}
	case !info.IsDir():
		return Line{"state", Fail, dir + " is no folder", "name another folder with --dir"}
	case syscall.Access(dir, 2) != nil: // 2 asks for the right to write.
		return Line{"state", Fail, dir + " cannot be written", "chown it to the user of the server"}
	case info.Mode().Perm()&0o007 != 0:
		return Line{"state", Warn, fmt.Sprintf("everybody can look into %s (mode %04o)", dir, info.Mode().Perm()), "chmod 700 " + dir}
	}
	return Line{Name: "state", Level: OK, Text: dir}
}

// Free disk below which a register is in danger, in bytes.
const (
	littleDisk = 1 << 30
	noDisk     = 100 << 20
)

func (e Examination) disk() Line {
	dir := e.Settings.Dir
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	free, _, err := disk.Free(dir)
	if err != nil {
		return Line{"disk", Warn, "free disk is not known: " + err.Error(), "look with df"}
	}
	text := fmt.Sprintf("%.1f GiB free under %s", float64(free)/(1<<30), dir)
	switch {
	case free < noDisk:
		return Line{"disk", Fail, text, "make room: nothing can be recorded on a full disk"}
	case free < littleDisk:
		return Line{"disk", Warn, text, "make room soon"}
	}
	return Line{Name: "disk", Level: OK, Text: text}
}

// register opens a register that is there, and reads the whole of it.
func (e Examination) register(ctx context.Context) []Line {
	if !e.Settings.HasRegister() {
		return []Line{{"register", Warn, "there is none yet", "beredskab serve makes it and takes the plans over"}}
	}
	a, err := app.Open(ctx, e.Settings, app.Use, e.Log)
	if err != nil {
		return []Line{{"register", Fail, err.Error(), "do what the text says before anything is recorded; restore the newest backup if the file is damaged"}}
	}
	h := a.Store().Check(ctx)
	h.Problems = append(h.Problems, unreadable(ctx, a)...)
	c, errCount := a.Store().Census(ctx)
	told := e.told(ctx, a, c)
	places := a.Notary.Places()
	if err := errors.Join(errCount, a.Close()); err != nil {
		h.Problems = append(h.Problems, err.Error())
	}
	if len(h.Problems) > 0 {
		return []Line{{"register", Fail, strings.Join(h.Problems, "; "), "stop the server and restore the newest backup"}}
	}
	lines := []Line{{Name: "register", Level: OK, Text: fmt.Sprintf("%s %s, tables %d, sound", h.Engine, h.Version, h.Schema)}, e.anchors(c.Signed, places), e.backup(c.Backup)}
	return append(lines, told...)
}

// unreadable names the runs that cannot be read: their events carry no hash.
func unreadable(ctx context.Context, a *app.App) (list []string) {
	rows, err := a.Register.Runs(ctx, kept.RunFilter{})
	if err != nil {
		return []string{err.Error()}
	}
	for _, row := range rows {
		if _, _, err := a.Register.Run(ctx, row.ID); err != nil {
			list = append(list, err.Error())
		}
	}
	return list
}

func (e Examination) catalogue() Line {
	c, err := e.Settings.Catalogue()
	switch {
	case err != nil:
		return Line{"actions", Fail, err.Error(), "correct the file, then: beredskab config validate"}
	case c == nil:
		return Line{Name: "actions", Level: OK, Text: "no catalogue at " + e.Settings.Actions + "; steps can use probes only"}
	}
	return Line{Name: "actions", Level: OK, Text: fmt.Sprintf("%d in %s", len(c.Actions()), e.Settings.Actions)}
}

// fences has a supervisor raise them, and says what that means for the catalogue.
func (e Examination) fences(ctx context.Context) Line {
	survey, err := e.Settings.Fences(ctx)
	if err != nil {
		return Line{"fences", Warn, err.Error(), "correct the catalogue, then: beredskab doctor"}
	}
	level, text, next := survey.Words()
	switch {
	case level >= slog.LevelError:
		return Line{"fences", Fail, text, next}
	case level >= slog.LevelWarn:
		return Line{"fences", Warn, text, next}
	}
	return Line{Name: "fences", Level: OK, Text: text}
}

// oldBackup is from when on a backup is too old to sleep well.
const oldBackup = 7 * 24 * time.Hour

// backup looks when the newest backup was made with this program.
func (e Examination) backup(newest time.Time) Line {
	const next = "beredskab backup FILE, each night, onto another machine"
	switch {
	case newest.IsZero():
		return Line{"backup", Warn, "none was ever made", next}
	case e.Now.Sub(newest) > oldBackup:
		return Line{"backup", Warn, "the newest was made " + age(newest, e.Now), next}
	}
	return Line{Name: "backup", Level: OK, Text: "the newest was made " + age(newest, e.Now)}
}

// identity looks whether changes of plans will bear a name.
func (e Examination) identity(ctx context.Context) Line {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ask := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", append([]string{"--no-pager", "-c", "core.hooksPath=/dev/null", "-C", e.Settings.Plans}, args...)...)
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	if _, err := exec.LookPath("git"); err != nil {
		return Line{"git", Warn, "the git program is not installed", "install git, so that each change of a plan keeps its author"}
	}
	if _, err := ask("rev-parse", "--git-dir"); err != nil {
		return Line{"git", Warn, "the plans are in no git repository", "git init"}
	}
	name, _ := ask("config", "user.name")
	mail, _ := ask("config", "user.email")
	if name == "" || mail == "" {
		return Line{"git", Warn, "git does not know who you are", "git config user.name NAME && git config user.email MAILBOX"}
	}
	return Line{Name: "git", Level: OK, Text: name + " <" + mail + ">"}
}
