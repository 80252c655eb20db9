package recovery

import (
	"strconv"
	"strings"
	"testing"

	"beredskab/internal/plan"
)

// sample is the 19-system municipality of spec/domain.md 7, written by hand and
// apart from plans/ so that a slip in the files cannot hide one in the sums.
// id | class | RTO | needs | steps as minutes and team
const sample = `
netvaerk-kerne    | 0 | 105  | | 10 netvaerk, 20 netvaerk, 30 netvaerk, 20 netvaerk, 10 netvaerk
backup-platform   | 0 | 240  | netvaerk-kerne | 20 infrastruktur, 15 infrastruktur, 30 infrastruktur, 20 infrastruktur, 15 infrastruktur
virtualisering-san| 0 | 240  | netvaerk-kerne | 20 infrastruktur, 30 infrastruktur, 30 infrastruktur, 30 netvaerk, 20 infrastruktur
dns-dhcp          | 0 | 300  | virtualisering-san backup-platform | 15 infrastruktur, 15 netvaerk, 10 netvaerk, 10 netvaerk
ad-entra          | 0 | 480  | virtualisering-san backup-platform dns-dhcp | 30 identitet, 20 identitet, 20 identitet, 20 identitet, 15 identitet, 15 identitet
idp-mfa           | 0 | 540  | ad-entra | 20 identitet, 15 identitet, 15 identitet, 10 identitet
noedkald          | 1 | 180  | netvaerk-kerne | 20 velfaerdsteknologi, 20 velfaerdsteknologi, 20 sundhed
telefoni          | 1 | 240  | netvaerk-kerne | 20 telefoni, 15 telefoni, 10 telefoni
omsorg            | 1 | 480  | netvaerk-kerne idp-mfa | 10 fagsystemer, 20 fagsystemer, 10 sundhed
hjemmeside        | 1 | 240  | | 20 web, 20 web, 10 kommunikation
sql-klynge        | 1 | 720  | virtualisering-san backup-platform ad-entra | 30 infrastruktur, 40 database, 90 database, 20 database, 10 database
m365              | 1 | 720  | netvaerk-kerne idp-mfa | 10 identitet, 15 identitet, 10 arbejdsplads, 10 arbejdsplads
esdh              | 2 | 1440 | sql-klynge ad-entra idp-mfa | 30 infrastruktur, 30 infrastruktur, 40 fagsystemer, 20 fagsystemer, 20 systemejer
jobcenter-ydelse  | 2 | 1440 | netvaerk-kerne idp-mfa | 15 fagsystemer, 15 fagsystemer, 15 systemejer
loen              | 2 | 2880 | netvaerk-kerne idp-mfa | 20 fagsystemer, 15 fagsystemer, 25 systemejer
oekonomi          | 2 | 2880 | netvaerk-kerne idp-mfa | 20 fagsystemer, 20 fagsystemer, 20 systemejer
skole-dagtilbud   | 2 | 2880 | netvaerk-kerne idp-mfa | 10 fagsystemer, 10 fagsystemer, 10 systemejer
gis               | 3 | 4320 | sql-klynge ad-entra | 30 infrastruktur, 30 database, 20 fagsystemer, 10 systemejer
print             | 3 | 4320 | ad-entra virtualisering-san | 20 infrastruktur, 20 arbejdsplads, 10 arbejdsplads
`

// sampleTimes are the newest isolated RTAs of spec/domain.md 7.3.
func sampleTimes() map[string]int {
	return map[string]int{
		"netvaerk-kerne": 75, "backup-platform": 95, "virtualisering-san": 140, "dns-dhcp": 45, "ad-entra": 165,
		"noedkald": 55, "telefoni": 40, "omsorg": 35, "hjemmeside": 45, "sql-klynge": 400, "esdh": 180, "gis": 110,
	}
}

func sampleSet(t testing.TB) *plan.Set {
	set := &plan.Set{Organisation: &plan.Organisation{}}
	for name, size := range map[string]int{
		"netvaerk": 2, "infrastruktur": 3, "identitet": 2, "database": 1, "fagsystemer": 2,
		"arbejdsplads": 2, "telefoni": 1, "web": 1, "velfaerdsteknologi": 1,
	} {
		set.Organisation.Teams = append(set.Organisation.Teams, plan.Team{ID: name, Capacity: size})
	}
	for line := range strings.Lines(strings.TrimSpace(sample)) {
		set.Plans = append(set.Plans, samplePlan(t, strings.Split(line, "|")))
	}
	return set
}

func samplePlan(t testing.TB, cell []string) *plan.Plan {
	p := &plan.Plan{ID: strings.TrimSpace(cell[0]), RecoveryClass: number(t, cell[1])}
	p.Objectives.RTO = plan.Duration(number(t, cell[2]))
	for need := range strings.FieldsSeq(cell[3]) {
		p.DependsOn = append(p.DependsOn, plan.Dependency{ID: need})
	}
	for i, step := range strings.Split(cell[4], ",") {
		minutes, team, _ := strings.Cut(strings.TrimSpace(step), " ")
		s := plan.Step{ID: "s" + strconv.Itoa(i+1), Team: team, Estimate: plan.Duration(number(t, minutes))}
		if i > 0 {
			s.After = []string{"s" + strconv.Itoa(i)}
		}
		p.Recovery.Steps = append(p.Recovery.Steps, s)
	}
	return p
}

func number(t testing.TB, s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func mustNew(t testing.TB, set *plan.Set) *Graph {
	g, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
