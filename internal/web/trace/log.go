package trace

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
)

const (
	pageSize = 100  // lines on a page
	chunk    = 1000 // lines read at a time
)

// filter is what the visitor wants to see of the log.
type filter struct {
	Person, Act, Object, Outcome string
	Days                         int
	before                       int64 // only lines before that number; 0: all
	since                        time.Time
}

func filterOf(v *frame.Visit) filter {
	f := filter{Person: v.Query("person"), Act: v.Query("act"), Object: v.Query("object"), Outcome: v.Query("outcome")}
	f.before, _ = strconv.ParseInt(v.Query("before"), 10, 64)
	if days, err := strconv.Atoi(v.Query("days")); err == nil && days > 0 && days <= 3660 {
		f.Days, f.since = days, v.Now.AddDate(0, 0, -days)
	}
	return f
}

// path is the address of the same view, of the lines before that number.
func (f filter) path(before int64) string {
	q := url.Values{}
	for name, value := range map[string]string{"person": f.Person, "act": f.Act, "object": f.Object, "outcome": f.Outcome} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Days > 0 {
		q.Set("days", strconv.Itoa(f.Days))
	}
	if before > 0 {
		q.Set("before", strconv.FormatInt(before, 10))
	}
	return "/log?" + q.Encode()
}

// narrow tells whether it leaves lines out, other than by their number.
func (f filter) narrow() bool { return f.Person+f.Act+f.Object+f.Outcome != "" }

// takes tells whether a line is wanted.
func (f filter) takes(e kept.Entry) bool {
	return (f.Person == "" || e.Actor == f.Person) &&
		(f.Act == "" || slices.Contains(strings.Split(f.Act, ","), group(e.Act))) &&
		(f.Object == "" || e.Object == f.Object || strings.HasPrefix(e.Object, f.Object+"/")) &&
		(f.Outcome == "" || e.Outcome == f.Outcome)
}

// group is what an act is about: its first word.
func group(act string) string {
	word, _, _ := strings.Cut(act, ".")
	return word
}

// found are the lines of one page, newest first.
type found struct {
	list    []kept.Entry
	next    int64 // older ones stand before that number; 0: none does
	gaveUp  bool  // the visit looked through as many lines as it may
	damaged error // some line is not what was written
}

// look reads the log backwards, a chunk at a time, until a page is full. Its numbers
// have no gaps, so that each chunk is found by them.
func (p *Part) look(v *frame.Visit, f filter) (out found, err error) {
	end := f.before
	if end <= 0 {
		newest, err := p.read(v, &out, kept.EntryFilter{Limit: 1})
		if err != nil || len(newest) == 0 {
			return out, err
		}
		end = newest[0].Seq + 1
	}
	size := int64(pageSize + 1)
	if f.narrow() {
		size = chunk
	}
	for looked := int64(0); end > 1; looked += size {
		if out.gaveUp = looked >= p.Farthest; out.gaveUp {
			out.next = end
			return out, nil
		}
		from := max(end-size, 1)
		lines, err := p.read(v, &out, kept.EntryFilter{Forward: true, After: from - 1, Limit: int(end - from)})
		if err != nil || out.damaged != nil {
			return out, err
		}
		for _, e := range slices.Backward(lines) {
			switch {
			case e.At.Before(f.since):
				return out, nil
			case !f.takes(e):
			case len(out.list) == pageSize:
				out.next = e.Seq + 1
				return out, nil
			default:
				out.list = append(out.list, e)
			}
		}
		end = from
	}
	return out, nil
}

// read reads lines for whoever looks. A line that is not what was written is told of
// and never shown.
func (p *Part) read(v *frame.Visit, out *found, f kept.EntryFilter) ([]kept.Entry, error) {
	list, err := p.Office.ReadLog(v.Context(), v.Actor(), f)
	if errors.Is(err, ledger.ErrDamaged) {
		out.damaged = err
		return nil, nil
	}
	return list, err
}

// logPage is the page of the log.
type logPage struct {
	Filter   filter
	Lines    []line
	Older    string // path; empty: there are none
	Newest   string // path of the first page, where this is another
	GaveUp   int64  // after so many lines; 0: it has looked through all
	Damaged  string
	Persons  []choice
	Acts     []choice
	Outcomes []choice
	Spans    []choice
	Beside   []tab
}

func (p *Part) log(v *frame.Visit) error {
	f := filterOf(v)
	got, err := p.look(v, f)
	if err != nil {
		return err
	}
	pg := logPage{Filter: f, Persons: persons(v), Acts: acts(v), Outcomes: outcomes(v), Spans: spans(v), Beside: beside(v)}
	if pg.Lines, err = p.lines(v, got.list); err != nil {
		return err
	}
	if got.next > 1 {
		pg.Older = f.path(got.next)
	}
	if got.gaveUp {
		pg.GaveUp = p.Farthest
	}
	if f.before > 0 {
		pg.Newest = f.path(0)
	}
	if got.damaged != nil {
		pg.Damaged = got.damaged.Error()
	}
	return v.Show("trace/log", pg)
}

func persons(v *frame.Visit) []choice {
	list := []choice{{"", v.Texts.Say("trace.everybody")}, {"system", v.Texts.Say("trace.program")}}
	for _, p := range v.Book.Persons() {
		list = append(list, choice{p.ID, p.Name})
	}
	return list
}

// acts groups what is done by its first word, in the order in which people ask.
func acts(v *frame.Visit) []choice {
	list := []choice{{"", v.Texts.Say("trace.acts.all")}}
	for _, words := range []string{
		"step,drill,incident,crisis,link", "plan,proposal,document,receipt", "finding,action,dispensation,evaluation,evidence,report,check",
		"person,people,role,contact,training", "session,password,invitation,token,feed,page,api", "notify,misuse", "log,key,backup,bundle,register,node,schedule,history",
	} {
		list = append(list, choice{words, v.Texts.Say("trace.acts." + group(strings.ReplaceAll(words, ",", ".")))})
	}
	return list
}

func outcomes(v *frame.Visit) []choice {
	return []choice{{"", v.Texts.Say("trace.outcome.all")}, {"done", v.Texts.Say("trace.outcome.done")}, {"refused", v.Texts.Say("trace.outcome.refused")}}
}

func spans(v *frame.Visit) []choice {
	list := []choice{{"0", v.Texts.Say("trace.days.all")}}
	for _, days := range []int{1, 7, 30, 365} {
		list = append(list, choice{strconv.Itoa(days), v.Texts.Count("trace.days", days)})
	}
	return list
}
