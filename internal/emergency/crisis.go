// Package emergency is a crisis as the municipality leads it: declared by somebody
// who may, staffed, logged, reported to the authorities in time, and stood down. Its
// bodies are kept as records, and its rules decide and touch nothing. Whether a
// person has the right to an act at all is asked of package rights first.
package emergency

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"beredskab/internal/followup"
	"beredskab/internal/record"
)

// The kinds of record that this package owns. A line's State is its crisis, by which
// lines are found.
const (
	CrisisKind = "crisis"
	LineKind   = "crisis_line"
)

// The states of a crisis.
const (
	Open  = "open"
	Ended = "ended"
)

// maxText is how many characters one text may have.
const maxText = 4000

// Crisis is beredskab that was declared. The methods give the body after the act and
// leave the old one as it was.
type Crisis struct {
	ID        string       `json:"id"`   // K-2026-1
	Kind      string       `json:"kind"` // ransomware, power, fire …
	Name      string       `json:"name"` // what it is called on every page
	Exercise  bool         `json:"exercise,omitempty"`
	Systems   []string     `json:"systems,omitempty"` // that are hit
	Reason    string       `json:"reason"`
	Declared  followup.By  `json:"declared"`
	Staff     []Post       `json:"staff,omitempty"`
	Duties    []Duty       `json:"duties,omitempty"` // to authorities, that were switched on
	Lines     int          `json:"lines"`            // of the log
	StoodDown *followup.By `json:"stood_down,omitempty"`
	Ending    string       `json:"ending_reason,omitempty"`
}

// Post is who fills a role of the staff, and where he is.
type Post struct {
	Role   string      `json:"role"` // of the organisation's crisis_roles
	Person string      `json:"person"`
	Where  string      `json:"where,omitempty"`
	By     followup.By `json:"by"`
}

// Duty is a duty to report to authorities: which law, since when it is counted, and
// what was sent.
type Duty struct {
	Law  string      `json:"law"` // nis2 or gdpr
	On   followup.By `json:"on"`
	Sent []Sent      `json:"sent,omitempty"`
}

// Sent is one report that was sent.
type Sent struct {
	Stage string      `json:"stage"`
	By    followup.By `json:"by"`
	Note  string      `json:"note"` // to whom, and under which number
}

// Line is one line of the situation log.
type Line struct {
	Crisis string      `json:"crisis"`
	Number int         `json:"number"`
	By     followup.By `json:"by"`
	Kind   string      `json:"kind"` // note, decision, question, answer; what the program says: declared, systems, staff, duty, sent, stood_down
	To     int         `json:"to,omitempty"`
	Text   string      `json:"text"`
}

// Clock is one thing that is to be reported, and until when.
type Clock struct {
	Law, Stage string
	Due        time.Time
	Sent       *followup.By
	Note       string
}

// Kinds are the kinds of crisis that a declaration may name.
func Kinds() []string {
	return []string{"attack", "outage", "power", "fire", "supplier", "data", "other"}
}

// Declare declares a crisis. Of the draft, ID, Kind, Name, Exercise, Systems, Reason
// and the laws of its Duties are taken.
func Declare(draft Crisis, by followup.By) (Crisis, error) {
	c := Crisis{
		ID: draft.ID, Kind: draft.Kind, Name: strings.TrimSpace(draft.Name), Exercise: draft.Exercise, Systems: slices.Clone(draft.Systems),
		Reason: strings.TrimSpace(draft.Reason), Declared: by,
	}
	switch {
	case !slices.Contains(Kinds(), c.Kind):
		return draft, c.refuse("declare", "%q is no kind of crisis; write one of %s", c.Kind, strings.Join(Kinds(), ", "))
	case c.Name == "" || utf8.RuneCountInString(c.Name) > 120:
		return draft, c.refuse("declare", "it needs a name of at most 120 characters")
	}
	if err := c.text("declare", c.Reason); err != nil {
		return draft, err
	}
	for _, d := range draft.Duties {
		var err error
		if c, err = c.SwitchOn(d.Law, by); err != nil {
			return draft, err
		}
	}
	return c, nil
}

// State is open until it was stood down.
func (c Crisis) State() string {
	if c.StoodDown != nil {
		return Ended
	}
	return Open
}

// Assign puts a person on a role of the staff, in the place of whoever was there.
func (c Crisis) Assign(p Post, by followup.By) (Crisis, error) {
	if err := c.goes("assign"); err != nil {
		return c, err
	}
	if p.Role == "" || p.Person == "" {
		return c, c.refuse("assign", "name the role and the person")
	}
	if utf8.RuneCountInString(p.Where) > 200 {
		return c, c.refuse("assign", "where the person is has more than 200 characters")
	}
	p.By = by
	n := c
	n.Staff = slices.DeleteFunc(slices.Clone(c.Staff), func(o Post) bool { return o.Role == p.Role })
	n.Staff = append(n.Staff, p)
	return n, nil
}

// SwitchOn says that a law asks for reports in this crisis; its time counts from the
// declaration.
func (c Crisis) SwitchOn(law string, by followup.By) (Crisis, error) {
	if err := c.goes("duty"); err != nil {
		return c, err
	}
	if len(stages(law)) == 0 {
		return c, c.refuse("duty", "%q is no law that is known here; write nis2 or gdpr", law)
	}
	if slices.ContainsFunc(c.Duties, func(d Duty) bool { return d.Law == law }) {
		return c, c.refuse("duty", "it counts already")
	}
	n := c
	n.Duties = append(slices.Clip(c.Duties), Duty{Law: law, On: by})
	return n, nil
}

