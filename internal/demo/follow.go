package demo

import (
	"context"
	"time"

	"beredskab/internal/followup"
	"beredskab/internal/governance"
)

// task is a corrective action, and what became of it so many days before now; what
// is zero did not happen, and what is due below zero lies ahead.
type task struct {
	finding, system, text string
	owner                 string
	opened, due           int
	done, verified        int
	reopened, closed      int
	seen                  string // by who verified it
	why                   string // it was opened again, or closed
}

func tasks() []task {
	return []task{
		{
			finding: "C8/ad-entra/", text: "Lav et øvelsesprogram for klasse 0 og 1", owner: predecessor, opened: 690, due: 600, done: 612,
			verified: 590, seen: "Programmet er vedtaget, og de første tre øvelser er holdt",
		},
		{
			system: "omsorg", text: "Skriv nødlister ud i hvert områdekontor hver dag", owner: "ejer-sundhed-omsorg", opened: 535, due: 470, done: 488,
			verified: 462, seen: "Stikprøve i tre områdekontorer: listerne er fra samme morgen",
		},
		{
			system: "noedkald", text: "Stil en reservecentral til rådighed for nødkald", owner: "ejer-sundhed-omsorg", opened: 500, due: 380,
			closed: 448, why: "Centralen udskiftes i stedet; den nye har indbygget reserve",
		},
		{
			finding: "C10/sql-klynge/", text: "Gendan databaserne i flere strømme ad gangen", owner: "ejer-it-drift", opened: 358, due: 240, done: 251,
			verified: 228, seen: "Prøvegendannelse af to databaser ad gangen", reopened: 20, why: "Gendannelsen tog igen over seks timer: strømmene deler lagringsbane",
		},
		{
			finding: "C10/ad-entra/", text: "Ret estimatet for den første domænecontroller, og læg mediet i begge pengeskabe", owner: "ejer-it-drift",
			opened: 294, due: 30,
		},
		{
			system: "idp-mfa", text: "Skil det isolerede net fra produktion, og prøv det før næste test", owner: "ejer-it-sikkerhed", opened: 238, due: 110, done: 122,
			verified: 88, seen: "Portscanning fra det isolerede net når ikke produktion",
		},
		{
			system: "m365", text: "Undtag nødkontoen fra betinget adgang, og prøv den hvert kvartal", owner: "ejer-it-drift", opened: 224, due: 20, done: 22,
		},
		{
			system: "telefoni", text: "Aftal en anden føringsvej med teleudbyderen", owner: "ejer-borgerservice", opened: 210, due: -40,
		},
		{
			finding: "C11/idp-mfa/IdP-leverandør", text: "Forhandl en døgnvagt med IdP-leverandøren", owner: "ejer-it-sikkerhed", opened: 88, due: -60,
		},
	}
}

// waiver is a dispensation that was asked for, and what the answer was.
type waiver struct {
	code, system          string
	bound                 int64 // the worst value that is accepted, as the rule counts
	reason, risk, measure string
	asked, from, until    int // days before now; below zero: ahead
	answered              int // 0: it still waits
	refused               string
}

func waivers() []waiver {
	return []waiver{
		{
			code: "C9", system: "m365", asked: 696, from: 690, until: 400, answered: 690,
			reason: "Skyaftalen udløber, og der måles først på den nye", risk: "Reetableringstiden er et skøn",
			measure: "Skrivebordsøvelse uden mail hvert år",
		},
		{
			code: "C2", system: "loen", bound: 525, asked: 560, from: 553, until: 205, answered: 553,
			reason: "Lønleverandøren flytter driftscenter", risk: "Lønkørslen kan blive en time forsinket i de sidste bankdage",
			measure: "Sidste måneds kørsel kan gentages via banken",
		},
		{
			code: "C6", system: "sql-klynge", asked: 330, from: 330, until: 90, answered: 322,
			reason: "Hurtigere lagring er først på næste budget", risk: "ESDH og GIS kommer op til fire timer for sent", measure: "Ingen",
			refused: "Gendannelsen kan gøres hurtigere uden nyt udstyr; det sættes i værk i stedet",
		},
		{
			code: "C10", system: "gis", bound: 110, asked: 62, from: 58, until: -120, answered: 58,
			reason: "GIS flytter til en ny platform; estimaterne skrives om til den", risk: "Planen lover 20 minutter for lidt",
			measure: "Offline-kort på beredskabets pc opdateres hver uge",
		},
		{
			code: "C3", system: "omsorg", bound: 540, asked: 8, from: 0, until: -180,
			reason: "Login må komme op efter omsorg, indtil leverandørens nødlogin er aftalt", risk: "Omsorg kan være nede i op til ni timer efter et totaltab",
			measure: "Nødlister tre døgn frem i hvert områdekontor, og mobil adgang til FMK",
		},
	}
}

// follow tells what followed from findings: what was done about them, and what was
// dispensed from.
func (t *story) follow() {
	for _, k := range tasks() {
		t.task(k)
	}
	for _, w := range waivers() {
		t.waiver(w)
	}
}

func (t *story) task(k task) {
	office, id := func() *governance.Office { return t.app.Office }, ""
	t.on(t.day(k.opened, "13:00"), func(ctx context.Context) error {
		draft := followup.Action{System: k.system, Text: k.text, Owner: k.owner, Due: t.ahead(k.due)}
		if k.finding != "" {
			draft.Findings = []string{k.finding}
		}
		opened, err := office().OpenAction(ctx, as(security), draft)
		id = opened.ID
		return err
	})
	for _, next := range []struct {
		ago int
		do  func(context.Context) error
	}{
		{k.done, func(ctx context.Context) error { return office().FinishAction(ctx, as(k.owner), id, "") }},
		{k.verified, func(ctx context.Context) error { return office().VerifyAction(ctx, as(security), id, k.seen) }},
		{k.reopened, func(ctx context.Context) error {
			return office().ReopenAction(ctx, as(security), id, k.why, t.ahead(-60))
		}},
		{k.closed, func(ctx context.Context) error { return office().CloseAction(ctx, as(manager), id, k.why) }},
	} {
		if next.ago > 0 {
			t.on(t.day(next.ago, "13:00"), next.do)
		}
	}
}

func (t *story) waiver(w waiver) {
	var id string
	t.on(t.day(w.asked, "14:00"), func(ctx context.Context) error {
		applied, err := t.app.Office.ApplyForDispensation(ctx, as(t.ownerOf(w.system)), followup.Dispensation{
			Code: w.code, System: w.system, Bound: w.bound, Reason: w.reason, Risk: w.risk, Measures: []string{w.measure},
			From: t.ahead(w.from), To: t.ahead(w.until),
		})
		id = applied.ID
		return err
	})
	if w.answered > 0 {
		t.on(t.day(w.answered, "15:00"), func(ctx context.Context) error {
			if w.refused != "" {
				return t.app.Office.RefuseDispensation(ctx, as(manager), id, w.refused)
			}
			return t.app.Office.GrantDispensation(ctx, as(manager), id, "")
		})
	}
}

// ahead is the first moment of the day so many days before now, or after it when
// that is below zero.
func (t *story) ahead(ago int) time.Time {
	local := t.now.In(t.zone)
	return time.Date(local.Year(), local.Month(), local.Day()-ago, 0, 0, 0, 0, t.zone)
}
