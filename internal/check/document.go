package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beredskab/internal/plan"
)

// governed is the part of G2 about governing documents: each plan names the version
// that is valid (R2), and each document has been looked at within its period.
func (r *run) governed(code string) {
	valid := r.validDocuments()
	for _, p := range r.sorted {
		if p.GoverningPolicy != nil && len(valid) > 0 {
			r.policy(p, valid, code)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(valid)) {
		d := valid[id]
		if d.ReviewDue.IsZero() || !d.ReviewDue.Before(r.in.Now) {
			continue
		}
		late := r.since(d.ReviewDue)
		r.addOrg("policies", Finding{
			Code: code, Subject: d.ID, Severity: r.late(late), State: Breached, Value: late, Limit: 0,
			Message: fmt.Sprintf("%s %s was to be looked at before %s", d.ID, d.Version, day(d.ReviewDue)),
			Hint:    "let the body that approved it confirm or renew it, then `beredskab document review`",
		})
	}
}

// policy finds a plan that was written under a version that is not valid any more.
func (r *run) policy(p *plan.Plan, valid map[string]Document, code string) {
	named := p.GoverningPolicy
	f := Finding{Code: code, Subject: named.ID, State: Breached, Value: None, Limit: None}
	d, known := valid[named.ID]
	switch {
	case !known:
		f.Severity, f.State = Info, Unknown
		f.Message = fmt.Sprintf("nobody has registered %s, which the plan names as its policy", named.ID)
		f.Hint = "register it with `beredskab document add` and `approve`, or correct the name"
	case d.Version == named.Version || r.toCome(named):
		return
	default:
		f.Severity = r.lateSince(d.ValidFrom)
		f.Message = fmt.Sprintf("was written under %s %s; %s is valid since %s", named.ID, named.Version, d.Version, day(d.ValidFrom))
		f.Hint = fmt.Sprintf("read the plan against %s, write it as governing_policy, and let the owner confirm the new version", d.Version)
	}
	r.add(p, "governing_policy", f)
}

// toCome tells whether a plan names a version that is approved and not valid yet: it
// was written ahead of its day.
func (r *run) toCome(named *plan.Policy) bool {
	return slices.ContainsFunc(r.documents(), func(d Document) bool {
		return d.ID == named.ID && d.Version == named.Version && d.ValidFrom.After(r.in.Now)
	})
}

// validDocuments are the versions that are valid now, by id.
func (r *run) validDocuments() map[string]Document {
	valid := map[string]Document{}
	for _, d := range r.documents() {
		if before, ok := valid[d.ID]; !d.ValidFrom.After(r.in.Now) && (!ok || d.ValidFrom.After(before.ValidFrom)) {
			valid[d.ID] = d
		}
	}
	return valid
}

// documents are those of the register, and those of the organisation file of which
// the register knows no version.
func (r *run) documents() []Document {
	list := slices.Clone(r.in.Facts.Documents)
	for _, p := range r.org.Policies {
		from, ok := date(cmp.Or(p.ValidFrom, p.ApprovedAt))
		if ok && !slices.ContainsFunc(r.in.Facts.Documents, func(d Document) bool { return d.ID == p.ID }) {
			list = append(list, Document{ID: p.ID, Version: p.Version, ValidFrom: from})
		}
	}
	return list
}

// trained is the part of G8 about what people were taught: one finding for all whose
// training has run out.
func (r *run) trained(code string) {
	var over []string
	var first time.Time
	for _, t := range r.in.Facts.Training {
		if !t.Until.Before(r.in.Now) {
			continue
		}
		over = append(over, fmt.Sprintf("%s in %s (%s)", t.Person, t.Subject, day(t.Until.In(r.in.Now.Location()))))
		if first.IsZero() || t.Until.Before(first) {
			first = t.Until
		}
	}
	if len(over) == 0 {
		return
	}
	slices.Sort(over)
	r.addOrg("", Finding{
		Code: code, Subject: "training", Severity: r.lateSince(first), State: Breached, Value: r.since(first), Limit: 0,
		Message: "training has run out: " + strings.Join(over, ", "),
		Hint:    "train them again, then `beredskab training record`",
	})
}