// Report says that a report was sent. That can be said after the end too, since the
// last one is due a month later.
func (c Crisis) Report(law, stage, note string, by followup.By) (Crisis, error) {
	at := slices.IndexFunc(c.Duties, func(d Duty) bool { return d.Law == law })
	if at < 0 || !slices.ContainsFunc(stages(law), func(s span) bool { return s.stage == stage }) {
		return c, c.refuse("report", "nothing of that kind is owed: %s %s", law, stage)
	}
	if err := c.text("report", note); err != nil {
		return c, err
	}
	if slices.ContainsFunc(c.Duties[at].Sent, func(s Sent) bool { return s.Stage == stage }) {
		return c, c.refuse("report", "it was sent already")
	}
	n := c
	n.Duties = slices.Clone(c.Duties)
	n.Duties[at].Sent = append(slices.Clip(c.Duties[at].Sent), Sent{Stage: stage, By: by, Note: note})
	return n, nil
}

// Widen says that more systems are hit.
func (c Crisis) Widen(systems []string, by followup.By) (Crisis, error) {
	if err := c.goes("widen"); err != nil {
		return c, err
	}
	n := c
	n.Systems = slices.Clone(c.Systems)
	for _, id := range systems {
		if id != "" && !slices.Contains(n.Systems, id) {
			n.Systems = append(n.Systems, id)
		}
	}
	if len(n.Systems) == len(c.Systems) {
		return c, c.refuse("widen", "no system is named that is not hit already")
	}
	return n, nil
}

// StandDown ends the crisis.
func (c Crisis) StandDown(reason string, by followup.By) (Crisis, error) {
	if err := c.goes("stand down"); err != nil {
		return c, err
	}
	if err := c.text("stand down", reason); err != nil {
		return c, err
	}
	n := c
	n.StoodDown, n.Ending = &by, reason
	return n, nil
}

// Say writes a line of the log and gives the crisis that has it.
func (c Crisis) Say(kind, text string, to int, by followup.By) (Crisis, Line, error) {
	l := Line{Crisis: c.ID, Number: c.Lines + 1, By: by, Kind: kind, To: to, Text: strings.TrimSpace(text)}
	if !slices.Contains([]string{"note", "decision", "question", "answer"}, kind) {
		return c, l, c.refuse("log", "%q is no kind of line; write note, decision, question or answer", kind)
	}
	if kind == "answer" && (to < 1 || to > c.Lines) || kind != "answer" && to != 0 {
		return c, l, c.refuse("log", "an answer names the line that it answers")
	}
	if err := c.text("log", l.Text); err != nil {
		return c, l, err
	}
	n := c
	n.Lines++
	return n, l, nil
}

// Note is a line that the program itself writes about an act.
func (c Crisis) Note(kind, text string, by followup.By) (Crisis, Line) {
	n := c
	n.Lines++
	return n, Line{Crisis: c.ID, Number: n.Lines, By: by, Kind: kind, Text: text}
}

// span is how long after the declaration a report is due.
type span struct {
	stage  string
	hours  int
	months int
}

// stages are the reports that a law asks for: NIS2 article 23 and GDPR article 33.
func stages(law string) []span {
	switch law {
	case "nis2":
		return []span{{"early", 24, 0}, {"notice", 72, 0}, {"final", 0, 1}}
	case "gdpr":
		return []span{{"notice", 72, 0}}
	}
	return nil
}

// Laws are those whose reports are known here.
func Laws() []string { return []string{"nis2", "gdpr"} }

// Clocks are all reports that are owed or were sent, soonest first.
func (c Crisis) Clocks() (list []Clock) {
	for _, d := range c.Duties {
		for _, s := range stages(d.Law) {
			k := Clock{Law: d.Law, Stage: s.stage, Due: c.Declared.At.Add(time.Duration(s.hours)*time.Hour).AddDate(0, s.months, 0)}
			if at := slices.IndexFunc(d.Sent, func(o Sent) bool { return o.Stage == s.stage }); at >= 0 {
				k.Sent, k.Note = &d.Sent[at].By, d.Sent[at].Note
			}
			list = append(list, k)
		}
	}
	slices.SortStableFunc(list, func(a, b Clock) int { return a.Due.Compare(b.Due) })
	return list
}

// Row is the record of the crisis.
func (c Crisis) Row() (record.Row, error) {
	at := c.Declared.At
	if c.StoodDown != nil {
		at = c.StoodDown.At
	}
	return record.Row{Kind: CrisisKind, Key: c.ID, State: c.State(), Person: c.Declared.Person, At: at}.Set(c)
}

// Row is the record of the line.
func (l Line) Row() (record.Row, error) {
	return record.Row{Kind: LineKind, Key: fmt.Sprintf("%s/%05d", l.Crisis, l.Number), State: l.Crisis, Person: l.By.Person, At: l.By.At}.Set(l)
}

func (c Crisis) goes(act string) error {
	if c.StoodDown != nil {
		return c.refuse(act, "it was stood down at %s", c.StoodDown.At.Format(time.RFC3339))
	}
	return nil
}

func (c Crisis) text(act, text string) error {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return c.refuse(act, "the words are missing; write a sentence")
	case n > maxText:
		return c.refuse(act, "the text has %d characters; at most %d are kept", n, maxText)
	}
	return nil
}

func (c Crisis) refuse(act, format string, args ...any) error {
	return &followup.Refusal{Act: act, Object: strings.TrimSpace("crisis " + c.ID), Why: fmt.Sprintf(format, args...)}
}
