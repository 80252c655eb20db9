package store_test

import (
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/proof"
	"beredskab/internal/store"
	"beredskab/internal/store/pgtest"
)

// F12: a commit whose server is killed before it answers is unknown, whatever
// the connection says of itself, and is not done a second time: it may be there.
// Here it is, as the count of entries shows.
func TestCommitWithoutAnswerIsUnknown(t *testing.T) {
	cluster, err := pgtest.Launch()
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Stop()
	ask := func(statement string) string { return must[string](t)(cluster.Query("postgres", statement)) }
	db := open(t, store.Options{URL: cluster.URL("postgres")})
	// With a standby that nobody is, every commit waits after it has been written.
	ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
	ask("SELECT pg_reload_conf()")
	if !proof.Await(time.Minute, func() bool { return ask("SHOW synchronous_standby_names") == "nobody" }) {
		t.Fatal("the server does not wait for its standby")
	}
	ran, said := 0, make(chan error, 1)
	go func() {
		said <- db.Update(t.Context(), func(tx door.Tx) error {
			ran++
			return tx.AddEntry(t.Context(), kept.Entry{Actor: "p", Outcome: "done", Hash: ledger.Leaf(nil)})
		})
	}()
	if !proof.Await(time.Minute, func() bool {
		return ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "1"
	}) {
		t.Fatal("the commit does not wait")
	}
	cluster.Kill()
	wants(t, <-said, store.ErrCommitUnknown)
	equal(t, "tries", ran, 1)
	if err := cluster.Run(); err != nil {
		t.Fatal(err)
	}
	equal(t, "entries", ask("SELECT count(*) FROM entry"), "1")
}
