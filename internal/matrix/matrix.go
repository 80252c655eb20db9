// Package matrix is the permission matrix of spec/domain.md 5.2: the roles, what
// there is to be allowed, and one table that says who may do what. Everything
// that is not in the table is refused.
package matrix

import (
	"slices"
	"strings"
)

// Permission is one row of the matrix: what an act is about.
type Permission string

// The rows.
const (
	PlanInternal     Permission = "plan_internal"
	PlanConfidential Permission = "plan_confidential"
	PlanDraft        Permission = "plan_draft"
	Workaround       Permission = "workaround"
	Objectives       Permission = "objectives"
	RecoverySteps    Permission = "recovery_steps"
	PlanVersion      Permission = "plan_version"
	Procedure        Permission = "procedure"
	Programme        Permission = "programme"
	Drill            Permission = "drill"
	Evaluation       Permission = "evaluation"
	DrillReport      Permission = "drill_report"
	Verification     Permission = "verification"
	Activation       Permission = "activation"
	Alarm            Permission = "alarm"
	StandDown        Permission = "stand_down"
	Action           Permission = "action"
	Dispensation     Permission = "dispensation"
	Report           Permission = "report"
	Receipt          Permission = "receipt"
	Log              Permission = "log"
	People           Permission = "people"
	Upkeep           Permission = "upkeep"
	Installation     Permission = "installation"
)

// Verb is what is done with it, one letter of the matrix.
type Verb string

// The letters R, W, C, A and X. An action's effect is confirmed by C.
const (
	Read    Verb = "read"
	Write   Verb = "write"
	Confirm Verb = "confirm"
	Approve Verb = "approve" // or decide
	Execute Verb = "execute"
)

// table is the matrix. A cell holds letters with +; ° is for the own system, unit
// or team only, "own" for what is about the person himself, and other words are a
// condition that the log keeps with the act. Separation names who never does the
// act of that letter, whatever his roles. Three cells differ in form from the
// specification: "verify" is C, and a receipt is C own for everybody. Its last row
// is not in the specification (docs/decisions/009).
const table = `
permission        | about                              | DIR | ITC | ITB       | ITT          | ITS   | SE      | CHF        | REV | ADM | SYS       | separation
plan_internal     | the internal parts of a plan       | R   | R   | R         | R            | R     | R       | R°         | R   | –   | –         |
plan_confidential | the confidential parts of a plan   | R   | R   | R         | R°           | R     | R°      | –          | R   | –   | –         |
plan_draft        | the draft of a plan                | –   | W   | W         | W°           | W     | W°      | –          | –   | –   | –         |
workaround        | the workaround part of a plan      | –   | R   | W         | –            | R     | W°      | W°         | R   | –   | –         |
objectives        | MTPD, RTO and RPO                  | –   | A   | –         | –            | –     | A°      | –          | –   | –   | –         |
recovery_steps    | recovery steps                     | –   | –   | –         | C° technical | –     | C°      | –          | –   | –   | –         |
plan_version      | a plan version                     | –   | A   | –         | –            | –     | –       | –          | –   | –   | –         | A: the author
procedure         | cadence, thresholds and follow-up  | –   | A   | W         | –            | W     | –       | –          | R   | –   | –         |
programme         | the exercise programme             | –   | A   | W         | –            | W     | W°      | –          | R   | –   | –         |
drill             | a drill and its step times         | –   | X   | X         | X            | X     | X°      | –          | –   | –   | –         |
evaluation        | the evaluation of a drill          | –   | –   | X         | –            | X     | X°      | –          | –   | –   | –         | X: the director (class 0-1)
drill_report      | the report of a drill              | –   | A   | –         | –            | –     | C°      | –          | –   | –   | –         |
verification      | that a system is recovered         | –   | –   | –         | –            | –     | A°      | –          | –   | –   | –         |
activation        | the activation of a plan           | A   | A   | X by rule | X on duty    | X     | –       | –          | –   | –   | –         |
alarm             | an alarm                           | X   | X   | X         | X            | X     | X       | X          | –   | –   | X monitor |
stand_down        | the stand-down                     | A   | A   | –         | –            | –     | C°      | –          | –   | –   | –         |
action            | corrective actions                 | –   | A   | W         | W°           | W + C | W°      | W°         | R   | –   | –         | C: the owner
dispensation      | dispensations                      | –   | A   | W         | W            | W     | W°      | W°         | R   | –   | –         | A: the applicant
report            | the yearly report                  | R   | A   | W         | –            | W     | –       | –          | R   | –   | –         |
receipt           | receipts that a plan was read      | –   | R   | R         | C own        | R     | C own   | C own + R° | R   | –   | –         |
log               | the audit log                      | –   | R   | –         | –            | R     | –       | –          | R   | –   | –         |
people            | persons, roles and delegations     | –   | A   | –         | –            | R     | –       | –          | R   | X   | –         |
upkeep            | sync, reminders and RTO checks     | –   | –   | –         | –            | –     | –       | –          | –   | –   | X         |
installation      | work on the installation           | –   | –   | –         | –            | –     | –       | –          | –   | X   | –         |
`

// right is what one letter of a cell gives.
type right struct {
	Scoped    bool   // ° : for the own system, unit or team only
	Personal  bool   // for what is about the person himself
	Condition string // "by rule", "on duty": what the act then rests on; empty: nothing
}

type cell struct {
	permission Permission
	role       Role
	verb       Verb
}

// Table is the matrix, ready to be asked. Make it with New.
type Table struct {
	header []string // the first line
	roles  []Role   // of its columns
	lines  [][]string
	about  map[Permission]string
	rights map[cell]right
	never  map[Permission]map[Verb]string
	scoped map[Role]bool
}

