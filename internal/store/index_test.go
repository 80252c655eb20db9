package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/store"
)

// questions are the statements that pages and loops ask again and again, by what
// they are for, as the register asks them.
func questions() map[string][]string {
	return map[string][]string{
		"overview":       {"Runs", "OpenRuns", "NewestEvidence", "OpenFindings", "NewestVersions", "Schedules"},
		"one system":     {"RunsOfSystem", "FindingsOfSystem", "Versions", "RecordsOfSystem", "OccurrencesOfSchedule"},
		"one run":        {"Run", "Events", "FindingsOfRun", "NoticesOfRun", "Attempt"},
		"the log":        {"Entries", "EntriesOfObject", "EntriesOfActor", "EntriesAfter"},
		"loops":          {"OwedNotices", "NextNotice", "DueSchedules", "NextDue", "OpenAttempts", "LastRunNumber"},
		"small register": {"Record", "Records", "NewestRecords", "RecordsOfPerson", "RecordsInState"},
	}
}

// sortsFew are questions that sort what an index has made few: the occurrences of
// one schedule, the messages that are owed; and SQLite's word for going down the
// log by its number, from the newest on, is that it scans.
func sortsFew() []string { return []string{"OccurrencesOfSchedule", "NextNotice", "Entries"} }

// statement gives the text of a named statement, with a value for each parameter.
func statement(t testing.TB, name string) string {
	t.Helper()
	for _, file := range []string{"queries.sql", "records.sql"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, after, found := strings.Cut(string(text), "-- name: "+name+" :")
		if !found {
			continue
		}
		_, body, _ := strings.Cut(after, "\n")
		body, _, _ = strings.Cut(body, ";")
		return regexp.MustCompile(`@\w+`).ReplaceAllStringFunc(body, func(parameter string) string {
			switch parameter {
			case "@most", "@after", "@now", "@year", "@number":
				return "50"
			}
			return "'x'"
		})
	}
	t.Fatalf("there is no statement %s", name)
	return ""
}

// explained is the engine's own plan of a statement.
func explained(t testing.TB, db *sql.Conn, explain, query string) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), explain+query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		line := make([]any, len(columns))
		for i := range line {
			line[i] = new(any)
		}
		if err := rows.Scan(line...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, *line[len(line)-1].(*any))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

// Every question that is asked again and again finds its rows by an index, on both
// engines; none reads a table through that grows for years, or sorts it.
func TestQuestionsUseIndexes(t *testing.T) {
	grows := `(run|event|attempt|occurrence|notice|delivery|entry|finding|record|version)`
	onBothPlaces(t, func(t *testing.T, options store.Options) {
		open(t, options)
		db, err := outside(t, options).Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		explain, through := "EXPLAIN QUERY PLAN ", `(?m)^SCAN (`+grows+`|[nrv])$|USE TEMP B-TREE FOR ORDER BY`
		if options.URL != "" {
			// An empty table is always read through; these leave no choice but an index.
			for _, setting := range []string{"SET enable_seqscan = off", "SET enable_sort = off", "SET enable_bitmapscan = off"} {
				if _, err := db.ExecContext(t.Context(), setting); err != nil {
					t.Fatal(err)
				}
			}
			explain, through = "EXPLAIN ", `(?m)Seq Scan on `+grows+`\b|^ *(->  )?Sort `
		}
		for page, names := range questions() {
			for _, name := range names {
				plan := explained(t, db, explain, statement(t, name))
				if regexp.MustCompile(through).MatchString(plan) && !slices.Contains(sortsFew(), name) {
					t.Errorf("%s: %s reads a table through or sorts it:\n%s", page, name, plan)
				}
			}
		}
		// The control: a question without an index is seen.
		if plan := explained(t, db, explain, "SELECT * FROM entry WHERE act = 'x' ORDER BY at"); !regexp.MustCompile(through).MatchString(plan) {
			t.Errorf("the control: %s", plan)
		}
	})
}
