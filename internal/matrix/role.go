package matrix

import (
	"fmt"
	"slices"
	"strings"
)

// Role is a function that people fill (spec/domain.md 5.1), as records keep it.
type Role string

// The roles that have a column in the matrix.
const (
	Director        Role = "director"
	ITManager       Role = "it_manager"
	Coordinator     Role = "coordinator"
	TechnicalTeam   Role = "technical_team"
	SecurityOfficer Role = "security_officer"
	SystemOwner     Role = "system_owner"
	UnitManager     Role = "unit_manager"
	Auditor         Role = "auditor"
	Administrator   Role = "administrator"
	Service         Role = "service"
)

// The political bodies decide outside the program: their decisions are recorded,
// and they hold no right in it.
const (
	council          Role = "council"
	financeCommittee Role = "finance_committee"
)

// office is a role in all its words.
type office struct {
	role    Role
	code    string   // of the specification and the matrix
	title   string   // in English
	inPlans []string // as plan files and organisation.yaml name it
}

func offices() []office {
	return []office{
		{council, "KB", "council", []string{"kommunalbestyrelsen"}},
		{financeCommittee, "ØU", "finance committee", []string{"oekonomiudvalget"}},
		{Director, "DIR", "director", []string{"direktionen", "kriseleder"}},
		{ITManager, "ITC", "IT manager", []string{"it-chef"}},
		{Coordinator, "ITB", "continuity coordinator", []string{"beredskabskoordinator", "oevelsesleder"}},
		{TechnicalTeam, "ITT", "technical team", []string{"it-vagt", "it-driftsleder", "systemansvarlig"}},
		{SecurityOfficer, "ITS", "security officer", []string{"it-sikkerhedsansvarlig"}},
		{SystemOwner, "SE", "system owner", []string{"systemejer"}},
		{UnitManager, "CHF", "unit manager", []string{"chef", "institutionsleder"}},
		{Auditor, "REV", "auditor", []string{"revision", "databeskyttelsesraadgiver"}},
		{Administrator, "ADM", "administrator", []string{"systemadministrator"}},
		{Service, "SYS", "service account", nil},
	}
}

// Title is the role in English, such as "IT manager".
func (r Role) Title() string {
	for _, o := range offices() {
		if o.role == r {
			return o.title
		}
	}
	return string(r)
}

// Code is the role's code in the matrix, such as ITC.
func (r Role) Code() string {
	for _, o := range offices() {
		if o.role == r {
			return o.code
		}
	}
	return ""
}

// PlanWords are what plan files and the organisation file call the role.
func (r Role) PlanWords() []string {
	for _, o := range offices() {
		if o.role == r {
			return o.inPlans
		}
	}
	return nil
}

// ParseRole reads a role: its own word, its code in the matrix, or what plan files
// call it, in any case. The error lists what can be written.
func ParseRole(text string) (Role, error) {
	word := strings.ToLower(strings.TrimSpace(text))
	var known []string
	for _, o := range offices() {
		if word == string(o.role) || word == strings.ToLower(o.code) || slices.Contains(o.inPlans, word) {
			return o.role, nil
		}
		known = append(known, o.code)
	}
	return "", fmt.Errorf("there is no role %q: write one of %s, its English word or the word of the plan files",
		text, strings.Join(known, ", "))
}
