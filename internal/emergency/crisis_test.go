package emergency_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/emergency"
	"beredskab/internal/followup"
)

func at(hours int) followup.By {
	return followup.By{Person: "p-1", At: time.Date(2026, 11, 23, hours, 0, 0, 0, time.UTC)}
}

func declared(t *testing.T) emergency.Crisis {
	t.Helper()
	c, err := emergency.Declare(emergency.Crisis{
		ID: "K-2026-1", Kind: "attack", Name: "Kryptering", Systems: []string{"esdh"}, Reason: "Filer er krypteret", Duties: []emergency.Duty{{Law: "nis2"}, {Law: "gdpr"}},
	}, at(9))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTheClocksOfTheLaw counts from the declaration.
func TestTheClocksOfTheLaw(t *testing.T) {
	c := declared(t)
	c, err := c.Report("nis2", "early", "CFCS, sag 17", at(12))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range c.Clocks() {
		text := k.Law + " " + k.Stage + " " + k.Due.Format("02/01 15h")
		if k.Sent != nil {
			text += " sent"
		}
		got = append(got, text)
	}
	want := "nis2 early 24/11 09h sent|nis2 notice 26/11 09h|gdpr notice 26/11 09h|nis2 final 23/12 09h"
	if strings.Join(got, "|") != want {
		t.Errorf("%s\n%s", strings.Join(got, "|"), want)
	}
}

// TestWhatIsRefused: each act that does not fit says why, and changes nothing.
func TestWhatIsRefused(t *testing.T) {
	c := declared(t)
	over, err := c.StandDown("Alt er tilbage", at(20))
	if err != nil || over.State() != emergency.Ended || c.State() != emergency.Open {
		t.Fatal(over.State(), c.State(), err)
	}
	if _, err := over.Report("gdpr", "notice", "Datatilsynet", at(21)); err != nil {
		t.Errorf("a report after the end: %v", err)
	}
	long := strings.Repeat("x", 5000)
	for name, try := range map[string]func() error{
		"no kind": func() error { _, err := emergency.Declare(emergency.Crisis{Name: "a", Reason: "b"}, at(9)); return err },
		"no name": func() error {
			_, err := emergency.Declare(emergency.Crisis{Kind: "fire", Reason: "b"}, at(9))
			return err
		},
		"no reason": func() error {
			_, err := emergency.Declare(emergency.Crisis{Kind: "fire", Name: "a"}, at(9))
			return err
		},
		"unknown law": func() error { _, err := c.SwitchOn("dora", at(9)); return err },
		"twice":       func() error { _, err := c.SwitchOn("nis2", at(9)); return err },
		"not owed":    func() error { _, err := c.Report("gdpr", "early", "x", at(9)); return err },
		"no note":     func() error { _, err := c.Report("gdpr", "notice", " ", at(9)); return err },
		"nobody":      func() error { _, err := c.Assign(emergency.Post{Role: "kriseleder"}, at(9)); return err },
		"far away": func() error {
			_, err := c.Assign(emergency.Post{Role: "a", Person: "p-1", Where: long}, at(9))
			return err
		},
		"over: staff":  func() error { _, err := over.Assign(emergency.Post{Role: "a", Person: "p-1"}, at(21)); return err },
		"over: duty":   func() error { _, err := over.SwitchOn("nis2", at(21)); return err },
		"no more":      func() error { _, err := c.Widen([]string{"esdh", ""}, at(10)); return err },
		"over: widen":  func() error { _, err := over.Widen([]string{"gis"}, at(21)); return err },
		"over: again":  func() error { _, err := over.StandDown("igen", at(21)); return err },
		"no line":      func() error { _, _, err := c.Say("rumour", "x", 0, at(9)); return err },
		"empty line":   func() error { _, _, err := c.Say("note", " ", 0, at(9)); return err },
		"long line":    func() error { _, _, err := c.Say("note", long, 0, at(9)); return err },
		"answer to 7":  func() error { _, _, err := c.Say("answer", "ja", 7, at(9)); return err },
		"note to 1":    func() error { _, _, err := c.Say("note", "ja", 1, at(9)); return err },
		"no reason ii": func() error { _, err := c.StandDown("", at(20)); return err },
	} {
		var refused *followup.Refusal
		if err := try(); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOnePersonARole: whoever comes takes the place of who was there.
func TestOnePersonARole(t *testing.T) {
	c := declared(t)
	c, _ = c.Assign(emergency.Post{Role: "kriseleder", Person: "p-1"}, at(9))
	c, _ = c.Assign(emergency.Post{Role: "kriseleder", Person: "p-2", Where: "Rådhuset"}, at(10))
	if len(c.Staff) != 1 || c.Staff[0].Person != "p-2" || c.Staff[0].By.At != at(10).At {
		t.Errorf("%+v", c.Staff)
	}
	c, line, err := c.Say("question", "Er backup sikker?", 0, at(11))
	if err != nil || line.Number != 1 || c.Lines != 1 {
		t.Fatal(line, err)
	}
	c, line, err = c.Say("answer", "Ja", 1, at(12))
	if row, _ := line.Row(); err != nil || row.Key != "K-2026-1/00002" || row.State != "K-2026-1" || c.Lines != 2 {
		t.Error(row, err)
	}
}
