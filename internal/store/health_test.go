package store_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/store"
)

// note adds one sealed entry and one version, as they should be.
func note(tx door.Tx, who string, number int) error {
	body, hash, err := ledger.Seal(ledger.Entry{Actor: door.Actor{Name: who}, Act: "note", Object: "run", Outcome: "done"}, at(number))
	if err != nil {
		return err
	}
	text := fmt.Appendf(nil, "%s %d", who, number)
	v := kept.Version{Hash: fmt.Sprintf("%x", sha256.Sum256(text)), Kind: "plan", ID: who, Canonical: text}
	if _, _, err := tx.AddVersion(context.Background(), v); err != nil {
		return err
	}
	return tx.AddEntry(context.Background(), kept.Entry{At: at(number), Actor: who, Act: "note", Object: "run", Outcome: "done", Bytes: body, Hash: hash})
}

// writing commits one after the other until stop is closed, as a server in the
// middle of its work does. It gives how many.
func writing(t *testing.T, db *store.DB, who string, begun func(), stop <-chan struct{}) (count int) {
	defer begun()
	for ; ; count++ {
		select {
		case <-stop:
			return count
		default:
		}
		if err := db.Update(context.Background(), func(tx door.Tx) error { return note(tx, who, count) }); err != nil {
			t.Error(err)
			return count
		}
		begun()
	}
}

// A check beside working servers finds nothing where nothing is wrong, while the
// log and the versions grow under it; and it still finds what is wrong.
func TestCheckBesideWritersRaisesNoFalseAlarm(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		const old = 1000 // what takes a while to read, so that others write meanwhile
		update(t, db, func(tx door.Tx) (err error) {
			for i := 0; i < old && err == nil; i++ {
				err = note(tx, "old", i)
			}
			return err
		})
		stop := make(chan struct{})
		var work, begun sync.WaitGroup
		counts := [2]int{}
		for i := range counts {
			begun.Add(1)
			work.Go(func() { counts[i] = writing(t, db, fmt.Sprint("server-", i), sync.OnceFunc(begun.Done), stop) })
		}
		begun.Wait()
		before := must[int64](t)(entries(t, db))
		for range 30 {
			if h := db.Check(t.Context()); len(h.Problems) > 0 {
				t.Errorf("a false alarm: %q", h.Problems)
				break
			}
		}
		after := must[int64](t)(entries(t, db))
		close(stop)
		work.Wait()
		if after == before {
			t.Error("nothing was written meanwhile; the test shows nothing")
		}
		t.Logf("%d entries were written during 30 checks", after-before)
		equal(t, "problems", db.Check(t.Context()).Problems, []string(nil))
		update(t, db, func(tx door.Tx) error {
			return tx.AddEntry(t.Context(), kept.Entry{At: at(0), Outcome: "done", Bytes: []byte("b"), Hash: ledger.Leaf([]byte("h"))})
		})
		last := fmt.Sprintf("entry %d of the log", old+counts[0]+counts[1]+1)
		if found := strings.Join(db.Check(t.Context()).Problems, "\n"); !strings.Contains(found, last) {
			t.Errorf("the control: nothing of %s in %q", last, found)
		}
	})
}
