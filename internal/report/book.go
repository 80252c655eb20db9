package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/phrase"
	"beredskab/internal/picture"
	"beredskab/internal/plan"
	"beredskab/internal/recovery"
	"beredskab/internal/report/book"
	"beredskab/internal/report/page"
)

// PlanVersion is what has been said of the plan version in force.
type PlanVersion = book.Version

// BookInput is what the compiled plan and the action cards are made from.
type BookInput struct {
	Set      *plan.Set              // the versions in force
	Versions map[string]PlanVersion // by system; one without is said not to be approved
	Measured map[string]int         // newest valid isolated RTA in minutes, by system
	// Frozen are the figures of chapters 12 and 13 (see Freeze); nil leaves them
	// with what the plans say.
	Frozen    []byte
	Program   string // version of this program
	PrintedAt time.Time
}

// compiled is what the plans come to together.
type compiled struct {
	BookInput
	content book.Input
	graph   *recovery.Graph // nil when systems wait for each other in a circle
	figures *figured        // nil without frozen figures
	hash    string          // SHA-256 over the hashes of the organisation and the plans
}

// Book writes the compiled ikt-beredskabsplan (R31, spec/domain.md 1.2).
func Book(w io.Writer, in BookInput, form Form, lang string) error {
	return in.write(w, form, lang, "plan book", (*compiled).book)
}

// Cards writes the action cards, one page of A4 for each system.
func Cards(w io.Writer, in BookInput, form Form, lang string) error {
	return in.write(w, form, lang, "action cards", (*compiled).cards)
}

func (in BookInput) write(w io.Writer, form Form, lang, what string, document func(*compiled, *phrase.Phrases) *page.Document) error {
	c, err := in.compile()
	if err != nil {
		return fmt.Errorf("compiling the %s: %w", what, err)
	}
	data, err := json.MarshalIndent(struct {
		Schema       int                `json:"schema"`
		Hash         string             `json:"sha256"`
		Order        []recovery.Result  `json:"order"`
		Circle       []string           `json:"circle,omitempty"`
		Organisation *plan.Organisation `json:"organisation"`
		Plans        []*plan.Plan       `json:"plans"`
	}{1, c.hash, c.content.Order, c.content.Circle, in.Set.Organisation, in.Set.Plans}, "", " ")
	if err != nil {
		return fmt.Errorf("compiling the %s: %w", what, err)
	}
	err = write(w, form, lang, append(data, '\n'), func(say *phrase.Phrases) *page.Document { return document(c, say) })
	if err != nil {
		return fmt.Errorf("making the %s: %w", what, err)
	}
	return nil
}

// compile works out the order of recovery. A circle is no error here: the book
// is wanted all the more when the plans are wrong.
func (in BookInput) compile() (*compiled, error) {
	c := &compiled{BookInput: in, content: book.Input{Set: in.Set, Versions: in.Versions}}
	graph, err := recovery.New(in.Set)
	var circle *recovery.CycleError
	switch {
	case errors.As(err, &circle):
		c.content.Circle = circle.Path
	case err != nil:
		return nil, err
	default:
		c.graph, c.content.Order = graph, recovery.Order(graph.Forecast(in.Measured).Results)
	}
	if in.Frozen != nil {
		f, hash, err := thawed(in.Frozen)
		if err != nil {
			return nil, err
		}
		c.figures = &figured{f: f, hash: hash, now: f.Tally()}
	}
	sum := sha256.New()
	if in.Set.Organisation != nil {
		fmt.Fprintln(sum, in.Set.Organisation.Hash())
	}
	for _, p := range in.Set.Plans {
		fmt.Fprintln(sum, p.Hash())
	}
	c.hash = hex.EncodeToString(sum.Sum(nil))
	return c, nil
}

// base is a document of plans without its sections.
func (c *compiled) base(say *phrase.Phrases, key string) *page.Document {
	secret, owner := "intern", ""
	for _, p := range c.Set.Plans {
		if p.Confidentiality == "fortrolig" {
			secret = "fortrolig"
		}
	}
	if c.Set.Organisation != nil {
		owner = phrase.Visible(c.Set.Organisation.Name)
	}
	return &page.Document{
		Lang: say.Lang, Tone: "open", Word: owner, Class: say.Word("classified", secret), Title: say.Say(key + ".title"),
		Lead: say.Say(key+".lead", len(c.Set.Plans), say.Date(c.PrintedAt)), Page: say.Say("page"), Of: say.Say("page.of"), TableWord: say.Say("as.table"),
		Footer: say.Say("book.footer", say.Moment(c.PrintedAt), phrase.Visible(c.Program), c.hash), List: c.orderList(),
	}
}

func (c *compiled) cards(say *phrase.Phrases) *page.Document {
	doc := c.base(say, "cards")
	for i, card := range book.Cards(say, c.content) {
		s := section(card)
		s.Class, s.Break = "card", i > 0
		doc.Sections = append(doc.Sections, s)
	}
	return doc
}

