package crash

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"beredskab/internal/app"
	"beredskab/internal/drill"
	"beredskab/internal/event"
	"beredskab/internal/kept"
	"beredskab/internal/proof"
	"beredskab/internal/register"
	"beredskab/internal/store"
)

// roomy is the size of a disk that is not full.
const roomy = 64 << 20

// R4: the disk is full, from a size at which no register can be made up to one at
// which a drill fills it while it runs. The program says so and loses nothing, not
// even the exit status of a command that ends meanwhile; and it goes on by itself
// when there is room again.
func TestFullDisks(t *testing.T) {
	binary, seed := program(t, ""), proof.Seed(t)
	sizes := diskSizes()
	rand.New(rand.NewPCG(seed, 4)).Shuffle(len(sizes), func(i, j int) { sizes[i], sizes[j] = sizes[j], sizes[i] })
	all := &disks{}
	t.Run("sizes", func(t *testing.T) {
		for _, size := range sizes[:proof.Size(2, 12, 64)] {
			t.Run(fmt.Sprintf("%d KiB", size>>10), func(t *testing.T) {
				t.Parallel()
				all.add(newDisk(t, binary, size).fillUp())
			})
		}
	})
	failed := 0
	if t.Failed() {
		failed = max(1, len(sizes[:proof.Size(2, 12, 64)])-all.count)
	}
	proof.Report(t, proof.Figure{
		ID: "R4", What: "full disks", Seed: seed, Count: proof.Size(2, 12, 64), Unit: "sizes from 128 KiB to 8 MiB", Failed: failed,
		Found: fmt.Sprintf("%d servers refused to start, %d drills were refused, %d commands ended on a full disk, 0 exit statuses lost, 0 of %d acknowledged remarks lost; went on within %d ms",
			all.starts, all.drills, all.commands, all.notes, all.slowest.Milliseconds()),
		Control: withoutRoom(t, binary),
	})
}

// diskSizes are 64 steps, each the same ratio above the one before.
func diskSizes() []int {
	sizes := make([]int, 64)
	for i := range sizes {
		size := 128 << 10
		for range i {
			size += size * 68 / 1000
		}
		sizes[i] = size &^ 4095
	}
	sizes[len(sizes)-1] = 8 << 20
	return sizes
}

// disks adds up what the sizes came to.
type disks struct {
	mu                                     sync.Mutex
	count, starts, drills, commands, notes int
	slowest                                time.Duration
}

func (d *disks) add(o *disk) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count++
	d.notes += len(o.kept)
	d.slowest = max(d.slowest, o.took)
	switch {
	case o.refusedStart:
		d.starts++
	case o.refusedDrill:
		d.drills++
	case o.ended:
		d.commands++
	}
}

// disk is a town whose state lies on a small disk of its own.
type disk struct {
	*town
	server                            *server
	kept                              []string // remarks that were acknowledged
	opened                            int      // drills besides the one that is watched
	refusedStart, refusedDrill, ended bool
	took                              time.Duration // from the room to the drill's going on
}

