package action

import (
	"database/sql"
	"testing"
	"time"

	"beredskab/internal/store/pgtest"
)

// TestProbePostgres asks a real PostgreSQL. What the check of the text lets through and still writes is stopped by the read-only
// transaction.
func TestProbePostgres(t *testing.T) {
	db, err := sql.Open("pgx", pgtest.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, text := range []string{
		`create table backup (id integer primary key, ended timestamptz)`,
		`insert into backup values (1, now() - interval '3 days'), (2, now() - interval '90 minutes')`,
		`create sequence counter`,
		`create function empty_all() returns integer language sql as 'delete from backup returning id'`,
	} {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	l := local(t, "", Options{OpenSQL: func(string) (*sql.DB, error) { return db, nil }, Allow: Allow{SQL: []string{"esdh"}}})
	with := func(query string, more ...string) Request {
		return request("sql", append(more, "database", "esdh", "query", query)...)
	}
	expect(t, l, with("select count(*) from backup", "equals", "2"), OK, "")
	expect(t, l, with("select count(*) from backup", "equals", "3"), Failed, `want "3"`)
	expect(t, l, with("select true", "equals", "true"), OK, "")
	expect(t, l, with("select 12.50::numeric(5,2)", "equals", "12.50"), OK, "")
	expect(t, l, with("select id from backup where id > 9"), Failed, "0 rows")
	expect(t, l, with("select a from nowhere"), Failed, "nowhere")
	res := expect(t, l, with("select max(ended) from backup", "max_age", "2h"), OK, "")
	if age := time.Since(res.RecoveryPoint); age < 90*time.Minute || age > 2*time.Hour {
		t.Errorf("recovery point %s", res.RecoveryPoint)
	}
	expect(t, l, with("select min(ended) from backup", "max_age", "2h"), Failed, "want at most 2h")
	expect(t, l, with("select max(ended) from backup where id > 9", "max_age", "2h"), Failed, "no time stamp")
	for _, query := range []string{"select empty_all()", "select nextval('counter')"} {
		expect(t, l, with(query), Failed, "read-only transaction")
	}
	expect(t, l, with("select count(*) from backup", "equals", "2"), OK, "")
	slow := with("select pg_sleep(3600)")
	slow.Timeout = 200 * time.Millisecond
	expect(t, l, slow, TimedOut, "")
	expect(t, l, with("select 1", "equals", "1"), OK, "")
}
