package demo

import (
	"context"
	"fmt"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// moved is how many days before now the drills were taken over that had been kept
// in a sheet until then. From that day on they were held with the program.
const moved = 395

// past is a drill of the sheet. The newest of a system that was not drilled since
// is that of the sample (spec/domain.md 7.3).
type past struct {
	system, kind, verdict string
	minutes, ago          int
}

func sheet() []past {
	return []past{
		{"esdh", "restore", "passed_with_remarks", 180, 400},
		{"telefoni", "alert", "not_measured", 0, 405},
		{"hjemmeside", "functional", "passed_with_remarks", 65, 412},
		{"backup-platform", "restore", "passed_with_remarks", 125, 428},
		{"idp-mfa", "tabletop", "not_measured", 0, 447},
		{"noedkald", "functional", "passed", 60, 455},
		{"sql-klynge", "restore", "passed_with_remarks", 430, 470},
		{"netvaerk-kerne", "functional", "not_passed", 125, 484},
		{"gis", "restore", "passed_with_remarks", 110, 500},
		{"dns-dhcp", "restore", "passed_with_remarks", 65, 518},
		{"omsorg", "functional", "not_passed", 0, 541},
		{"virtualisering-san", "functional", "passed_with_remarks", 165, 563},
		{"m365", "tabletop", "not_measured", 0, 575},
		{"loen", "tabletop", "not_measured", 0, 611},
		{"oekonomi", "tabletop", "not_measured", 0, 640},
		{"ad-entra", "restore", "not_passed", 0, 674},
		{"jobcenter-ydelse", "tabletop", "not_measured", 0, 702},
	}
}

// held is a drill that was held with the program.
type held struct {
	system, drill string
	ago           int
	hour          string
	course
	lesson lesson
}

// lately are the drills since then: of each system the newest one of the sample,
// and what came to nothing.
func lately() []held {
	return []held{
		{"jobcenter-ydelse", "udbetaling-i-fare", 330, "09:00", course{}, lesson{}},
		{"ad-entra", "gendan-skov", 310, "08:00", course{minutes: 165, loses: 9 * time.Hour, notes: map[string]string{
			"s1": "Mediet til den første domænecontroller kunne ikke læses; den blev gendannet fra den ældre kopi",
		}}, lesson{deviation: "Mediet i pengeskabet kunne ikke læses", advice: "Prøv mediet hvert halve år", steps: closed}},
		{"oekonomi", "betaling-i-haanden", 280, "09:00", course{}, lesson{}},
		{"loen", "loen-nede", 250, "10:00", course{}, lesson{}},
		{"idp-mfa", "gendan-idp", 240, "08:00", course{abort: "Det isolerede net har forbindelse til produktion"}, lesson{}},
		{"m365", "noedkonto-og-postkasse", 226, "09:00", course{fails: "s4", notes: map[string]string{
			"s4": "Nødkontoen er spærret af en regel om betinget adgang; mailflow kunne ikke kontrolleres",
		}}, lesson{deviation: "Nødkontoen virker ikke, når der er brug for den", advice: "Undtag den, og prøv den hvert kvartal", steps: closed}},
		{"m365", "uden-mail", 200, "09:00", course{}, lesson{}},
		{"virtualisering-san", "opstart-af-platform", 199, "07:00", course{minutes: 140}, lesson{
			strength: "Rækkefølgen i planen holdt", weakness: "Kontrollen af volumener tager længere, end planen siger", steps: closed,
		}},
		{"telefoni", "alarmering", 187, "18:30", course{}, lesson{}},
		{"omsorg", "login-og-stikproeve", 170, "09:00", course{minutes: 35}, lesson{strength: "Stikprøven kan laves af områdekontoret selv", steps: closed}},
		{"dns-dhcp", "gendan-dns", 150, "09:00", course{minutes: 45, loses: 15 * time.Hour}, lesson{}},
		{"netvaerk-kerne", "skift-til-standby", 120, "06:00", course{minutes: 75}, lesson{strength: "Konfigurationen lå klar offline", steps: closed}},
		{"telefoni", "proeveopkald", 100, "06:30", course{minutes: 40}, lesson{}},
		{"idp-mfa", "login-nede", 90, "09:00", course{}, lesson{
			weakness: "Ingen kan nå leverandøren før mandag", advice: "Forhandl en døgnvagt, eller gør indlæsningen til egen opgave", steps: closed,
		}},
		{"noedkald", "proevekald", 80, "10:00", course{minutes: 55}, lesson{strength: "Tilsynsrunden kom i gang på otte minutter", steps: closed}},
		{"backup-platform", "gendan-server", 60, "08:00", course{minutes: 95, loses: 13 * time.Hour}, lesson{strength: "Kuvert og nøgler var på plads", steps: closed}},
		{"hjemmeside", "rent-miljoe", 40, "09:00", course{minutes: 45}, lesson{strength: "Krisesiden stod efter fem minutter", steps: approved}},
		{"sql-klynge", "gendan-klynge", 25, "08:00", course{minutes: 400, loses: 40 * time.Minute, notes: map[string]string{
			"s3": "Databaserne kom én ad gangen; kopierne ligger på samme lagringsbane",
		}}, lesson{deviation: "Gendannelsen tog mere end det dobbelte af planens tid", advice: "Flyt kopierne til hver sin lagringsbane, og mål igen", steps: evaluated}},
	}
}

// drills tells what was drilled: by the old sheet, with the program, and once in
// earnest.
func (t *story) drills() {
	t.on(t.day(moved, "14:00"), t.takeSheet)
	for _, h := range lately() {
		run := ""
		t.on(t.day(h.ago, h.hour), func(ctx context.Context) (err error) {
			if run, err = t.app.Register.Open(ctx, as(leader), register.Opening{System: h.system, Drill: h.drill}); err != nil {
				return err
			}
			return t.drive(ctx, run, h.course)
		})
		t.learn(&h, &run)
	}
	t.on(t.day(214, "10:40"), t.incident)
}

// takeSheet takes the drills of the sheet over.
func (t *story) takeSheet(ctx context.Context) error {
	return t.app.Register.Import(ctx, as(coordinator), t.stated(sheet()))
}

// stated are those drills as somebody states them.
func (t *story) stated(drills []past) (list []register.Held) {
	for _, p := range drills {
		end := t.now.AddDate(0, 0, -p.ago)
		h := register.Held{
			System: p.system, Type: p.kind, Title: "Øvelse fra det gamle øvelsesark", Scope: "isolated", Verdict: p.verdict,
			StartedAt: end.Add(-time.Duration(max(p.minutes, 60)) * time.Minute), EndedAt: end,
		}
		if p.minutes > 0 {
			took := time.Duration(p.minutes) * time.Minute
			h.RTA = &took
		}
		list = append(list, h)
	}
	return list
}

// recent are the drills that came to an end since, as a sheet would have them.
func (t *story) recent() (list []past) {
	for _, h := range lately() {
		if h.fails != "" || h.abort != "" {
			continue
		}
		p, _ := t.set.Plan(h.system)
		drill, _ := p.Drill(h.drill)
		verdict := "passed"
		if h.minutes == 0 {
			verdict = "not_measured"
		}
		list = append(list, past{h.system, drill.Type, verdict, h.minutes, h.ago})
	}
	return list
}

// upkeep tells what the program did by itself: it followed the schedules and ran
// its checks each month. A drill that was due and had to be caught up with is
// held as it was held at other times.
func (t *story) upkeep() {
	t.on(t.day(begins, "07:30"), func(ctx context.Context) (err error) {
		t.node, err = t.app.Join(ctx)
		return err
	})
	local := t.now.In(t.zone)
	for ago := begins/30 - 1; ago >= 0; ago-- {
		first := time.Date(local.Year(), local.Month()-time.Month(ago), 1, 6, 0, 0, 0, t.zone)
		if first.Before(t.now.Add(-3 * time.Hour)) {
			t.on(first, t.month)
		}
	}
}

func (t *story) month(ctx context.Context) error {
	checks, _, err := t.app.Register.Tick(ctx, t.node)
	if err != nil {
		return err
	}
	open, err := t.app.Register.Runs(ctx, kept.RunFilter{Open: true})
	if err != nil {
		return err
	}
	for _, row := range open {
		if err := t.drive(ctx, row.ID, usual(row.System, row.DrillID)); err != nil {
			return fmt.Errorf("carrying out the drill %s of %s: %w", row.DrillID, row.System, err)
		}
	}
	if checks {
		return t.app.RunChecks(ctx)
	}
	return nil
}

// usual is how that drill goes.
func usual(system, drill string) course {
	for _, h := range lately() {
		if h.system == system && h.drill == drill {
			return h.course
		}
	}
	for _, p := range sheet() {
		if p.system == system {
			return course{minutes: p.minutes}
		}
	}
	return course{}
}

// incident is the day on which a digger cut the telephone line.
func (t *story) incident(ctx context.Context) error {
	const system = "telefoni"
	r := t.app.Register
	id, err := r.Open(ctx, as(manager), register.Opening{System: system})
	if err != nil {
		return err
	}
	began := t.clock.at
	set := func(point string, at time.Time) error { return r.SetTime(ctx, as(manager), id, point, at) }
	for _, p := range []struct {
		point  string
		before int // minutes
	}{{"disrupted_at", 28}, {"detected_at", 24}, {"alerted_at", 20}, {"assessed_at", 8}, {"workaround_at", 6}} {
		if err := set(p.point, began.Add(-time.Duration(p.before)*time.Minute)); err != nil {
			return err
		}
	}
	if err := r.Note(ctx, as(manager), id, "", "Gravearbejde har skåret fiberforbindelsen over. Hovednumrene er viderestillet til nødmobiler."); err != nil {
		return err
	}
	if err := t.drive(ctx, id, course{minutes: 95}); err != nil {
		return err
	}
	for _, point := range []string{"caught_up_at", "normalised_at", "stood_down_at"} {
		t.clock.to(t.clock.at.Add(40 * time.Minute))
		if err := set(point, t.clock.at); err != nil {
			return err
		}
	}
	return nil
}