func (c *compiled) book(say *phrase.Phrases) *page.Document {
	doc := c.base(say, "book")
	number, sub := 0, 0
	for _, chapter := range book.Chapters(say, c.content) {
		s := section(chapter)
		switch {
		case chapter.Sub:
			sub++
			s.Title = say.Say("book.numbered", number, sub, phrase.Visible(chapter.Title))
		default:
			number++
			s.Title = say.Say("step.numbered", number, s.Title)
		}
		c.illustrate(say, &s)
		doc.Sections = append(doc.Sections, s)
	}
	return doc
}

// illustrate adds to a chapter what its plans do not say.
func (c *compiled) illustrate(say *phrase.Phrases, s *page.Section) {
	f := c.figures
	if f != nil {
		f.Phrases = say
	}
	switch {
	case s.ID == "order" && c.graph != nil:
		s.Pictures = []page.Figure{figure(c.lanes(say), true), figure(c.dependencies(say), true)}
	case s.ID == "exercises" && f != nil && len(f.f.Runs) > 0:
		s.Tables = append(s.Tables, f.runTable("runs", f.f.Runs))
	case s.ID == "improvements" && f != nil:
		s.Tables = slices.Concat(f.actionList().Tables, f.dispensationList().Tables)
		if len(s.Tables) == 0 {
			s.After = []string{say.Say("none")}
		}
	case s.ID == "improvements":
		s.After = []string{say.Say("book.no.figures")}
	}
}

// section puts a chapter on the page, every text visible.
func section(c book.Chapter) page.Section {
	s := page.Section{ID: c.Key, Title: phrase.Visible(c.Title), Sub: c.Sub, Break: c.Break, Text: seen(c.Text), List: seen(c.List), After: seen(c.After)}
	for _, t := range c.Tables {
		table := page.Table{ID: t.Key + "-table", Caption: t.Caption, Columns: page.Columns(t.Titles...), Key: t.Named}
		for _, row := range t.Rows {
			table.Rows = append(table.Rows, seen(row))
		}
		s.Tables = append(s.Tables, table)
	}
	return s
}

// seen makes texts visible, line by line.
func seen(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		lines := strings.Split(text, "\n")
		for j := range lines {
			lines[j] = phrase.Visible(lines[j])
		}
		out[i] = strings.Join(lines, "\n")
	}
	return out
}

// lanes is the order of recovery by time.
func (c *compiled) lanes(say *phrase.Phrases) picture.Picture {
	var stops []picture.Stop
	for _, r := range c.content.Order {
		p, _ := c.Set.Plan(r.System)
		stops = append(stops, picture.Stop{
			Name: phrase.Visible(p.Name), Class: r.Class, Finish: time.Duration(r.PlannedFinish) * time.Minute, RTO: p.Objectives.RTO.Std(),
			Late: r.PlannedFinish+c.graph.Allowance() > r.RTO,
		})
	}
	caption := say.Say("book.lanes")
	if len(stops) > picture.MostStops {
		caption = say.Say("book.lanes.part", picture.MostStops)
	}
	return picture.Lanes(say, "lanes", caption, stops)
}

// mostDrawn is how many systems a picture of the chain can hold.
const mostDrawn = 60

// dependencies is who waits for whom: all systems, or of very many those that
// most others hang on.
func (c *compiled) dependencies(say *phrase.Phrases) picture.Picture {
	waited, edges := map[string]int{}, []picture.Edge(nil)
	for _, p := range c.Set.Plans {
		own, _ := c.graph.PlanTime(p.ID)
		for _, d := range p.DependsOn {
			before, ok := c.Set.Plan(d.ID)
			if !ok || !recovery.ForRecovery(d) {
				continue
			}
			waited[d.ID]++
			late := before.Objectives.RTO.Minutes() > p.Objectives.RTO.Minutes()-own // C3
			edges = append(edges, picture.Edge{From: d.ID, To: p.ID, Late: late})
		}
	}
	drawn := slices.Clone(c.content.Order)
	caption := say.Say("book.graph")
	if len(drawn) > mostDrawn {
		slices.SortStableFunc(drawn, func(a, b recovery.Result) int { return cmp.Compare(waited[b.System], waited[a.System]) })
		drawn, caption = drawn[:mostDrawn], say.Say("book.graph.part", mostDrawn)
	}
	var nodes []picture.Node
	for _, r := range drawn {
		p, _ := c.Set.Plan(r.System)
		nodes = append(nodes, picture.Node{ID: r.System, Name: phrase.Visible(p.Name), RTO: p.Objectives.RTO.Std(), State: string(r.State)})
	}
	return picture.Graph(say, "graph", caption, nodes, edges)
}

// orderList is the order of recovery for a spreadsheet, in minutes.
func (c *compiled) orderList() page.Table {
	t := page.Table{Columns: page.Columns("order", "id", "name", "class", "rto_minutes", "plan_minutes", "planned_start", "planned_finish", "projected_finish", "state", "plan_version", "plan_sha256")}
	for i, r := range c.content.Order {
		p, _ := c.Set.Plan(r.System)
		row := []string{strconv.Itoa(i + 1), r.System, phrase.Visible(p.Name)}
		for _, n := range []int{r.Class, r.RTO, r.PlanTime, r.PlannedStart, r.PlannedFinish, r.ProjectedFinish} {
			row = append(row, strconv.Itoa(n))
		}
		t.Rows = append(t.Rows, append(row, string(r.State), p.PlanVersion, p.Hash()))
	}
	return t
}
