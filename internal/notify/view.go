package notify

import (
	"strings"
	"time"

	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/tidy"
)

// longestTodo is how many instructions a message carries; the page has the rest.
const longestTodo = 20

// view is what a template may use: cleaned facts, with times and durations
// already in the words of the language. An empty string or zero means that the
// fact does not apply.
type view struct {
	Kind     outbox.Kind
	Lang     string
	Tone     string // drill, incident or plan: picks the word and the colour
	Word     string // ØVELSE, KRISE … the word that every subject and title begins with
	Incident bool
	Channel  string
	Receiver string

	System, Run, Drill, Step, Question string
	Number, Steps                      int
	Minutes                            int
	Due                                string // deadline: "kl. 10.30", with the date when it is another day
	Day, Hours, Starts, Moment         string // of the start: date, "kl. 09.00–12.00", clock, date and clock
	DaysBefore                         int
	MovedTo                            string // when a drill comes that does not come as it was said
	Absent, Deputy, Leader, Phone      string
	Without                            string // whom the drill is held without
	Called, Reached                    int    // links of the alert chain
	Passed                             bool   // by the one who was asked, who said that he cannot
	Failed                             bool   // the step did
	Site, Heard                        string // where a step waits for a node, and since when

	Verdict            string
	Measured           bool
	RTA, RTO, RPA, RPO string
	LateRTA, LateRPA   bool
	Findings           int
	SlowStep, SlowBy   string
	Code, Text, Hint   string
	Command, Link      string
	ShortCode, Host    string // what to type instead of following the link, and where
	Way                string // in an SMS: the link, or where to type the code

	Signs, Lines, Unread, People, Refused, SignIns, Exports int    // of misuse, in the log
	Ends                                                    string // of the time that is told of: date and clock

	Asks    string   // the kind of the step, where its answer is wanted
	Options []string // of a decision, to choose from
	Todo    []string
	More    int // entries of the list that were left out
	Count   int // messages in a digest
}

// facts cleans a notice and puts its times into words.
func (w *Wording) facts(n outbox.Notice) view {
	f := n.Facts
	lang := language(n.Language, "")
	words := w.words[lang]
	name := func(s string) string { return tidy.Line(s, longestName) }
	tone := toneOf(n)
	v := view{
		Kind: n.Kind, Lang: lang, Tone: tone, Word: words.lead[tone], Incident: f.Incident,
		Channel: name(n.Channel), Receiver: name(n.Receiver),
		System: name(first(f.SystemName, f.System)), Run: name(f.Run), Drill: name(f.Drill), Step: name(first(f.StepTitle, f.Step)),
		Question: name(f.Question), Asks: name(f.Asks), Site: name(f.Site), Number: f.StepNumber, Steps: f.Steps, Minutes: f.Minutes,
		DaysBefore: f.DaysBefore, Absent: name(f.Absent), Passed: f.Passed, Failed: f.Failed, Deputy: name(f.Deputy), Leader: name(f.Leader), Phone: name(f.Phone),
		Measured: f.Measured, RTA: words.span(f.RTAMinutes), RTO: words.limit(f.RTOMinutes),
		RPA: words.loss(f), RPO: words.limit(f.RPOMinutes),
		LateRTA: f.RTAMinutes > f.RTOMinutes, LateRPA: f.RPOMinutes > 0 && f.RPAMinutes > f.RPOMinutes,
		Findings: f.Findings, SlowStep: name(f.SlowStep), SlowBy: words.limit(f.SlowBy),
		Code: name(f.Code), Text: tidy.Line(f.Text, longestText), Hint: tidy.Line(f.Hint, longestText),
		Command: name(f.Command), Link: webLink(f.Link), ShortCode: name(f.ShortCode),
	}
	if v.Link != "" {
		v.Command, v.Host = "", hostOf(v.Link) // whoever has a page needs no command
	}
	v.Without, v.Called, v.Reached = name(strings.Join(f.Without, ", ")), f.Called, f.Reached
	v.Verdict = words.verdict(name(f.Verdict))
	v.Signs, v.Lines, v.Unread, v.People, v.Refused, v.SignIns, v.Exports = len(f.Signs), f.Lines, f.Unread, f.People, f.Refused, f.SignIns, f.Exports
	v.Todo, v.More = list(append(words.signs(f.Signs), f.Todo...))
	if f.Asks == string(plan.StepDecision) {
		v.Options = v.Todo
	}
	w.times(&v, words, n)
	return v
}

