package governance_test

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/emergency"
	"beredskab/internal/matrix"
	"beredskab/internal/record"
)

// practised is the crisis exercise that the walk finds open.
const practised = "K-2026-1"

func crisis(exercise bool) emergency.Crisis {
	return emergency.Crisis{Kind: "attack", Name: "Kryptering", Exercise: exercise, Reason: "Files are encrypted", Duties: []emergency.Duty{{Law: "gdpr"}}}
}

// practise declares a crisis exercise, so that a crisis of the other kind can still
// be declared.
func (w *ward) practise() {
	c, err := w.DeclareCrisis(w.t.Context(), by("spare"), crisis(true))
	w.fine(err)
	if c.ID != practised {
		w.t.Fatalf("it is called %s", c.ID)
	}
}

// crisisActs are the acts on a crisis.
func crisisActs() []act {
	activation := []right{{matrix.Activation, matrix.Execute}, {matrix.Activation, matrix.Approve}}
	return []act{
		{method: "Office.DeclareCrisis", needs: activation, whole: true, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.DeclareCrisis(ctx(), a, crisis(false))
			return err
		}},
		{method: "Office.StaffCrisis", needs: activation, whole: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.StaffCrisis(ctx(), a, practised, emergency.Post{Role: "kriseleder", Person: "spare", Where: "Rådhuset"})
		}},
		{method: "Office.WidenCrisis", needs: activation, whole: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.WidenCrisis(ctx(), a, practised, []string{"gis"})
		}},
		{method: "Office.LogCrisis", needs: just(matrix.Alarm, matrix.Execute), whole: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.LogCrisis(ctx(), a, practised, "note", "seen", 0)
		}},
		{method: "Office.ReportCrisis", what: "a law that counts", needs: activation, whole: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.ReportCrisis(ctx(), a, practised, "nis2", "", "")
		}},
		{method: "Office.ReportCrisis", what: "a report that was sent", needs: activation, whole: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.ReportCrisis(ctx(), a, practised, "gdpr", "notice", "case 17")
		}},
		{method: "Office.StandDown", needs: just(matrix.StandDown, matrix.Approve), whole: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.StandDown(ctx(), a, practised, "all is back")
		}},
	}
}

// TestACrisisFromItsDeclarationToItsEnd goes through one, and looks at its log.
func TestACrisisFromItsDeclarationToItsEnd(t *testing.T) {
	w := newWard(t)
	w.staff()
	ctx := t.Context()
	c, err := w.DeclareCrisis(ctx, by("itchef"), crisis(false))
	w.fine(err)
	if _, err := w.DeclareCrisis(ctx, by("itchef"), crisis(false)); err == nil || !strings.Contains(err.Error(), c.ID+" goes on") {
		t.Errorf("a second crisis beside the first: %v", err)
	}
	exercise, err := w.DeclareCrisis(ctx, by("itchef"), crisis(true))
	w.fine(err)
	w.fine(w.StaffCrisis(ctx, by("itchef"), c.ID, emergency.Post{Role: "kriseleder", Person: "itchef", Where: "Mødested 1"}))
	w.wall = w.wall.Add(time.Minute)
	w.fine(w.LogCrisis(ctx, by("ejer"), c.ID, "question", "Kan kassen lukkes?", 0))
	w.fine(w.LogCrisis(ctx, by("itchef"), c.ID, "answer", "Ja, kl. 12", 3))
	w.wall = w.wall.Add(time.Minute)
	w.fine(w.ReportCrisis(ctx, by("itchef"), c.ID, "gdpr", "notice", "Datatilsynet, sag 4"))
	w.denied(w.StandDown(ctx, by("sikker"), c.ID, "slut"), false, "the stand-down is for")
	w.wall = w.wall.Add(time.Minute)
	w.fine(w.StandDown(ctx, by("itchef"), c.ID, "Alt er tilbage"))
	w.denied(w.LogCrisis(ctx, by("itchef"), c.ID, "rumour", "x", 0), false, "is no kind of line")

	got, lines, err := w.Crisis(ctx, c.ID, 0)
	w.fine(err)
	var said []string
	for _, l := range lines {
		said = append(said, l.Kind)
	}
	if text := strings.Join(said, " "); text != "stood_down sent answer question staff declared" || got.State() != emergency.Ended || got.Lines != 6 {
		t.Errorf("%s, %s, %d lines", text, got.State(), got.Lines)
	}
	if _, newest, err := w.Crisis(ctx, c.ID, 2); err != nil || len(newest) != 2 || newest[0].Number != 6 {
		t.Errorf("%v %v", newest, err)
	}
	open, err := w.Crises(ctx, record.Filter{State: emergency.Open})
	if err != nil || len(open) != 1 || open[0].ID != exercise.ID {
		t.Errorf("open are %v, %v", open, err)
	}
	if _, _, err := w.Crisis(ctx, "K-2026-9", 0); err == nil {
		t.Error("a crisis that there is not")
	}
}
