package powerloss_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/register"
)

// boot is the first process of the machine.
func boot(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	if err := namespace(j.BootFile); err != nil {
		return err
	}
	if j.Writer != "" {
		return insert(j)
	}
	c := &client{job: j, ctx: context.Background(), told: map[string]string{}, out: os.Stdout}
	if err := c.open(); err != nil {
		return err
	}
	if err := c.verify(); err != nil {
		return err
	}
	server, ended, err := c.serve()
	if err != nil {
		return err
	}
	fmt.Println(word{Kind: "serving"})
	go func() {
		fmt.Println(word{Kind: "failed", Text: fmt.Sprintf("the server ended: %v", <-ended)})
		os.Exit(1)
	}()
	for {
		left, err := c.round()
		if err != nil {
			return err
		}
		if j.Finish && left == 0 {
			break
		}
	}
	if err := c.verify(); err != nil {
		return err
	}
	fmt.Println(word{Kind: "finished"})
	return server.Kill()
}

// namespace makes the mounts of this machine its own, with its own processes
// under /proc and its own boot ID.
func namespace(bootFile string) error {
	return errors.Join(
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount("proc", "/proc", "proc", 0, ""),
		syscall.Mount(bootFile, "/proc/sys/kernel/random/boot_id", "", syscall.MS_BIND, ""),
	)
}

// client is the people of the municipality: they start drills, answer, look, and
// remember what they were shown.
type client struct {
	job
	ctx  context.Context
	app  *app.App
	told map[string]string // acknowledged already
	out  io.Writer
}

func (c *client) open() error {
	s, err := app.Load(nil, func(string) (string, bool) { return "", false }, c.Outside)
	if err != nil {
		return err
	}
	if c.app, err = app.Open(c.ctx, s, app.Use, slog.New(slog.DiscardHandler)); err != nil {
		return fmt.Errorf("opening the register: %w", err)
	}
	return nil
}

// serve starts the released program.
func (c *client) serve() (*os.Process, <-chan error, error) {
	cmd := exec.Command(c.Program, "serve", "--config", filepath.Join(c.Outside, "beredskab.yaml"))
	cmd.Dir, cmd.Stderr = c.Outside, os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return cmd.Process, ended, nil
}

// verify compares the register with all that was acknowledged, and looks it over.
func (c *client) verify() error {
	if problems := c.app.Store().Check(c.ctx).Problems; len(problems) > 0 {
		return fmt.Errorf("the register is not sound: %q", problems)
	}
	if err := c.trace(); err != nil {
		return err
	}
	list, err := known(c.Outside)
	if err != nil {
		return err
	}
	runs := map[string]map[string]string{}
	for _, w := range list {
		c.told[w.Key] = w.Text
		id := w.Key[:bytes.IndexByte([]byte(w.Key), '/')]
		if runs[id] == nil {
			if runs[id], err = c.shown(id); err != nil && !errors.Is(err, kept.ErrNotFound) {
				return err
			}
		}
		if now, there := runs[id][w.Key]; !there || now != w.Text {
			fmt.Fprintln(c.out, word{Kind: "lost", Key: w.Key, Text: fmt.Sprintf("was %q, is %q", w.Text, now)})
		}
	}
	return nil
}

// trace reads every log entry: no gap, and the hash of each fits its bytes.
func (c *client) trace() error {
	list, err := c.app.Register.Entries(c.ctx, kept.EntryFilter{Limit: 1 << 20})
	if err != nil {
		return err
	}
	for i, e := range list {
		if e.Seq != int64(len(list)-i) || !bytes.Equal(ledger.Leaf(e.Bytes), e.Hash) {
			return fmt.Errorf("entry %d of the log is wrong or out of order", e.Seq)
		}
	}
	return nil
}

// shown gives what the register says of a run, in the words of acknowledgements.
func (c *client) shown(id string) (map[string]string, error) {
	_, run, err := c.app.Register.Run(c.ctx, id)
	if err != nil {
		return nil, err
	}
	list := map[string]string{id + "/opened": ""}
	for _, n := range run.Notes {
		list[id+"/note/"+n.Text] = ""
	}
	for i := range run.Steps {
		if s := &run.Steps[i]; s.Over() {
			list[id+"/step/"+s.ID] = fmt.Sprint(s.State, s.Outcome, s.By, s.Attempt, s.EndedAt)
			list[id+"/act/"+s.ID] = string(s.State)
		}
	}
	return list, nil
}

