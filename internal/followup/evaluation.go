package followup

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/kept"
	"beredskab/internal/record"
)

// Evaluation is the loop after one run: debrief, evaluation, approval of the
// report, owner informed (ISO 22398, NIST 800-84). The methods give the body
// after the act and leave the old one as it was.
type Evaluation struct {
	Run         string      `json:"run"`
	System      string      `json:"system"`
	Class       int         `json:"class"`               // the system's recovery class
	Director    string      `json:"director"`            // person id
	Evaluator   string      `json:"evaluator,omitempty"` // person id; empty: whoever may
	Owner       string      `json:"owner"`               // person id of the system's owner
	Aims        []string    `json:"aims,omitempty"`      // the objectives of the drill
	Ended       By          `json:"ended"`
	Notes       string      `json:"notes,omitempty"` // of the debrief
	Debriefed   *By         `json:"debriefed,omitempty"`
	Survey      []Survey    `json:"survey,omitempty"`
	Assessment  *Assessment `json:"assessment,omitempty"`
	EvaluatedBy *By         `json:"evaluated_by,omitempty"`
	Report      string      `json:"report,omitempty"` // hash of the report that was approved
	ApprovedBy  *By         `json:"approved_by,omitempty"`
	Informed    *By         `json:"informed,omitempty"` // the owner's word
	ClosedBy    *By         `json:"closed_by,omitempty"`
	History     history     `json:"history"`
}

// Survey is what one participant said of the exercise. Marks are 1 to 5.
type Survey struct {
	By       By     `json:"by"`
	Prepared int    `json:"prepared"` // I knew what to do
	Usable   int    `json:"usable"`   // the plan could be followed
	Text     string `json:"text,omitempty"`
}

// Assessment is the evaluator's judgement. None states that there was nothing to
// find, which is otherwise never to be told from something forgotten.
type Assessment struct {
	Aims            []Aim    `json:"aims,omitempty"`
	Strengths       []string `json:"strengths,omitempty"`
	Weaknesses      []string `json:"weaknesses,omitempty"`
	Deviations      []string `json:"deviations,omitempty"`
	Recommendations []string `json:"recommendations,omitempty"`
	None            bool     `json:"none,omitempty"`
}

// Aim is whether one objective was met: yes, partly, no, or not_tested.
type Aim struct {
	Text string `json:"text"`
	Met  string `json:"met"`
	Note string `json:"note,omitempty"`
}

// NewEvaluation begins the loop of a run that has ended. Of the draft, Run,
// System, Class, Director, Evaluator, Owner and Aims are taken.
func NewEvaluation(draft Evaluation, by By) (Evaluation, error) {
	e := Evaluation{
		Run: draft.Run, System: draft.System, Class: draft.Class, Director: draft.Director,
		Evaluator: draft.Evaluator, Owner: draft.Owner, Aims: slices.Clone(draft.Aims), Ended: by,
	}
	m := e.matter("begin")
	if err := either(m.named(by), m.texts("the run", e.Run, "the system", e.System, "the director", e.Director, "the owner", e.Owner)); err != nil {
		return draft, err
	}
	if e.apart() && e.Evaluator == e.Director {
		return draft, m.own("a run of class %d is evaluated by somebody else than its director %s", e.Class, e.Director)
	}
	e.History = e.History.add(by, string(ended), "")
	return e, nil
}

func (e Evaluation) matter(act string) matter { return matter{act, "evaluation of " + e.Run} }

// apart tells whether director and evaluator must be two persons.
func (e Evaluation) apart() bool { return e.Class <= 1 }

// State is how far the loop has come: ended, debriefed, evaluated, approved or
// Closed.
func (e Evaluation) State() State {
	switch {
	case e.ClosedBy != nil:
		return Closed
	case e.ApprovedBy != nil:
		return approved
	case e.EvaluatedBy != nil:
		return evaluated
	case e.Debriefed != nil:
		return debriefed
	default:
		return ended
	}
}