// times fills in what a view says about when.
func (w *Wording) times(v *view, words vocabulary, n outbox.Notice) {
	local := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.In(w.zone)
	}
	created, by, start, end := local(n.CreatedAt), local(n.Facts.AnswerBy), local(n.Facts.StartsAt), local(n.Facts.EndsAt)
	v.Due = words.moment(by)
	if sameDay(created, by) {
		v.Due = words.clock(by)
	}
	v.Heard = words.moment(local(n.Facts.Heard))
	v.Ends, v.MovedTo = words.moment(end), words.moment(local(n.Facts.MovedTo))
	v.Day, v.Starts, v.Moment = words.date(start), words.moment(start), words.moment(start)
	if sameDay(created, start) {
		v.Starts = words.clock(start)
	}
	if v.Hours = words.clock(start); !end.IsZero() && !start.IsZero() {
		if sameDay(start, end) {
			v.Hours += "–" + words.clockEnd(end)
		} else {
			v.Hours += " – " + words.moment(end)
		}
	}
}

// digestFacts makes the view of several notices in one message.
func (w *Wording) digestFacts(group []outbox.Notice) (view, error) {
	oldest := group[0]
	var titles []string
	for _, n := range group {
		if n.CreatedAt.Before(oldest.CreatedAt) {
			oldest = n
		}
		p, err := w.parts(w.facts(n))
		if err != nil {
			return view{}, err
		}
		titles = append(titles, p.Subject)
	}
	v := w.facts(summary(group))
	v.Tone = toneOf(group[0])
	v.Word = w.words[v.Lang].lead[v.Tone]
	v.Count = len(group)
	v.Moment = w.words[v.Lang].moment(oldest.CreatedAt.In(w.zone))
	v.Todo, v.More = list(titles)
	return v, nil
}

// summary is the notice that stands for a group: what all of it shares.
func summary(group []outbox.Notice) outbox.Notice {
	n := group[0]
	keys := make([]string, len(group))
	for i, one := range group {
		keys[i] = one.Key
	}
	return outbox.Notice{
		ID: n.ID, Key: "digest " + digestID(strings.Join(keys, "\n")), Kind: digestKind,
		Channel: n.Channel, Receiver: n.Receiver, Address: n.Address, Language: n.Language, CreatedAt: n.CreatedAt,
		Facts: outbox.Facts{Incident: n.Facts.Incident, Leader: n.Facts.Leader, Phone: n.Facts.Phone},
	}
}

// toneOf says what a message is about: an incident, a drill or the plans. A
// drill that was missed is news about the plans: nobody is practising.
func toneOf(n outbox.Notice) string {
	switch {
	case n.Kind == outbox.Test:
		return "plan"
	case n.Facts.Incident:
		return "incident"
	case n.Kind == outbox.Finding || n.Kind == outbox.Missed || n.Kind == outbox.Misuse:
		return "plan"
	default:
		return "drill"
	}
}

// list cleans the first lines of a list and counts the others.
func list(lines []string) (kept []string, more int) {
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if len(kept) == longestTodo {
			more++
			continue
		}
		kept = append(kept, tidy.Line(line, longestName))
	}
	return kept, more
}

func first(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}

func sameDay(a, b time.Time) bool {
	return !a.IsZero() && a.Year() == b.Year() && a.YearDay() == b.YearDay()
}
