package matrix

import (
	"slices"
	"strings"
	"testing"
)

// TestEveryCellIsRead fails when a cell of the table holds a letter, a heading or
// a word that New would have to guess at.
func TestEveryCellIsRead(t *testing.T) {
	m := New()
	if len(m.lines) != 24 || len(m.Roles()) != 10 {
		t.Fatalf("%d rows and %d roles", len(m.lines), len(m.Roles()))
	}
	conditions := []string{"", "own", "technical", "by rule", "on duty", "monitor"}
	for _, line := range m.lines {
		if len(line) != len(m.header) {
			t.Fatalf("%s has %d cells, the heading %d", line[0], len(line), len(m.header))
		}
		for i, heading := range m.header[2 : len(m.header)-1] {
			if role, err := ParseRole(heading); err != nil || role == "" {
				t.Errorf("heading %q: %v", heading, err)
			}
			if line[i+2] == "–" {
				continue
			}
			for item := range strings.SplitSeq(line[i+2], " + ") {
				letter, rest, _ := strings.Cut(item, " ")
				if verbOf(strings.TrimSuffix(letter, "°")) == "" || !slices.Contains(conditions, rest) {
					t.Errorf("%s, %s: cannot read %q", line[0], heading, item)
				}
			}
		}
	}
}

// TestEveryPermissionHasARow holds the constants and the table together.
func TestEveryPermissionHasARow(t *testing.T) {
	named := []Permission{
		PlanInternal, PlanConfidential, PlanDraft, Workaround, Objectives, RecoverySteps, PlanVersion, Procedure,
		Programme, Drill, Evaluation, DrillReport, Verification, Activation, Alarm, StandDown, Action, Dispensation,
		Report, Receipt, Log, People, Upkeep, Installation,
	}
	if got := New().Permissions(); !slices.Equal(got, named) {
		t.Errorf("rows %v\nnames %v", got, named)
	}
}

// TestMatrix holds single cells to spec/domain.md 5.2, written down a second time.
func TestMatrix(t *testing.T) {
	m := New()
	for _, c := range []struct {
		p    Permission
		v    Verb
		want string
	}{
		{PlanInternal, Read, "DIR ITC ITB ITT ITS SE CHF° REV"},
		{PlanConfidential, Read, "DIR ITC ITB ITT° ITS SE° REV"},
		{PlanDraft, Write, "ITC ITB ITT° ITS SE°"},
		{Workaround, Write, "ITB SE° CHF°"},
		{Workaround, Read, "ITC ITB ITS SE° CHF° REV"},
		{Objectives, Approve, "ITC SE°"},
		{RecoverySteps, Confirm, "ITT° SE°"},
		{PlanVersion, Approve, "ITC"},
		{PlanVersion, Write, ""},
		{Procedure, Approve, "ITC"},
		{Procedure, Write, "ITB ITS"},
		{Programme, Write, "ITB ITS SE°"},
		{Drill, Execute, "ITC ITB ITT ITS SE°"},
		{Evaluation, Execute, "ITB ITS SE°"},
		{DrillReport, Confirm, "SE°"},
		{Verification, Approve, "SE°"},
		{Activation, Approve, "DIR ITC"},
		{Activation, Execute, "ITB ITT ITS"},
		{Alarm, Execute, "DIR ITC ITB ITT ITS SE CHF SYS"},
		{StandDown, Confirm, "SE°"},
		{Action, Write, "ITB ITT° ITS SE° CHF°"},
		{Action, Confirm, "ITS"},
		{Dispensation, Approve, "ITC"},
		{Dispensation, Write, "ITB ITT ITS SE° CHF°"},
		{Report, Approve, "ITC"},
		{Receipt, Confirm, "ITT SE CHF"},
		{Receipt, Read, "ITC ITB ITT ITS SE CHF° REV"},
		{Log, Read, "ITC ITS REV"},
		{People, Execute, "ADM"},
		{People, Approve, "ITC"},
		{Upkeep, Execute, "SYS"},
		{Installation, Execute, "ADM"},
	} {
		var got []string
		for _, role := range m.Holders(c.p, c.v) {
			code := role.Code()
			if r, _ := m.Right(c.p, c.v, role); r.Scoped {
				code += "°"
			}
			got = append(got, code)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: %s, want %s", m.Sentence(c.p, c.v), text, c.want)
		}
	}
}

func TestAdministratorsDecideNothing(t *testing.T) {
	m := New()
	for _, p := range m.Permissions() {
		for _, v := range []Verb{Write, Confirm, Approve, Execute} {
			if _, ok := m.Right(p, v, Administrator); ok && p != People && p != Installation {
				t.Errorf("the administrator has a right to %s", m.Sentence(p, v))
			}
		}
	}
}

func TestConditionsAndSeparation(t *testing.T) {
	m := New()
	if r, _ := m.Right(Activation, Execute, TechnicalTeam); r.Condition != "on duty" {
		t.Errorf("condition %q", r.Condition)
	}
	if r, _ := m.Right(Receipt, Confirm, SystemOwner); !r.Personal || r.Condition != "" {
		t.Errorf("a receipt: %+v", r)
	}
	for _, c := range []struct {
		p     Permission
		v     Verb
		class int
		whom  string
		ok    bool
	}{
		{PlanVersion, Approve, 3, "the author", true},
		{Dispensation, Approve, 3, "the applicant", true},
		{Dispensation, Write, 0, "", false},
		{Action, Confirm, 2, "the owner", true},
		{Evaluation, Execute, 1, "the director", true},
		{Evaluation, Execute, 2, "the director", false},
	} {
		if whom, ok := m.Separated(c.p, c.v, c.class); whom != c.whom || ok != c.ok {
			t.Errorf("%s, class %d: %q %t", m.Sentence(c.p, c.v), c.class, whom, ok)
		}
	}
	if m.Scoped(ITManager) || m.Scoped(Auditor) || !m.Scoped(SystemOwner) || !m.Scoped(TechnicalTeam) || !m.Scoped(UnitManager) {
		t.Error("whose column has a °")
	}
}

func TestParseRole(t *testing.T) {
	for text, want := range map[string]Role{
		"ITC": ITManager, "it-chef": ITManager, "it_manager": ITManager, " Systemejer ": SystemOwner,
		"øu": financeCommittee, "KB": council, "sys": Service, "beredskabskoordinator": Coordinator,
	} {
		if got, err := ParseRole(text); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := ParseRole("bofh"); err == nil || !strings.Contains(err.Error(), "write one of KB, ØU, DIR, ITC") {
		t.Errorf("got %v", err)
	}
	for _, o := range offices() {
		if o.role.Title() != o.title || len(o.role.PlanWords()) != len(o.inPlans) {
			t.Errorf("%s speaks of itself as %q", o.role, o.role.Title())
		}
	}
	if Role("x").Title() != "x" || Role("x").Code() != "" || Role("x").PlanWords() != nil {
		t.Error("a role that is not one")
	}
}

func TestMarkdown(t *testing.T) {
	text := New().Markdown()
	for _, want := range []string{
		"| What | DIR | ITC |", "| A plan version `plan_version` | – | A |", "| A: the author |\n",
		"| ITC | IT manager | `it_manager` | it-chef |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if New().Sentence("nothing", "x") == "" {
		t.Error("an act that is not in the table needs words too")
	}
}
