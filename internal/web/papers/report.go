package papers

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/preparedness"
	"beredskab/internal/report"
	"beredskab/internal/yearly"
)

// line is the report about one year in the list.
type line struct {
	Year      int
	State     string // draft, frozen, approved or treated
	Badge     string
	FrozenAt  time.Time
	Approved  *yearly.By
	Treatment *yearly.Treatment
}

// paper is a document that can be had in some forms.
type paper struct {
	Key, Path string
	Forms     []string
}

// reportsPage is the list of reports and documents.
type reportsPage struct {
	List    []line
	Papers  []paper
	Quarter string
}

func (p *Part) reports(v *frame.Visit) error {
	list, err := p.Office.Reports(v.Context())
	if err != nil {
		return fmt.Errorf("listing the reports: %w", err)
	}
	now := v.Now.In(v.Texts.Zone)
	d := reportsPage{Quarter: fmt.Sprintf("%d-%d", now.Year(), (int(now.Month())+2)/3)}
	for _, y := range []int{now.Year(), now.Year() - 1} {
		if !slices.ContainsFunc(list, func(r yearly.Report) bool { return r.Year == y }) {
			d.List = append(d.List, line{Year: y, State: "draft", Badge: "draft"})
		}
	}
	for _, r := range list {
		d.List = append(d.List, lineOf(r))
	}
	slices.SortFunc(d.List, func(x, y line) int { return cmp.Compare(y.Year, x.Year) })
	for _, key := range []string{"quarter", "control", "wheel", "plan", "cards"} {
		need := map[string]matrix.Permission{"wheel": matrix.PlanInternal, "plan": matrix.PlanConfidential, "cards": matrix.PlanConfidential}[key]
		if v.May(cmp.Or(need, matrix.Report), matrix.Read, everything()) {
			d.Papers = append(d.Papers, paper{key, "/reports/" + key + "/file", formWords()})
		}
	}
	return v.Show("papers/reports", d)
}

func formWords() (list []string) {
	for _, form := range forms() {
		list = append(list, string(form))
	}
	return list
}

func lineOf(r yearly.Report) line {
	state := r.State()
	badge := map[string]string{"frozen": "waiting", "approved": "approved", "treated": "done"}[state]
	return line{r.Year, state, badge, r.Frozen.At, r.Approved, r.Treatment}
}

// reportPage is the report about one year.
type reportPage struct {
	line
	Hash                   string // of the frozen figures; empty: they are those of now
	Doc                    any    // the report before it has a form
	Forms                  []string
	Freeze, Approve, Treat bool
	Words                  words
	On, Committee, Item    string
	Decision, Case         string
	TreatmentOn            time.Time
}

// words are people's sentences, one a line.
type words struct{ Conclusion, Good, Bad, Requests, Changes string }

