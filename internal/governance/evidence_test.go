package governance_test

import (
	"errors"
	"strings"
	"testing"

	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

func file(name, class string) followup.Evidence {
	return followup.Evidence{SHA256: strings.Repeat(name, 32), Name: name + ".txt", Size: 9, Media: "text/plain", Class: class}
}

func TestEvidenceIsAddedByWhoeverHoldsDrills(t *testing.T) {
	w := newWard(t)
	w.staff()
	w.holds("anden", matrix.SystemOwner, "loen")
	ctx := t.Context()
	w.held("2026-01", "omsorg", "vagt")
	e := file("aa", "internal")
	e.Run = "2026-01"

	w.denied(second(w.MayAddEvidence(ctx, by("anden"), e)), false, "is for")
	w.denied(second(w.AddEvidence(ctx, by("anden"), e, 0)), false, "is for")
	if _, err := w.MayAddEvidence(ctx, by("ejer"), e); err != nil {
		t.Error(err)
	}
	added, err := w.AddEvidence(ctx, by("ejer"), e, 0)
	w.fine(err)
	if added.System != "omsorg" || added.By.Person != "ejer" || !added.By.At.Equal(w.wall) {
		t.Errorf("%+v", added)
	}
	w.denied(second(w.AddEvidence(ctx, by("vagt"), e, 0)), false, "ejer added the same file, as aa.txt, on 2026-11-23")
	for what, change := range map[string]func(*followup.Evidence){
		"has no step":       func(e *followup.Evidence) { e.Step = "nej" },
		"there is no run":   func(e *followup.Evidence) { e.Run = "2026-77" },
		"no run and no sys": func(e *followup.Evidence) { e.Run, e.System = "", "nej" },
	} {
		x := e
		change(&x)
		if _, err := w.AddEvidence(ctx, by("vagt"), x, 0); !errors.Is(err, kept.ErrNotFound) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// What is about a system alone is for whoever may write its plan.
	alone := file("cc", "internal")
	alone.System = "omsorg"
	w.denied(second(w.AddEvidence(ctx, by("anden"), alone, 0)), false, "is for")
	if _, err := w.AddEvidence(ctx, by("sikker"), alone, 0); err != nil {
		t.Error(err)
	}
	list, err := w.Evidence(ctx, record.Filter{System: "omsorg"})
	w.fine(err)
	if len(list) != 2 || list[0].SHA256 != added.SHA256 {
		t.Errorf("%+v", list)
	}
}

func second[T any](_ T, err error) error { return err }

// That somebody saw what is confidential is written down, and who may not see it
// does not (R16).
func TestConfidentialEvidenceIsNotReadUnseen(t *testing.T) {
	w := newWard(t)
	w.staff()
	w.holds("chef", matrix.UnitManager, "omsorg")
	w.holds("admin", matrix.Administrator, "")
	ctx := t.Context()
	w.held("2026-01", "omsorg", "vagt")
	for _, e := range []followup.Evidence{file("aa", "public"), file("bb", "internal"), file("cc", "confidential"), file("ca", "internal")} {
		e.Run = "2026-01"
		_, err := w.AddEvidence(ctx, by("vagt"), e, 0)
		w.fine(err)
	}
	reads := func() (n int) {
		entries, err := w.register.Entries(ctx, kept.EntryFilter{})
		w.fine(err)
		for _, e := range entries {
			if e.Act == "evidence.read" && e.Outcome == "done" {
				n++
			}
		}
		return n
	}
	if e, err := w.ReadEvidence(ctx, by("admin"), "aaaaaaaa"); err != nil || e.Name != "aa.txt" {
		t.Errorf("what is public is for everybody: %v", err)
	}
	w.denied(second(w.ReadEvidence(ctx, by("admin"), "bbbbbbbb")), false, "is for")
	if _, err := w.ReadEvidence(ctx, by("chef"), "BBBBBBBB"); err != nil || reads() != 0 {
		t.Errorf("%v, %d lines", err, reads())
	}
	w.denied(second(w.ReadEvidence(ctx, by("chef"), "cccccccc")), false, "confidential")
	if _, err := w.ReadEvidence(ctx, by("itchef"), "cccccccc"); err != nil || reads() != 1 {
		t.Errorf("%v, %d lines", err, reads())
	}
	for _, hash := range []string{"", "cc", "dddddddd"} {
		if _, err := w.ReadEvidence(ctx, by("itchef"), hash); !errors.Is(err, kept.ErrNotFound) {
			t.Errorf("%q: %v", hash, err)
		}
	}
	// A file that was classified twice is as secret as the stricter of the two says.
	twice := file("bb", "confidential")
	twice.System = "omsorg"
	_, err := w.AddEvidence(ctx, by("sikker"), twice, 0)
	w.fine(err)
	w.denied(second(w.ReadEvidence(ctx, by("chef"), "bbbbbbbb")), false, "confidential")
}