// newDisk mounts the disk. The test fails where it may not: it would show nothing.
func newDisk(t *testing.T, binary string, size int) *disk {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", size)); err != nil {
		t.Fatalf("mounting a small disk (run the tests as root): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	d := &disk{town: townIn(t, dir, binary, uint64(size))}
	d.settle("")
	d.write("plans/system-0.yaml", planOf("system-0",
		"id: hold, title: Hold, estimate: 1m, action: mark, timeout: 5m",
		"id: bagefter, title: Bagefter, team: drift, estimate: 1m, after: [hold]"))
	if err := syscall.Mkfifo(filepath.Join(d.side, "gate"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.command(`read x < "$1/gate"; echo over; exit 7`, "")
	return d
}

// fillUp is the story of one size.
func (d *disk) fillUp() *disk {
	d.t.Helper()
	d.server = d.serve()
	id := d.tryDrill()
	if id != "" {
		d.tryCommand(id)
	}
	if d.refusedStart && !saysFull(d.beside("log")) {
		d.t.Errorf("the server ended without saying that the disk is full:\n%s", d.beside("log"))
	}
	d.makeRoom()
	from := time.Now()
	if d.refusedStart {
		if d.server = d.serve(); !d.comesUp() {
			d.t.Fatal("the server does not start although there is room")
		}
	}
	if id == "" {
		id = d.open()
	}
	if !d.ended {
		d.release()
	}
	d.goesOn(id)
	d.took = time.Since(from)
	d.sound(id)
	return d
}

// saysFull knows the words of the register and of the kernel.
func saysFull(log string) bool {
	return strings.Contains(log, "no room left") || strings.Contains(log, "no space left") || strings.Contains(log, "disk is full")
}

// tryDrill starts a drill, unless the disk is too small for that.
func (d *disk) tryDrill() (id string) {
	d.t.Helper()
	if !d.comesUp() {
		d.refusedStart = true
		return ""
	}
	d.with(func(a *app.App) {
		var err error
		id, err = a.Register.Open(d.t.Context(), leader(), register.Opening{System: "system-0", Drill: "gendan"})
		if err != nil && !errors.Is(err, store.ErrFull) {
			d.t.Fatalf("the drill was refused for another reason: %v", err)
		}
		d.refusedDrill = err != nil
	})
	return id
}

// comesUp waits until the server has the plans in its register, or has ended.
func (d *disk) comesUp() bool {
	d.t.Helper()
	up := proof.Await(patience, func() (has bool) {
		if !d.server.up() || !strings.Contains(d.beside("log"), "msg=serving") {
			return !d.server.up() // until then the register may have no tables
		}
		d.with(func(a *app.App) {
			set, err := a.Register.Set(d.t.Context())
			has = err == nil && len(set.Plans) > 0
		})
		return has
	})
	if !up {
		d.t.Fatal("the server neither starts nor ends")
	}
	return d.server.up()
}

func (d *disk) open() (id string) {
	d.t.Helper()
	d.with(func(a *app.App) {
		var err error
		if id, err = a.Register.Open(d.t.Context(), leader(), register.Opening{System: "system-0", Drill: "gendan"}); err != nil {
			d.t.Fatal(err)
		}
	})
	return id
}

// tryCommand waits until the command has begun, or could not begin, fills the
// disk to its last byte, and lets the command end on it.
func (d *disk) tryCommand(id string) {
	d.t.Helper()
	begun := proof.Await(patience, func() bool {
		return d.beside("started") != "" || !d.server.up() || strings.Contains(d.beside("log"), "no room left") || d.over(id)
	})
	if !begun {
		d.t.Fatal("the command neither begins nor fails")
	}
	d.fill()
	d.notesUntilFull(id)
	if d.beside("started") == "" {
		return
	}
	d.ended = true
	d.release()
	if !proof.Await(patience, func() bool { return len(d.commands()) == 0 }) {
		d.t.Error("the command does not end")
	}
}

func (d *disk) over(id string) (over bool) {
	d.t.Helper()
	d.with(func(a *app.App) { over = d.step(a, id).Over() })
	return over
}

func (d *disk) step(a *app.App, id string) *drill.Step {
	d.t.Helper()
	_, run, err := a.Register.Run(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	s, ok := run.Find("hold")
	if !ok {
		d.t.Fatal("the drill has no such step")
	}
	return s
}

// release lets the command go on, if it runs.
func (d *disk) release() {
	d.t.Helper()
	file, err := os.OpenFile(filepath.Join(d.side, "gate"), os.O_RDWR, 0)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = file.Close() }) // whoever comes later finds it open
	if _, err := io.WriteString(file, "go\ngo\n"); err != nil {
		d.t.Fatal(err)
	}
}

// commands lists what lives of the command.
func (d *disk) commands() []int {
	return slices.DeleteFunc(d.processes(), func(pid int) bool {
		program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
		return err != nil || program == d.program()
	})
}

// fill leaves room for a few remarks at most.
func (d *disk) fill() {
	d.t.Helper()
	file, err := os.OpenFile(d.path("ballast"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if errors.Is(err, syscall.ENOSPC) {
		return
	}
	if err != nil {
		d.t.Fatal(err)
	}
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err := file.Write(block); errors.Is(err, syscall.ENOSPC) {
			block = block[:len(block)/2]
		} else if err != nil {
			d.t.Fatal(err)
		}
	}
	info, err := file.Stat()
	if err == nil {
		err = file.Truncate(max(0, info.Size()-int64(d.random.IntN(256<<10))))
	}
	if err := errors.Join(err, file.Close()); err != nil {
		d.t.Fatal(err)
	}
}

// notesUntilFull writes remarks until one is refused, tries another drill, and wants
// refusals to be clear: what was not refused must be there afterwards.
func (d *disk) notesUntilFull(id string) {
	d.t.Helper()
	d.with(func(a *app.App) {
		for i := range 10_000 {
			text := fmt.Sprintf("note %d", i)
			err := a.Register.Note(d.t.Context(), leader(), id, "", text)
			if err == nil {
				d.kept = append(d.kept, text)
				continue
			}
			_, open := a.Register.Open(d.t.Context(), leader(), register.Opening{System: "system-0", Drill: "gendan"})
			if open == nil { // what the remark gave back was enough for it
				d.opened++
			}
			for _, err := range []error{err, open} {
				if err != nil && !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "no room left for the register") {
					d.t.Errorf("the refusal is: %v", err)
				}
			}
			return
		}
		d.t.Error("the disk is never full")
	})
}

// makeRoom does what an administrator would.
func (d *disk) makeRoom() {
	d.t.Helper()
	if err := unix.Mount("tmpfs", d.dir, "tmpfs", unix.MS_REMOUNT, fmt.Sprintf("size=%d", roomy)); err != nil {
		d.t.Fatal(err)
	}
	if err := os.Remove(d.path("ballast")); err != nil && !errors.Is(err, os.ErrNotExist) {
		d.t.Fatal(err)
	}
}

// goesOn wants the command's true end in the register without a restart. What
// was never begun, because there was no room for its record, may be tried again.
func (d *disk) goesOn(id string) {
	d.t.Helper()
	var s drill.Step
	done := proof.Await(patience, func() bool {
		d.with(func(a *app.App) { s = *d.step(a, id) })
		return s.Over() || s.State == drill.Unknown || !d.server.up()
	})
	text := d.lastWord(id)
	switch begun := d.beside("started") != ""; {
	case !d.server.up():
		d.t.Error("the server ended")
	case !done:
		d.t.Errorf("the server does not go on; the step is %s", s.State)
	case begun && (s.Outcome != "failed" || !strings.Contains(s.Output.Head, "over") || text != "exit status 7"):
		d.t.Errorf("the exit status is lost: %s %q %q, output %q", s.State, s.Outcome, text, s.Output.Head)
	case !begun && !strings.Contains(text, "not started"):
		d.t.Errorf("the command never began, and the step is %s %q %q", s.State, s.Outcome, text)
	}
}

// lastWord is what the register says of the end of the command.
func (d *disk) lastWord(id string) (text string) {
	d.t.Helper()
	d.with(func(a *app.App) {
		events, err := a.Register.Events(d.t.Context(), id, 0)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, row := range events {
			var e event.Event
			if err := json.Unmarshal(row.Body, &e); err == nil && e.Kind == event.StepEnded && e.Step == "hold" {
				text = e.Text
			}
		}
	})
	return text
}

// sound wants exactly what was acknowledged, in a file that is whole, also after
// a restart.
func (d *disk) sound(id string) {
	d.t.Helper()
	if !d.server.stop() {
		d.t.Error("the server does not stop")
	}
	d.with(func(a *app.App) {
		_, run, err := a.Register.Run(d.t.Context(), id)
		if err != nil {
			d.t.Fatal(err)
		}
		var got []string
		for _, n := range run.Notes {
			got = append(got, n.Text)
		}
		if !slices.Equal(got, d.kept) {
			d.t.Errorf("%d remarks were acknowledged, the register holds %d", len(d.kept), len(got))
		}
		if h := a.Store().Check(d.t.Context()); len(h.Problems) > 0 {
			d.t.Errorf("the register's file: %v", h.Problems)
		}
		if rows, err := a.Register.Runs(d.t.Context(), kept.RunFilter{}); err != nil || len(rows) != 1+d.opened {
			d.t.Errorf("%d drills of %d, %v", len(rows), 1+d.opened, err)
		}
	})
	if total, doubled := d.starts(); total > 1+d.opened || len(doubled) > 0 {
		d.t.Errorf("%d starts, %v", total, doubled)
	}
}

// withoutRoom is the control: while the disk stays full the drill must not go on,
// or the test would not have shown that the room was what it waited for.
func withoutRoom(t *testing.T, binary string) string {
	t.Helper()
	d := newDisk(t, binary, 4<<20)
	d.server = d.serve()
	id := d.tryDrill()
	if id == "" {
		t.Fatal("the disk of the control is too small")
	}
	d.tryCommand(id)
	if !proof.Await(patience, func() bool { return strings.Contains(d.beside("log"), "no room left") }) || d.over(id) {
		t.Error("the end of a command was kept on a full disk: it was not full")
	}
	return "on a disk that stayed full the drill stood still"
}
