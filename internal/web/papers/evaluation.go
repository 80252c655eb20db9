package papers

import (
	"fmt"
	"slices"
	"strconv"

	"beredskab/internal/followup"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// stage is one step of the loop after a run.
type stage struct {
	Number                       int
	ID, Title, Text, Path, State string
}

// aim is an objective of the drill, and how it was judged.
type aim struct {
	Number          int
	Text, Met, Note string
}

// evaluationPage is the loop after a run.
type evaluationPage struct {
	followup.Evaluation
	SystemName, Title                              string
	Incident                                       bool
	Stages                                         []stage
	Waits                                          string // what is waited for now; empty: nothing more
	Who                                            string // ID of whom it waits for
	Role                                           string // or the role
	Findings                                       []kept.Finding
	AimList                                        []aim
	Code                                           string // of the report as it is now
	Debriefs, Assesses, Approves, Confirms, Closes bool
}

func (p *Part) evaluation(v *frame.Visit) error {
	id := v.Path("run")
	e, err := p.Office.Evaluation(v.Context(), id)
	if err != nil {
		return err
	}
	row, _, err := p.Register.Run(v.Context(), id)
	if err != nil {
		return fmt.Errorf("reading the run: %w", err)
	}
	set, err := p.set(v.Context())
	if err != nil {
		return err
	}
	d := evaluationPage{Evaluation: e, Title: row.Title, Incident: row.Incident, SystemName: row.System, Stages: stagesOf(v, e)}
	on := rights.Object{Scope: rights.Scope{System: e.System}, Class: e.Class}
	if s, ok := set.Plan(e.System); ok {
		d.SystemName, on.Scope = s.Name, rights.Scope{System: s.ID, Unit: s.Owner.Unit, Team: s.TechnicalTeam}
	}
	if d.Findings, err = p.Register.Findings(v.Context(), kept.FindingFilter{Run: id, Open: true}); err != nil {
		return fmt.Errorf("reading what the run found: %w", err)
	}
	for i, text := range e.Aims {
		d.AimList = append(d.AimList, aimOf(v, e, i, text))
	}
	if missing := e.Missing(); len(missing) > 0 {
		d.Waits, d.Who, d.Role = missing[0].What, missing[0].Person, missing[0].Role
	}
	if e.EvaluatedBy != nil && e.ApprovedBy == nil {
		if _, d.Code, err = p.Desk.Report(v.Context(), id); err != nil {
			return err
		}
	}
	d.offers(v, on)
	return v.Show("papers/evaluation", d)
}

// offers tries each act on a copy that nobody keeps.
func (d *evaluationPage) offers(v *frame.Visit, on rights.Object) {
	can := func(p matrix.Permission, verb matrix.Verb, on rights.Object, try func(followup.By) error) bool {
		basis, err := v.Book.Decide(v.Person.ID, p, verb, on, v.Now)
		return err == nil && try(followup.By{Person: basis.Person, For: basis.OnBehalfOf, At: v.Now}) == nil
	}
	e, apart := d.Evaluation, on
	apart.By = []string{e.Director}
	d.Debriefs = can(matrix.Drill, matrix.Execute, on, func(by followup.By) error { _, err := e.Debrief(by, "x"); return err })
	judged := followup.Assessment{None: true}
	for _, text := range e.Aims {
		judged.Aims = append(judged.Aims, followup.Aim{Text: text, Met: "yes"})
	}
	d.Assesses = can(matrix.Evaluation, matrix.Execute, apart, func(by followup.By) error { _, err := e.Evaluate(by, judged); return err })
	d.Approves = can(matrix.DrillReport, matrix.Approve, on, func(by followup.By) error { _, err := e.Approve(by, "x"); return err })
	d.Confirms = can(matrix.DrillReport, matrix.Confirm, on, func(by followup.By) error {
		mine := e
		mine.Owner = by.Person // whoever may say it as owner now is its owner
		if by.For != "" {
			mine.Owner = by.For
		}
		_, err := mine.Inform(by)
		return err
	})
	d.Closes = can(matrix.Evaluation, matrix.Execute, on, func(by followup.By) error { _, err := e.Close(by); return err })
}

// stagesOf are the steps of the loop with who did each.
func stagesOf(v *frame.Visit, e followup.Evaluation) (list []stage) {
	waits := ""
	if missing := e.Missing(); len(missing) > 0 {
		waits = missing[0].What
	}
	for i, x := range []struct {
		what string
		by   *followup.By
	}{
		{"debrief", e.Debriefed}, {"evaluation", e.EvaluatedBy}, {"approval", e.ApprovedBy}, {"owner_informed", e.Informed}, {"close", e.ClosedBy},
	} {
		one := stage{Number: i + 1, ID: "stage-" + x.what, Title: v.Texts.Say("papers.stage." + x.what)}
		switch {
		case x.by != nil:
			one.State, one.Text = "done", v.Texts.Say("papers.by", v.Book.Name(x.by.Person), v.Texts.Moment(x.by.At))
		case x.what == waits:
			one.State = "waiting"
		}
		list = append(list, one)
	}
	return list
}

// aimOf is an objective as it was typed, else as it was judged before.
func aimOf(v *frame.Visit, e followup.Evaluation, i int, text string) aim {
	a := aim{Number: i, Text: text, Met: v.Field("met" + strconv.Itoa(i)), Note: v.Field("note" + strconv.Itoa(i))}
	if e.Assessment != nil && a.Met == "" && i < len(e.Assessment.Aims) {
		a.Met, a.Note = e.Assessment.Aims[i].Met, e.Assessment.Aims[i].Note
	}
	return a
}

// onEvaluation ends an act in the loop: with its page, or with the form again.
func (p *Part) onEvaluation(v *frame.Visit, done string, err error) error {
	if err != nil {
		return v.Again(p.evaluation, err)
	}
	return v.Go("/drills/"+v.Path("run")+"/evaluation", "papers.evaluation."+done)
}

func (p *Part) debrief(v *frame.Visit) error {
	err := v.Filled("papers", "notes")
	if err == nil {
		err = p.Office.Debrief(v.Context(), v.Actor(), v.Path("run"), v.Field("notes"))
	}
	return p.onEvaluation(v, "debriefed", err)
}

func (p *Part) survey(v *frame.Visit) error {
	prepared, errPrepared := strconv.Atoi(v.Field("prepared"))
	usable, errUsable := strconv.Atoi(v.Field("usable"))
	if errPrepared != nil || errUsable != nil || min(prepared, usable) < 1 || max(prepared, usable) > 5 {
		return v.Again(p.evaluation, frame.Wrong{Key: "papers.wrong.marks"})
	}
	err := p.Office.AnswerSurvey(v.Context(), v.Actor(), v.Path("run"), followup.Survey{Prepared: prepared, Usable: usable, Text: v.Field("remark")})
	return p.onEvaluation(v, "surveyed", err)
}

func (p *Part) assess(v *frame.Visit) error {
	e, err := p.Office.Evaluation(v.Context(), v.Path("run"))
	if err != nil {
		return err
	}
	judged := followup.Assessment{
		Strengths: lines(v, "strengths"), Weaknesses: lines(v, "weaknesses"), Deviations: lines(v, "deviations"),
		Recommendations: lines(v, "recommendations"), None: v.Field("none") == "yes",
	}
	for i, text := range e.Aims {
		met := v.Field("met" + strconv.Itoa(i))
		if !slices.Contains([]string{"yes", "partly", "no", "not_tested"}, met) {
			return v.Again(p.evaluation, frame.Wrong{Key: "papers.wrong.met"})
		}
		judged.Aims = append(judged.Aims, followup.Aim{Text: text, Met: met, Note: v.Field("note" + strconv.Itoa(i))})
	}
	return p.onEvaluation(v, "assessed", p.Office.Evaluate(v.Context(), v.Actor(), v.Path("run"), judged))
}

// evaluationReport hands out the page that is approved.
func (p *Part) evaluationReport(v *frame.Visit) error {
	page, _, err := p.Desk.Report(v.Context(), v.Path("run"))
	if err != nil {
		return v.Again(p.evaluation, err)
	}
	return v.Send("report-"+v.Path("run")+".html", "text/html; charset=utf-8", page)
}

func (p *Part) approveEvaluation(v *frame.Visit) error {
	err := v.Filled("papers", "seen")
	if err == nil {
		err = p.Desk.Approve(v.Context(), v.Actor(), v.Path("run"), v.Field("seen"))
	}
	return p.onEvaluation(v, "approved", err)
}

func (p *Part) confirmEvaluation(v *frame.Visit) error {
	return p.onEvaluation(v, "confirmed", p.Office.ConfirmDrillReport(v.Context(), v.Actor(), v.Path("run")))
}

func (p *Part) closeEvaluation(v *frame.Visit) error {
	return p.onEvaluation(v, "closed", p.Office.CloseEvaluation(v.Context(), v.Actor(), v.Path("run")))
}
