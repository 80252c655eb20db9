package papers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/dossier"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/rights"
)

// governing is one version of a governing document.
type governing struct {
	approval.Document
	State string // draft, to_come, valid or replaced
	Badge string
	Due   time.Time // of its next review
	Late  bool
}

// owed is what has not been read by all who must.
type owed struct {
	approval.Reading
	Persons []string // IDs
}

// documentsPage is the governing documents, and who has read what.
type documentsPage struct {
	Mine                   []approval.Reading // what the visitor must read
	List                   []governing
	Owed                   []owed
	Write, Approve, Others bool
	Doc                    approval.Document // as it was typed
	Every                  string
}

func (p *Part) documents(v *frame.Visit) error {
	list, err := p.Office.Documents(v.Context())
	if err != nil {
		return fmt.Errorf("listing the governing documents: %w", err)
	}
	owing, err := p.Dossier.Owing(v.Context())
	if err != nil {
		return fmt.Errorf("listing what is to be read: %w", err)
	}
	d := documentsPage{
		List:    standing(list, v.Now),
		Write:   v.May(matrix.Procedure, matrix.Write, everything()),
		Approve: v.May(matrix.Procedure, matrix.Approve, everything()),
		Others:  v.May(matrix.Receipt, matrix.Read, everything()),
		Doc:     approval.Document{ID: v.Field("id"), Version: v.Field("version"), Title: v.Field("title"), Case: v.Field("case")}, Every: v.Field("every"),
	}
	for _, o := range owing {
		if slices.Contains(o.Persons, v.Person.ID) {
			d.Mine = append(d.Mine, o.Reading)
		}
		if d.Others {
			d.Owed = append(d.Owed, owedOf(o))
		}
	}
	return v.Show("papers/documents", d)
}

func owedOf(o dossier.Owed) owed { return owed{o.Reading, o.Persons} }

// standing says of each version where it stands on that day, newest first.
func standing(list []approval.Document, at time.Time) (out []governing) {
	due := map[string]time.Time{}
	for _, d := range approval.DocumentsDue(list, at) {
		due[d.What] = d.At
	}
	for _, d := range list {
		g := governing{Document: d, State: "replaced", Badge: "closed"}
		valid, ok := approval.ValidOn(list, d.ID, at)
		switch {
		case !d.Approved():
			g.State, g.Badge = "draft", "draft"
		case d.ValidFrom > at.Format(time.DateOnly):
			g.State, g.Badge = "to_come", "planned"
		case ok && valid.Version == d.Version:
			g.State, g.Badge, g.Due = "valid", "in_force", due[d.ID]
			g.Late = !g.Due.IsZero() && g.Due.Before(at)
		}
		out = append(out, g)
	}
	order := []string{"draft", "valid", "to_come", "replaced"}
	slices.SortStableFunc(out, func(x, y governing) int {
		return cmp.Or(cmp.Compare(x.Title, y.Title), slices.Index(order, x.State)-slices.Index(order, y.State), cmp.Compare(y.ValidFrom, x.ValidFrom))
	})
	return out
}

// onDocument ends an act on a governing document.
func (p *Part) onDocument(v *frame.Visit, done string, err error) error {
	if err != nil {
		return v.Again(p.documents, err)
	}
	return v.Go("/documents", "papers."+done)
}

func (p *Part) addDocument(v *frame.Visit) error {
	err := v.Filled("papers", "id", "version", "title")
	d := approval.Document{ID: v.Field("id"), Version: v.Field("version"), Title: v.Field("title"), Case: v.Field("case")}
	if every := v.Field("every"); err == nil && every != "" {
		if d.ReviewEvery, err = plan.ParseDuration(every + "d"); err != nil {
			err = frame.Wrong{Key: "papers.wrong.every", Values: []any{every}}
		}
	}
	if err == nil {
		err = p.Office.AddDocument(v.Context(), v.Actor(), d)
	}
	return p.onDocument(v, "document.added", err)
}

func (p *Part) approveDocument(v *frame.Visit) error {
	err := v.Filled("papers", "by", "at")
	said := governance.Decision{By: v.Field("by"), Case: v.Field("decision_case")}
	if err == nil {
		said.At, err = date(v, "at")
	}
	if err == nil {
		said.ValidFrom, err = date(v, "from")
	}
	if err == nil {
		err = p.Office.ApproveDocument(v.Context(), v.Actor(), v.Field("id"), v.Field("version"), said)
	}
	return p.onDocument(v, "document.approved", err)
}

// reviewDocument says that it was looked at today and needs no change.
func (p *Part) reviewDocument(v *frame.Visit) error {
	today := v.Now.In(v.Texts.Zone).Format(time.DateOnly)
	return p.onDocument(v, "document.reviewed", p.Office.ReviewDocument(v.Context(), v.Actor(), v.Field("id"), v.Field("version"), today))
}

// readingPage is what there is to be read and signed under.
type readingPage struct {
	approval.Reading
	System string // whose plan it is; empty: a document
	Signed string
	Seen   string // stands for exactly that text
	May    bool
}

func (p *Part) reading(v *frame.Visit) error {
	object := cmp.Or(v.Field("object"), v.Query("object"))
	r, err := p.Office.Reading(v.Context(), object)
	if err != nil {
		return err
	}
	d := readingPage{Reading: r, Signed: r.Signed(), Seen: approval.Digest(r.Signed()), May: v.May(matrix.Receipt, matrix.Confirm, rights.Object{Person: v.Person.ID})}
	if system, ok := strings.CutPrefix(object, approval.OfPlan); ok {
		d.System = system
	}
	return v.Show("papers/reading", d)
}

// receipt is the visitor's own word for the text that was on his screen.
func (p *Part) receipt(v *frame.Visit) error {
	r, err := p.Office.Reading(v.Context(), v.Field("object"))
	if err != nil {
		return err
	}
	seen := approval.Digest(r.Signed())
	if v.Field("seen") != seen {
		return v.Again(p.reading, frame.Wrong{Key: "papers.wrong.changed"})
	}
	if err := p.Office.GiveReceipt(v.Context(), v.Actor(), r.Object, r.Version, seen); err != nil {
		return v.Again(p.reading, err)
	}
	return v.Go("/documents", "papers.receipt")
}
