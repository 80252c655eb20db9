package followup

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"beredskab/internal/kept"
)

// Trace is one entry of the log as far as signs of misuse go (R17).
type Trace struct {
	Seq     int64
	At      time.Time
	Actor   string
	Act     string
	Object  string
	Outcome string // done or refused
	Self    bool   // refused, because the actor would decide in a matter of their own
	Items   int    // an export: how many things went out
}

// TraceOf reads an entry. Self and Items stand in its detail as "self" and
// "items"; an entry without them has neither.
func TraceOf(e kept.Entry) Trace {
	t := Trace{Seq: e.Seq, At: e.At, Actor: e.Actor, Act: e.Act, Object: e.Object, Outcome: e.Outcome}
	type signs struct {
		Self  bool `json:"self"`
		Items int  `json:"items"`
	}
	var body struct {
		Detail struct {
			signs
			Detail signs `json:"detail"` // of an act with its ground beside it
		} `json:"detail"`
	}
	// A detail of another form is no fault: most acts have none of the two.
	if json.Unmarshal(e.Bytes, &body) == nil {
		t.Self, t.Items = body.Detail.Self || body.Detail.Detail.Self, max(body.Detail.Items, body.Detail.Detail.Items)
	}
	return t
}

// Watch says what is looked for. Zero fields mean the defaults beside them. An
// act is named in full, by its beginning ("login.") or by its end (".export").
type Watch struct {
	Within  time.Duration // in which the numbers below count; 24 h
	Refused int           // refused acts of one person; 5
	SignIns int           // failed sign-ins with one name; 5
	Names   int           // names with a failed sign-in; 10
	Exports int           // exports of one person; 5
	Items   int           // things that went out to one person; 500

	SignInActs []string // "login.", "session."
	ExportActs []string // ".export"
	BreakActs  []string // ".broken": the log did not verify
}

func (w Watch) filled() Watch {
	w.Within = cmp.Or(max(w.Within, 0), 24*time.Hour)
	w.Refused, w.SignIns, w.Names = cmp.Or(w.Refused, 5), cmp.Or(w.SignIns, 5), cmp.Or(w.Names, 10)
	w.Exports, w.Items = cmp.Or(w.Exports, 5), cmp.Or(w.Items, 500)
	if w.SignInActs == nil {
		w.SignInActs = []string{"login.", "session."}
	}
	if w.ExportActs == nil {
		w.ExportActs = []string{".export"}
	}
	if w.BreakActs == nil {
		w.BreakActs = []string{".broken"}
	}
	return w
}

// Suspicion is a pattern that somebody should look at. It accuses nobody: the
// sentence tells what is in the log (R42).
type Suspicion struct {
	Code   string // chain_break, self_approval, mass_export, many_exports, sign_ins, many_names, refusals
	Person string // empty where it is about nobody alone
	Count  int
	First  time.Time
	Last   time.Time
	Seq    []int64 // the entries, at most 20
	Text   string
}

// Digest is what the log shows of one period, for the daily IT security officer.
type Digest struct {
	From, To      time.Time
	Entries       int
	People        int
	Refused       int // sign-ins left out
	FailedSignIns int
	Exports       int
	Unread        int64       // entries that were too many to be looked at
	Suspicions    []Suspicion // gravest first
}

// DigestOf looks through the entries for signs of misuse in [from, to). Those of
// the Watch's length before from should be among them, so that what was spread
// over two periods is found too; what ended before from is not told again.
func DigestOf(entries []Trace, from, to time.Time, w Watch) Digest {
	w = w.filled()
	entries = slices.SortedFunc(slices.Values(entries), func(a, b Trace) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq)) })
	entries = slices.DeleteFunc(entries, func(t Trace) bool { return t.At.Before(from.Add(-w.Within)) || !t.At.Before(to) })
	d := Digest{From: from, To: to}
	people := map[string]bool{}
	for _, t := range entries {
		if t.At.Before(from) {
			continue
		}
		d.Entries++
		people[t.Actor] = true
		switch {
		case w.failedSignIn(t):
			d.FailedSignIns++
		case t.Outcome == "refused":
			d.Refused++
		case named(t.Act, w.ExportActs):
			d.Exports++
		}
	}
	d.People = len(people)
	for _, p := range w.patterns() {
		d.Suspicions = append(d.Suspicions, p.find(entries, from, w.Within)...)
	}
	return d
}

func (w Watch) failedSignIn(t Trace) bool { return t.Outcome != "done" && named(t.Act, w.SignInActs) }

func named(act string, acts []string) bool {
	return slices.ContainsFunc(acts, func(a string) bool {
		return act == a || strings.HasSuffix(a, ".") && strings.HasPrefix(act, a) || strings.HasPrefix(a, ".") && strings.HasSuffix(act, a)
	})
}
