package check

import (
	"strings"

	"beredskab/internal/plan"
	"beredskab/internal/recovery"
)

// complete is G1: the fields that spec/domain.md 4.1 asks for always (A), or on
// a condition that this plan meets (B). One finding lists all that is missing.
func (r *run) complete(code string) {
	foundation := r.foundations()
	for _, p := range r.sorted {
		missing := missingFields(p, foundation[p.ID])
		if len(missing) == 0 {
			continue
		}
		r.add(p, missing[0], Finding{
			Code: code, Severity: Warning, State: Breached, Value: None, Limit: None,
			Message: "missing: " + strings.Join(missing, ", "),
			Hint:    "write them; where a part cannot be, say so in the field that is there for it (not_possible, reason)",
		})
	}
}

// foundations are the systems that one of class 0 or 1 needs to recover.
func (r *run) foundations() map[string]bool {
	out := map[string]bool{}
	for _, p := range r.sorted {
		for _, d := range p.DependsOn {
			if p.RecoveryClass <= 1 && recovery.ForRecovery(d) {
				out[d.ID] = true
			}
		}
	}
	return out
}

// part is one field, and whether this plan owes it and does not have it.
type part struct {
	path    string
	missing bool
}

func missingFields(p *plan.Plan, foundation bool) (out []string) {
	for _, group := range [...][]part{identity(p), ownership(p), importance(p, foundation), response(p), bringingBack(p)} {
		for _, part := range group {
			if part.missing {
				out = append(out, part.path)
			}
		}
	}
	return out
}

func identity(p *plan.Plan) []part {
	return []part{
		{"purpose", p.Purpose == ""},
		{"plan_version", p.PlanVersion == ""},
		{"valid_from", p.ValidFrom == ""},
		{"governing_policy", p.GoverningPolicy == nil},
		{"confidentiality", p.Confidentiality == ""},
	}
}

func ownership(p *plan.Plan) []part {
	return []part{
		{"owner.mailbox", p.Owner.Mailbox == ""},
		{"custodian", p.Custodian == nil},
		{"technical_team", p.TechnicalTeam == ""},
		{"recovery_lead", p.RecoveryLead == nil},
	}
}

func importance(p *plan.Plan, foundation bool) []part {
	derived, analysed := p.DerivedClass()
	if foundation {
		derived = 0
	}
	return []part{
		{"serves", len(p.Serves) == 0},
		{"tasks", len(p.Tasks) == 0 && len(p.Processes) == 0},
		{"personal_data", p.PersonalData == ""},
		{"bia", !analysed},
		{"level_override", analysed && derived != p.RecoveryClass && p.LevelOverride == ""},
		{"objectives.mbco", p.Objectives.MBCO == ""},
	}
}

func response(p *plan.Plan) []part {
	urgent := p.RecoveryClass <= 1
	parts := []part{
		{"facilities", p.Hosting == "on_premise" && len(p.Facilities) == 0},
		{"suppliers", p.Hosting != "on_premise" && len(p.Suppliers) == 0},
		{"backup", p.Backup == nil},
		{"contacts", len(p.Contacts) < 2},
		{"workaround", p.RecoveryClass <= 2 && !worksAround(p)},
		{"communication.messages", urgent && (p.Communication == nil || len(p.Communication.Messages) == 0)},
		{"offline_copies", urgent && len(p.OfflineCopies) == 0},
	}
	if p.Backup != nil {
		parts = append(parts, part{"backup.reason", p.Backup.Method == "none" && p.Backup.Reason == ""})
	}
	a := p.Activation
	if a == nil {
		return append(parts, part{"activation", true})
	}
	return append(parts,
		part{"activation.criteria", len(a.Criteria) == 0},
		part{"activation.may_activate", len(a.MayActivate) == 0},
		part{"activation.stand_down", len(a.StandDown) == 0},
		part{"activation.channels", len(a.Channels) == 0},
	)
}

// worksAround tells whether there is a nødplan, or a reason why there is none.
func worksAround(p *plan.Plan) bool {
	w := p.Workaround
	return w != nil && (w.NotPossible != "" || len(w.Steps) > 0 || len(w.Materials) > 0)
}

func bringingBack(p *plan.Plan) []part {
	return []part{
		{"recovery.preconditions", len(p.Recovery.Preconditions) == 0},
		{"recovery.steps", len(p.Recovery.Steps) == 0},
		{"recovery.security_steps", p.RecoveryClass <= 1 && len(p.Recovery.SecuritySteps) == 0},
		{"acceptance_tests", len(p.Acceptance) == 0},
		{"return.steps", p.Return == nil || len(p.Return.Steps) == 0},
		{"return.data_reconciliation", p.Return == nil || p.Return.DataReconciliation == ""},
	}
}