// acknowledge says what was acknowledged, once.
func (c *client) acknowledge(key, text string) {
	if _, said := c.told[key]; !said {
		c.told[key] = text
		fmt.Fprintln(c.out, word{Kind: "acknowledged", Key: key, Text: text})
	}
}

func leader() door.Actor { return door.Actor{Name: "oevelsesleder", Assurance: "login"} }

// round looks at every open run once and does what its people would. It gives
// how many runs are open.
func (c *client) round() (open int, err error) {
	ids, err := c.app.Register.OpenRuns(c.ctx)
	if err != nil {
		return 0, err
	}
	if set, err := c.app.Register.Set(c.ctx); err == nil && len(set.Plans) == systems && len(ids) < 3 && !c.Finish {
		id, err := c.app.Register.Open(c.ctx, leader(), register.Opening{System: fmt.Sprintf("system-%d", len(c.told)%systems), Drill: "gendan"})
		if err != nil {
			return 0, err
		}
		c.acknowledge(id+"/opened", "")
		ids = append(ids, id)
	}
	for _, id := range ids {
		if err := c.look(id); err != nil {
			return 0, fmt.Errorf("run %s: %w", id, err)
		}
	}
	time.Sleep(2 * time.Millisecond) // people look again; nothing here says when
	return len(ids), nil
}

// look acts in one run: answers, settles, remarks, and remembers what it shows.
func (c *client) look(id string) error {
	_, run, err := c.app.Register.Run(c.ctx, id)
	if err != nil {
		return err
	}
	for i := range run.Steps {
		if err := c.act(id, &run.Steps[i]); err != nil {
			return err
		}
	}
	if run.State != drill.Running {
		return nil
	}
	if len(run.Notes) < 5 {
		text := fmt.Sprintf("note %d", len(run.Notes))
		if err := c.app.Register.Note(c.ctx, leader(), id, "", text); err != nil {
			return ignore(err)
		}
		c.acknowledge(id+"/note/"+text, "")
	}
	return nil
}

func (c *client) act(id string, s *drill.Step) error {
	switch {
	case s.Over():
		c.acknowledge(id+"/step/"+s.ID, fmt.Sprint(s.State, s.Outcome, s.By, s.Attempt, s.EndedAt))
	case s.State == drill.Asked:
		who := door.Actor{Name: "drift", Assurance: "login"}
		if s.Confirm != nil {
			who.Name = "systemejer"
		}
		if err := c.app.Register.Answer(c.ctx, who, register.Answer{Run: id, Step: s.ID, Answer: "yes"}); err != nil {
			return ignore(err)
		}
		c.acknowledge(id+"/act/"+s.ID, string(drill.Done))
	case s.State == drill.Unknown:
		err := c.app.Register.Lead(c.ctx, leader(), register.Lead{Run: id, Step: s.ID, Kind: event.StepSettled, Outcome: "done", Reason: "looked at the system"})
		if err != nil {
			return ignore(err)
		}
		c.acknowledge(id+"/act/"+s.ID, string(drill.Done))
		fmt.Fprintln(c.out, word{Kind: "settled"})
	}
	return nil
}

// ignore drops the refusal of an act for which it was too late.
func ignore(err error) error {
	var refused *drill.Refusal
	if errors.As(err, &refused) || errors.Is(err, kept.ErrConflict) {
		return nil
	}
	return err
}

// insert is the control's program: rows into an SQLite file of its own, each
// acknowledged after its commit. What was acknowledged before must be there.
func insert(j job) error {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(j.Disk, "control.db")+"?_journal_mode=WAL&_txlock=immediate&_synchronous="+j.Writer)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("create table if not exists row (id integer primary key)"); err != nil {
		return err
	}
	list, err := known(j.Outside)
	if err != nil {
		return err
	}
	for _, w := range list {
		var n int
		if err := db.QueryRow("select count(*) from row where id = ?", w.Key).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			fmt.Println(word{Kind: "lost", Key: w.Key})
		}
	}
	if j.Finish {
		fmt.Println(word{Kind: "finished"})
		return nil
	}
	fmt.Println(word{Kind: "serving"})
	for {
		result, err := db.Exec("insert into row default values")
		if err != nil {
			return err
		}
		id, _ := result.LastInsertId()
		fmt.Println(word{Kind: "acknowledged", Key: fmt.Sprint(id)})
	}
}