func (e Evaluation) fits(act string, by By, states ...State) error {
	m := e.matter(act)
	if !slices.Contains(states, e.State()) {
		return m.refuse("it is %s; that is done when it is %s", e.State(), or(states))
	}
	return m.named(by)
}

// Debrief keeps the notes that were taken right after the run. It may be done
// again until the evaluation.
func (e Evaluation) Debrief(by By, notes string) (Evaluation, error) {
	if err := either(e.fits("debrief", by, ended, debriefed), e.matter("debrief").texts("the debrief", notes)); err != nil {
		return e, err
	}
	n := e
	n.Notes, n.Debriefed = notes, &by
	n.History = e.History.add(by, string(debriefed), "")
	return n, nil
}

// maxSurvey is how many participants may answer.
const maxSurvey = 500

// Answer takes a participant's own answer, once each; a later one replaces it.
func (e Evaluation) Answer(s Survey) (Evaluation, error) {
	m := e.matter("answer the survey")
	if err := e.fits("answer the survey", s.By, ended, debriefed); err != nil {
		return e, err
	}
	if s.Prepared < 1 || s.Prepared > 5 || s.Usable < 1 || s.Usable > 5 {
		return e, m.refuse("marks are 1 to 5")
	}
	if s.Text != "" {
		if err := m.texts("the remark", s.Text); err != nil {
			return e, err
		}
	}
	n := e
	n.Survey = slices.DeleteFunc(slices.Clone(e.Survey), func(old Survey) bool { return old.By.Person == s.By.Person })
	if len(n.Survey) >= maxSurvey {
		return e, m.refuse("%d participants have answered; no more are kept", maxSurvey)
	}
	n.Survey = append(n.Survey, s)
	return n, nil
}

// Evaluate is the evaluator's judgement; for class 0 and 1 by somebody else than
// the director. It may be done again until the report is approved.
func (e Evaluation) Evaluate(by By, a Assessment) (Evaluation, error) {
	m := e.matter("evaluate")
	if err := e.fits("evaluate", by, debriefed, evaluated); err != nil {
		return e, err
	}
	switch {
	case e.apart() && by.is(e.Director):
		return e, m.own("a run of class %d is evaluated by somebody else than its director %s", e.Class, e.Director)
	case e.Evaluator != "" && !by.is(e.Evaluator):
		return e, m.refuse("its evaluator is %s", e.Evaluator)
	}
	if err := e.judged(m, a); err != nil {
		return e, err
	}
	n := e
	n.Assessment, n.EvaluatedBy = &a, &by
	n.History = e.History.add(by, string(evaluated), "")
	return n, nil
}

// judged refuses an assessment that leaves something open.
func (e Evaluation) judged(m matter, a Assessment) error {
	for _, aim := range e.Aims {
		i := slices.IndexFunc(a.Aims, func(j Aim) bool { return j.Text == aim })
		if i < 0 {
			return m.refuse("nothing is said of the objective %q; answer yes, partly, no or not_tested", aim)
		}
	}
	for _, aim := range a.Aims {
		if !slices.Contains([]string{"yes", "partly", "no", "not_tested"}, aim.Met) {
			return m.refuse("%q is not an answer to the objective %q; write yes, partly, no or not_tested", aim.Met, aim.Text)
		}
	}
	found := len(a.Strengths) + len(a.Weaknesses) + len(a.Deviations)
	if found == 0 && !a.None || found > 0 && a.None {
		return m.refuse("name strengths, weaknesses or deviations, or else state that there are none")
	}
	for _, list := range [][]string{a.Strengths, a.Weaknesses, a.Deviations, a.Recommendations} {
		for _, text := range list {
			if err := m.texts("an observation", text); err != nil {
				return err
			}
		}
	}
	return nil
}

