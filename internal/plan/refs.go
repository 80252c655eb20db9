package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"beredskab/internal/plan/strict"
)

// names are all that one file may refer to in others.
type names struct {
	systems []string
	roles   []string
	teams   []string
	system  map[string]bool
	role    map[string]bool
	team    map[string]bool
}

// references checks what each plan says of other files. A system whose file is
// broken exists all the same, so that one mistake is not told twice.
func references(set *Set, results []parsed) Problems {
	known := newNames(set, results)
	var problems Problems
	for i := range results {
		if results[i].plan != nil {
			c := &crossing{names: known, result: &results[i]}
			c.check(results[i].plan)
			if c.text != nil {
				problems = append(problems, c.text.Problems...)
			}
		}
	}
	return problems
}

func newNames(set *Set, results []parsed) *names {
	n := &names{system: map[string]bool{}, role: map[string]bool{}, team: map[string]bool{}}
	for _, result := range results {
		if result.file != organisationFile {
			n.systems = append(n.systems, strings.TrimSuffix(result.file, path.Ext(result.file)))
		}
	}
	if o := set.Organisation; o != nil {
		n.roles = append(n.roles, "systemejer")
		for _, role := range slices.Concat(o.Roles, o.CrisisRoles) {
			n.roles = append(n.roles, role.ID)
		}
		for _, team := range o.Teams {
			n.teams = append(n.teams, team.ID)
		}
	}
	for set, list := range map[*map[string]bool][]string{&n.system: n.systems, &n.role: n.roles, &n.team: n.teams} {
		for _, name := range list {
			(*set)[name] = true
		}
	}
	return n
}

// crossing is the check of one plan. Its text is read again only when there is
// something to tell, for the place and the excerpt.
type crossing struct {
	*names
	result *parsed
	text   *strict.Reading
}

func (c *crossing) tell(path, code, message, hint string) *Problem {
	if c.text == nil {
		c.text = strict.Reread(c.result.file, c.result.src)
	}
	return c.text.In(path, code, message, hint)
}

func (c *crossing) check(p *Plan) {
	for i, d := range p.DependsOn {
		if d.ID != "" && !c.system[d.ID] {
			c.tell(fmt.Sprintf("depends_on[%d].id", i), "BP041", "there is no system "+strict.Quote(d.ID),
				strict.DidYouMean(d.ID, c.systems, "write the id of another plan, or add "+strict.Short(d.ID)+".yaml"))
		}
	}
	c.teamKnown("technical_team", p.TechnicalTeam)
	c.steps("recovery.steps", p.Recovery.Steps)
	c.steps("recovery.security_steps", p.Recovery.SecuritySteps)
	c.steps("recovery.cleanup", p.Recovery.Cleanup)
	for i := range p.Drills {
		path := fmt.Sprintf("drills[%d]", i)
		c.steps(path+".injects", p.Drills[i].Injects)
		c.cast(path+".participants", &p.Drills[i].Participants)
	}
}

func (c *crossing) steps(path string, steps []Step) {
	for i := range steps {
		s := &steps[i]
		if s.Confirm != nil {
			c.roleKnown(fmt.Sprintf("%s[%d].confirm.by", path, i), s.Confirm.By)
		}
		if s.Decision != nil {
			c.roleKnown(fmt.Sprintf("%s[%d].decision.by", path, i), s.Decision.By)
		}
		if s.Team != "" && !c.team[s.Team] {
			c.teamKnown(fmt.Sprintf("%s[%d].team", path, i), s.Team)
		}
	}
}

func (c *crossing) cast(path string, cast *Cast) {
	c.roleKnown(path+".director", cast.Director)
	c.roleKnown(path+".facilitator", cast.Facilitator)
	for _, group := range [...]struct {
		key   string
		roles []string
	}{
		{"controllers", cast.Controllers},
		{"evaluators", cast.Evaluators},
		{"participants", cast.Participants},
		{"observers", cast.Observers},
		{"barred", cast.Barred},
	} {
		for i, role := range group.roles {
			if group.key == "barred" && c.team[role] {
				continue // a key person is often one of a team
			}
			c.roleKnown(fmt.Sprintf("%s.%s[%d]", path, group.key, i), role)
		}
	}
}

// roleKnown wants a role of organisation.yaml: nobody could answer otherwise.
func (c *crossing) roleKnown(path, role string) {
	if role == "" || len(c.roles) == 0 || c.role[role] {
		return
	}
	c.tell(path, "BP042", "there is no role "+strict.Quote(role),
		strict.DidYouMean(role, c.roles, "write systemejer, or a role of "+organisationFile))
}

// teamKnown only warns, and only of what looks like a slip: a team that is not
// listed is unlimited (C12).
func (c *crossing) teamKnown(path, team string) {
	if team == "" || c.team[team] {
		return
	}
	if near := strict.Nearest(team, c.teams); near != "" {
		p := c.tell(path, "BP043", "there is no team "+strict.Quote(team)+" in "+organisationFile+"; it counts as unlimited",
			`did you mean "`+near+`"? Otherwise add it to teams:`)
		p.Severity = "warning"
	}
}
