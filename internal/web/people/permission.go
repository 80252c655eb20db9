package people

import (
	"beredskab/internal/frame"
	"beredskab/internal/matrix"
)

// permissionsPage is the matrix: who may do what with what.
type permissionsPage struct {
	Roles []option // code, word
	Rows  []permission
}

// permission is one line: what it is about, and for each role what it may.
type permission struct {
	Code  string
	Cells [][]string // codes of words
	Never []string   // of whom an act is kept from
}

// verbs are in the order in which a cell names them.
func verbs() []matrix.Verb {
	return []matrix.Verb{matrix.Write, matrix.Confirm, matrix.Approve, matrix.Execute}
}

func (p *Part) permissions(v *frame.Visit) error {
	table := matrix.New()
	d := permissionsPage{}
	for _, r := range table.Roles() {
		d.Roles = append(d.Roles, option{r.Code(), v.Texts.Word("people.role", string(r))})
	}
	for _, about := range table.Permissions() {
		line := permission{Code: string(about)}
		for _, r := range table.Roles() {
			line.Cells = append(line.Cells, cellOf(v, table, about, r))
		}
		for _, verb := range verbs() {
			if _, kept := table.Separated(about, verb, 0); kept {
				line.Never = append(line.Never, v.Texts.Say("people.never."+string(about)))
			}
		}
		d.Rows = append(d.Rows, line)
	}
	return v.Show("people/permissions", d)
}

// cellOf says what a role may. Who may do anything with a thing may read it, so that
// reading is named only where it is all.
func cellOf(v *frame.Visit, table *matrix.Table, about matrix.Permission, r matrix.Role) (cell []string) {
	for _, verb := range append(verbs(), matrix.Read) {
		right, ok := table.Right(about, verb, r)
		if !ok || verb == matrix.Read && len(cell) > 0 {
			continue
		}
		text := v.Texts.Word("people.verb", string(verb))
		switch {
		case right.Personal:
			text = v.Texts.Say("people.himself", text)
		case right.Scoped:
			text = v.Texts.Say("people.own", text)
		}
		cell = append(cell, text)
	}
	return cell
}