// Approve is the approval of the report with that hash, by somebody else than
// its evaluator.
func (e Evaluation) Approve(by By, report string) (Evaluation, error) {
	m := e.matter("approve")
	if err := either(e.fits("approve", by, evaluated), m.texts("the report's hash", report)); err != nil {
		return e, err
	}
	if by.shares(*e.EvaluatedBy) {
		return e, m.own("the report is approved by somebody else than its evaluator %s", e.EvaluatedBy.Person)
	}
	n := e
	n.Report, n.ApprovedBy = report, &by
	n.History = e.History.add(by, string(approved), report)
	return n, nil
}

// Findings are what the evaluation found not as it must be (D14), and weak (D15),
// as findings of the run that somebody answers with an action or closes.
func (e Evaluation) Findings(at time.Time) []kept.Finding {
	var list []kept.Finding
	add := func(code, severity, state string, texts []string) {
		for i, text := range texts {
			list = append(list, kept.Finding{
				Key: fmt.Sprintf("%s/%s/%s/%d", e.Run, code, e.System, i+1), Code: code, System: e.System, Run: e.Run,
				Severity: severity, State: state, Text: text, RaisedAt: at, SeenAt: at,
				Hint: "open a corrective action that answers it, or close it with the reason why it may stay so",
			})
		}
	}
	if e.Assessment != nil {
		add("D14", "error", "breached", e.Assessment.Deviations)
		add("D15", "warning", "at_risk", e.Assessment.Weaknesses)
	}
	return list
}

// Inform is the owner's word of having read the approved report.
func (e Evaluation) Inform(by By) (Evaluation, error) {
	m := e.matter("confirm the report")
	if err := e.fits("confirm the report", by, approved); err != nil {
		return e, err
	}
	if !by.is(e.Owner) {
		return e, m.refuse("only the system's owner %s, or who acts for the owner, confirms having read it", e.Owner)
	}
	n := e
	n.Informed = &by
	n.History = e.History.add(by, "informed", "")
	return n, nil
}

// Close ends the loop.
func (e Evaluation) Close(by By) (Evaluation, error) {
	if err := e.fits("close", by, approved); err != nil {
		return e, err
	}
	if e.Informed == nil {
		return e, e.matter("close").refuse("its owner %s has not confirmed having read the report", e.Owner)
	}
	n := e
	n.ClosedBy = &by
	n.History = e.History.add(by, string(Closed), "")
	return n, nil
}

// Need is something that the loop still lacks, and who is waited for: a person,
// or a role of spec/domain.md 5.1 where the person is not given.
type Need struct {
	What   string // debrief, evaluation, approval, owner_informed, close
	Person string
	Role   string
	Not    []string // persons who may not
}

// Missing lists what the loop still lacks, in order; the first is what it waits
// for now.
func (e Evaluation) Missing() []Need {
	var list []Need
	need := func(open bool, n Need) {
		if open && e.ClosedBy == nil {
			list = append(list, n)
		}
	}
	need(e.Debriefed == nil, Need{What: "debrief", Person: e.Director})
	evaluation := Need{What: "evaluation", Person: e.Evaluator}
	if e.Evaluator == "" {
		evaluation.Role = "ITB"
	}
	if e.apart() {
		evaluation.Not = []string{e.Director}
	}
	need(e.EvaluatedBy == nil, evaluation)
	approval := Need{What: "approval", Role: "ITC"}
	if e.EvaluatedBy != nil {
		approval.Not = []string{e.EvaluatedBy.Person}
	}
	need(e.ApprovedBy == nil, approval)
	need(e.Informed == nil, Need{What: "owner_informed", Person: e.Owner})
	need(true, Need{What: "close", Role: "ITB"})
	return list
}

// Row is the evaluation as a record; the person is who is waited for now.
func (e Evaluation) Row() (record.Row, error) {
	row := record.Row{Kind: EvaluationKind, Key: e.Run, System: e.System, State: string(e.State()), At: e.History.last()}
	if missing := e.Missing(); len(missing) > 0 {
		row.Person = missing[0].Person
	}
	for _, s := range e.Survey {
		row.At = latest(row.At, s.By.At)
	}
	return row.Set(e)
}