// New reads the table.
func New() *Table {
	t := &Table{
		about: map[Permission]string{}, rights: map[cell]right{},
		never: map[Permission]map[Verb]string{}, scoped: map[Role]bool{},
	}
	for line := range strings.Lines(strings.TrimSpace(table)) {
		parts := strings.Split(line, "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		if t.header == nil {
			t.header, t.roles = parts, rolesOf(parts)
			continue
		}
		t.lines = append(t.lines, parts)
		t.add(parts)
	}
	return t
}

// rolesOf reads the heading's codes.
func rolesOf(header []string) (list []Role) {
	for _, code := range header[2 : len(header)-1] {
		role, _ := ParseRole(code) // The test reads every heading.
		list = append(list, role)
	}
	return list
}

// add reads one line: its cells, and whom it keeps away.
func (t *Table) add(parts []string) {
	p := Permission(parts[0])
	t.about[p] = parts[1]
	last := len(t.header) - 1
	for i, role := range t.roles {
		t.addCell(p, role, parts[i+2])
	}
	if letter, whom, found := strings.Cut(parts[last], ": "); found {
		t.never[p] = map[Verb]string{verbOf(letter): whom}
	}
}

// addCell reads "C own + R°". Who may do anything with a thing may read it, in
// the same scope.
func (t *Table) addCell(p Permission, role Role, text string) {
	for item := range strings.SplitSeq(text, " + ") {
		letter, rest, _ := strings.Cut(item, " ")
		letter, scoped := strings.CutSuffix(letter, "°")
		verb := verbOf(letter)
		if verb == "" {
			continue
		}
		r := right{Scoped: scoped, Personal: rest == "own"}
		if !r.Personal {
			r.Condition = rest
		}
		t.rights[cell{p, role, verb}] = r
		if _, known := t.rights[cell{p, role, Read}]; !known {
			t.rights[cell{p, role, Read}] = right{Scoped: r.Scoped, Personal: r.Personal}
		}
		t.scoped[role] = t.scoped[role] || scoped
	}
}

func verbOf(letter string) Verb {
	switch letter {
	case "R":
		return Read
	case "W":
		return Write
	case "C":
		return Confirm
	case "A":
		return Approve
	case "X":
		return Execute
	}
	return ""
}

// Right gives what the role may do; ok is false where the matrix gives it nothing.
func (t *Table) Right(p Permission, v Verb, role Role) (r right, ok bool) {
	r, ok = t.rights[cell{p, role, v}]
	return r, ok
}

// Holders are the roles that may do it, in the order of the columns.
func (t *Table) Holders(p Permission, v Verb) (list []Role) {
	for _, role := range t.roles {
		if _, ok := t.Right(p, v, role); ok {
			list = append(list, role)
		}
	}
	return list
}

// Roles are the columns. Roles without one, such as the council, hold no right.
func (t *Table) Roles() []Role { return slices.Clone(t.roles) }

// Permissions are the rows.
func (t *Table) Permissions() (list []Permission) {
	for _, line := range t.lines {
		list = append(list, Permission(line[0]))
	}
	return list
}

// Separated names whom the act is kept from, such as "the author"; ok is false
// where it is kept from nobody. class is the recovery class that the act is about.
func (t *Table) Separated(p Permission, v Verb, class int) (whom string, ok bool) {
	whom, ok = t.never[p][v]
	whom, high := strings.CutSuffix(whom, " (class 0-1)")
	return whom, ok && (!high || class <= 1)
}

// Scoped tells whether the role's column has a °. A grant of such a role says what
// is the holder's own, and rights without ° reach everything; a grant of another
// role that names a system, unit or team gives its rights there only.
func (t *Table) Scoped(role Role) bool { return t.scoped[role] }

// Sentence says the act, such as "approving a plan version".
func (t *Table) Sentence(p Permission, v Verb) string {
	doing := map[Verb]string{
		Read: "reading", Write: "writing", Confirm: "confirming", Approve: "approving", Execute: "carrying out",
	}
	about, known := t.about[p]
	if !known || doing[v] == "" {
		return string(v) + " of " + string(p)
	}
	return doing[v] + " " + about
}

// Markdown is the matrix as people read it, for the documentation.
func (t *Table) Markdown() string {
	var out strings.Builder
	heading := slices.Clone(t.header[1:])
	heading[0], heading[len(heading)-1] = "What", "Never by"
	writeRow(&out, heading)
	writeRow(&out, slices.Repeat([]string{"---"}, len(heading)))
	for _, line := range t.lines {
		row := slices.Clone(line[1:])
		row[0] = strings.ToUpper(row[0][:1]) + row[0][1:] + " `" + line[0] + "`"
		writeRow(&out, row)
	}
	out.WriteString("\nR read, W write, C confirm, A approve or decide, X carry out, – none. " +
		"° for the own system, unit or team only; own: only what is about oneself. " +
		"Whoever may do anything with a thing may read it.\n\n")
	writeRow(&out, []string{"Code", "Role", "Word", "In plan files"})
	writeRow(&out, slices.Repeat([]string{"---"}, 4))
	for _, o := range offices() {
		writeRow(&out, []string{o.code, o.title, "`" + string(o.role) + "`", strings.Join(o.inPlans, ", ")})
	}
	return out.String()
}

func writeRow(out *strings.Builder, cells []string) {
	out.WriteString("|")
	for _, c := range cells {
		out.WriteString(" " + c)
		if c != "" {
			out.WriteString(" ")
		}
		out.WriteString("|")
	}
	out.WriteString("\n")
}
