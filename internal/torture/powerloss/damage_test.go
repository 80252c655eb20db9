package powerloss_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"beredskab/internal/proof"
	"beredskab/internal/store"
)

// TestDamage is R17: bits flip and files are cut in everything that the program
// reads, and whoever asks afterwards gets the answer of before, or is told.
func TestDamage(t *testing.T) {
	seed := proof.Seed(t)
	program, disk := proof.Binary(t, ""), memory(t)
	good := golden(t, program)
	sound := ask(laid(t, disk, good))
	if len(sound.notices) > 0 {
		t.Fatalf("the undamaged installation is not well: %q", sound.notices)
	}
	total := &verdicts{kinds: map[string]int{}}
	cases := proof.Size(20, 200, 5000)
	var work sync.WaitGroup
	next := make(chan int)
	for range 2 {
		work.Go(func() {
			for i := range next {
				d := damaged(good, rand.New(rand.NewPCG(seed, uint64(i))))
				dir := laid(t, disk, d.files)
				total.add(t, d, judge(sound, ask(dir), d))
				if i%100 == 0 {
					commands(t, program, dir, d)
				}
				_ = os.RemoveAll(dir)
			}
		})
	}
	for i := range cases {
		next <- i
	}
	close(next)
	work.Wait()
	if total.hashed == 0 && cases > 20 {
		t.Error("no damage was found by a hash alone; nothing shows that the hashes are needed")
	}
	proof.Report(t, total.figure(seed, cases))
}

// memory is a disk in memory, on which a sync costs nothing.
func memory(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700"); err != nil {
		t.Fatalf("mounting a disk in memory (run the tests as root): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// installation is every file that the program reads, by its path.
type installation map[string][]byte

// golden lets the released program work, stops it, lets it work again, kills it in
// mid-drill, and takes what it leaves: a register with its write-ahead log, and a
// spool with results that nobody has collected.
func golden(t *testing.T, program string) installation {
	t.Helper()
	dir := t.TempDir()
	municipality(t, dir, "state")
	told := map[string]string{}
	work(t, job{Outside: dir, Program: program}, told, 3, syscall.SIGTERM)
	release := held(t, filepath.Join(dir, "state", "register.db"))
	left := installation{}
	c := work(t, job{Outside: dir, Program: program}, told, 4, syscall.SIGKILL)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		if err != nil || !e.Type().IsRegular() || name == "started" || strings.HasSuffix(name, "-shm") || strings.Contains(name, ".spare-") {
			return err
		}
		left[name], err = os.ReadFile(path)
		return err
	})
	if err := errors.Join(err, c.app.Close(), release()); err != nil {
		t.Fatal(err)
	}
	return left
}

// held keeps a connection to the register: whoever closes the last one empties the
// write-ahead log.
func held(t *testing.T, path string) (release func() error) {
	t.Helper()
	db, err := store.OpenForReading("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err == nil {
		var runs int
		err = conn.QueryRowContext(t.Context(), "SELECT count(*) FROM run").Scan(&runs)
	}
	if err != nil {
		t.Fatal(errors.Join(err, db.Close()))
	}
	return func() error { return errors.Join(conn.Close(), db.Close()) }
}

// work lets the program run until so many drills have ended, and ends it so.
func work(t *testing.T, j job, told map[string]string, drills int, end syscall.Signal) *client {
	t.Helper()
	c := &client{job: j, ctx: t.Context(), told: told, out: io.Discard}
	if err := c.open(); err != nil {
		t.Fatal(err)
	}
	server, ended, err := c.serve()
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); c.ended() < drills && err == nil && time.Now().Before(deadline); {
		_, err = c.round()
	}
	if end == syscall.SIGTERM {
		err = errors.Join(err, c.app.Close()) // the server is the last, and empties the log
	}
	err = errors.Join(err, server.Signal(end))
	<-ended
	if err != nil || c.ended() < drills {
		t.Fatalf("the drills did not come to their end: %v", err)
	}
	return c
}

// ended counts the runs that are over.
func (c *client) ended() (n int) {
	for key := range c.told {
		if strings.HasSuffix(key, "/step/s5") {
			n++
		}
	}
	return n
}

// laid lays an installation into a new folder.
func laid(t *testing.T, disk string, files installation) string {
	dir, err := os.MkdirTemp(disk, "laid-")
	if err != nil {
		t.Error(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, text, 0o600)); err != nil {
			t.Error(err)
		}
	}
	return dir
}

// damage is an installation of which one file is no longer what it was.
type damage struct {
	files installation
	name  string // of the file
	what  string
}

// damaged flips a few bits of one file, or cuts it. The register and its log are
// struck more often than the rest.
func damaged(good installation, random *rand.Rand) damage {
	d := damage{files: maps.Clone(good)}
	names := slices.Sorted(maps.Keys(good))
	names = slices.DeleteFunc(names, func(name string) bool { return len(good[name]) == 0 })
	d.name = names[random.IntN(len(names))]
	switch random.IntN(5) {
	case 0, 1:
		d.name = "state/register.db"
	case 2:
		d.name = "state/register.db-wal"
	}
	text := slices.Clone(good[d.name])
	if random.IntN(5) == 0 {
		at := random.IntN(len(text))
		text, d.what = text[:at], fmt.Sprintf("cut at byte %d of %d", at, len(text))
	} else {
		for range 1 + random.IntN(3) {
			at, bit := random.IntN(len(text)), random.IntN(8)
			text[at] ^= 1 << bit
			d.what += fmt.Sprintf("bit %d of byte %d of %d flipped, ", bit, at, len(text))
		}
	}
	d.files[d.name] = text
	return d
}

// verdicts counts how the damages were met.
type verdicts struct {
	mu     sync.Mutex
	kinds  map[string]int
	failed int
	hashed int // found by a hash, and by no check of SQLite's
}

func (v *verdicts) add(t *testing.T, d damage, found verdict) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kinds[found.kind]++
	if found.hashed {
		v.hashed++
	}
	if found.failure != "" {
		v.failed++
		t.Errorf("%s, %s: %s: %s", d.name, d.what, found.kind, found.failure)
	}
}

func (v *verdicts) figure(seed uint64, cases int) proof.Figure {
	var found []string
	for _, kind := range slices.Sorted(maps.Keys(v.kinds)) {
		found = append(found, fmt.Sprintf("%d %s", v.kinds[kind], kind))
	}
	return proof.Figure{
		ID: "R17", What: "bit flips and cuts of register, log, spool, plans and settings", Seed: seed,
		Count: cases, Unit: "damages", Failed: v.failed, Found: strings.Join(found, ", "),
		Control: fmt.Sprintf("SQLite's own check alone missed %d of those", v.hashed),
	}
}