func (p *Part) report(v *frame.Visit) error {
	y, err := year(v)
	if err != nil {
		return err
	}
	list, err := p.Office.Reports(v.Context())
	if err != nil {
		return fmt.Errorf("reading the report: %w", err)
	}
	d := reportPage{line: line{Year: y, State: "draft", Badge: "draft"}, Forms: formWords()}
	if i := slices.IndexFunc(list, func(r yearly.Report) bool { return r.Year == y }); i >= 0 {
		d.line, d.Hash = lineOf(list[i]), list[i].SHA256
	}
	in, err := p.Bureau.Yearly(v.Context(), y, preparedness.Words{})
	if errors.Is(err, preparedness.ErrNoPlans) {
		return fmt.Errorf("a report about %d, when there were no plans: %w", y, kept.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if d.Doc, err = in.Screen(v.Texts.Lang); err != nil {
		return err
	}
	if d.Words, err = writtenIn(in.Frozen); err != nil {
		return err
	}
	d.Words.typed(v)
	may := func(verb matrix.Verb) bool { return v.May(matrix.Report, verb, everything()) }
	d.Freeze = may(matrix.Write) && (d.State == "draft" || d.State == "frozen")
	d.Approve = may(matrix.Approve) && d.State == "frozen"
	d.Treat = may(matrix.Write) && (d.State == "approved" || d.State == "treated")
	d.treatment(v)
	return v.Show("papers/report", d)
}

// treatment fills the form with what was typed, else with what was recorded.
func (d *reportPage) treatment(v *frame.Visit) {
	had := yearly.Treatment{}
	if d.Treatment != nil {
		had = *d.Treatment
		d.TreatmentOn, _ = time.Parse(time.DateOnly, had.On) // it was read when it was recorded
	}
	d.On, d.Committee, d.Item = cmp.Or(v.Field("on"), had.On), cmp.Or(v.Field("committee"), had.Committee), cmp.Or(v.Field("item"), had.Item)
	d.Decision, d.Case = cmp.Or(v.Field("decision"), had.Decision), cmp.Or(v.Field("case"), had.Case)
}

// writtenIn are people's sentences in frozen figures.
func writtenIn(frozen []byte) (w words, err error) {
	var f report.Figures
	if err := json.Unmarshal(frozen, &f); err != nil {
		return w, fmt.Errorf("reading the sentences of the report: %w", err)
	}
	together := func(list []string) string { return strings.Join(list, "\n") }
	w = words{together(f.Words.Conclusion), together(f.Words.Good), together(f.Words.Bad), together(f.Words.Requests), ""}
	for _, c := range f.Changes {
		text := c.Text
		if !c.At.IsZero() {
			text = c.At.Format(time.DateOnly) + " " + text
		}
		if c.Effect != "" {
			text += " | " + c.Effect
		}
		w.Changes += text + "\n"
	}
	return w, nil
}

// typed puts what was sent in their place.
func (w *words) typed(v *frame.Visit) {
	for name, into := range map[string]*string{"conclusion": &w.Conclusion, "good": &w.Good, "bad": &w.Bad, "requests": &w.Requests, "changes": &w.Changes} {
		if text := v.Field(name); text != "" {
			*into = text
		}
	}
}

// reportFile hands the report or its annex out.
func (p *Part) reportFile(v *frame.Visit) error {
	y, err := year(v)
	if err != nil {
		return err
	}
	in, err := p.Bureau.Yearly(v.Context(), y, preparedness.Words{})
	if errors.Is(err, preparedness.ErrNoPlans) {
		return fmt.Errorf("a report about %d, when there were no plans: %w", y, kept.ErrNotFound)
	}
	if err != nil {
		return err
	}
	name, write := "report-"+strconv.Itoa(y), report.Year
	if v.Query("part") == "annex" {
		name, write = "annex-"+strconv.Itoa(y), report.Annex
	}
	err = p.send(v, name, func(w io.Writer, form report.Form, lang string) error { return write(w, in, form, lang) })
	if asked(err) {
		return v.Again(p.report, err)
	}
	return err
}

// onReport ends an act on a report: with its page, or with the form again.
func (p *Part) onReport(v *frame.Visit, done string, act func(year int) error) error {
	y, err := year(v)
	if err != nil {
		return err
	}
	if err := act(y); err != nil {
		return v.Again(p.report, explained(err))
	}
	return v.Go("/reports/"+strconv.Itoa(y), "papers."+done)
}

func (p *Part) freeze(v *frame.Visit) error {
	return p.onReport(v, "frozen", func(y int) error {
		w := preparedness.Words{Conclusion: lines(v, "conclusion"), Good: lines(v, "good"), Bad: lines(v, "bad"), Requests: lines(v, "requests")}
		for _, text := range lines(v, "changes") {
			w.Changes = append(w.Changes, changeOf(text))
		}
		_, err := p.Bureau.FreezeYear(v.Context(), v.Actor(), y, w)
		return err
	})
}

// changeOf reads "2026-07-01 what became different | what it means", of which the day
// and the meaning may be left out.
func changeOf(text string) (c preparedness.Change) {
	text, effect, _ := strings.Cut(text, "|")
	c.Text, c.Effect = strings.TrimSpace(text), strings.TrimSpace(effect)
	if first, rest, found := strings.Cut(c.Text, " "); found {
		if _, err := time.Parse(time.DateOnly, first); err == nil {
			c.At, c.Text = first, strings.TrimSpace(rest)
		}
	}
	return c
}

// approve is for just those figures that were on the screen.
func (p *Part) approve(v *frame.Visit) error {
	return p.onReport(v, "approved", func(y int) error {
		if err := v.Filled("papers", "seen"); err != nil {
			return err
		}
		return p.Office.ApproveReport(v.Context(), v.Actor(), y, v.Field("seen"))
	})
}

func (p *Part) treat(v *frame.Visit) error {
	return p.onReport(v, "treated", func(y int) error {
		if err := v.Filled("papers", "on", "committee", "decision"); err != nil {
			return err
		}
		on, err := date(v, "on")
		if err != nil {
			return err
		}
		t := yearly.Treatment{On: on, Committee: v.Field("committee"), Item: v.Field("item"), Decision: v.Field("decision"), Case: v.Field("case")}
		return p.Office.TreatReport(v.Context(), v.Actor(), y, t)
	})
}
