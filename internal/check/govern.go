package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/plan"
)

// unknownWithoutRegister is the one finding of a rule that only the register
// can answer, when there is none at hand. It is never ok by silence.
func (r *run) unknownWithoutRegister(code, what string) {
	r.addOrg("", Finding{
		Code: code, Severity: Info, State: Unknown, Value: None, Limit: None,
		Message: "the plan files do not say " + what,
		Hint:    "ask the server, which has the register",
	})
}

// reviewed is G2: the owner has confirmed the plan within the review period, and it
// rests on governing documents that are valid and looked after.
func (r *run) reviewed(code string) {
	r.governed(code)
	if r.in.Facts.Reviews == nil {
		r.unknownWithoutRegister(code, "when each plan was last confirmed by its owner")
		return
	}
	for _, p := range r.sorted {
		limit := given(p.ReviewEvery, r.cadence(p.RecoveryClass).review)
		f := Finding{
			Code: code, State: Breached, Value: None, Limit: limit,
			Hint: "ask the owner to read and confirm the plan",
		}
		at, ok := r.in.Facts.Reviews[p.ID]
		if ok {
			f.Value = r.since(at)
			if f.Value <= limit {
				continue
			}
			f.Severity = r.late(f.Value - limit)
			f.Message = fmt.Sprintf("last confirmed on %s, %s ago; the limit is %s", day(at), days(f.Value), days(limit))
		} else {
			f.Severity = r.lateSince(r.inForce(p).Current)
			f.Message = "has never been confirmed by its owner"
		}
		r.add(p, "review_every", f)
	}
}

// deputies is G3: nobody is alone with a duty.
func (r *run) deputies(code string) {
	for _, p := range r.sorted {
		var alone []string
		if p.Owner.Deputy == "" {
			alone = append(alone, "owner")
		}
		if p.RecoveryLead != nil && p.RecoveryLead.Deputy == "" {
			alone = append(alone, "recovery_lead")
		}
		if len(alone) > 0 {
			r.add(p, alone[0], alonewith(code, alone))
		}
	}
	var alone []string
	for _, role := range r.org.CrisisRoles {
		if role.Deputy == "" {
			alone = append(alone, role.ID)
		}
	}
	switch {
	case len(r.org.CrisisRoles) == 0:
		r.addOrg("", Finding{
			Code: code, Severity: Warning, State: Breached, Value: None, Limit: None,
			Message: "the organisation names no crisis roles",
			Hint:    "write crisis_roles in the organisation file, each with a deputy",
		})
	case len(alone) > 0:
		r.addOrg("crisis_roles", alonewith(code, alone))
	}
}

func alonewith(code string, alone []string) Finding {
	return Finding{
		Code: code, Severity: Warning, State: Breached, Value: None, Limit: None,
		Message: "no deputy for " + strings.Join(alone, ", "),
		Hint:    "write deputy: the mailbox or role that the duty falls to when the first is away",
	}
}

// contacts is G4: each contact was verified within the cadence of the class,
// and people are reached by two channels at least. That there are contacts at
// all is for G1.
func (r *run) contacts(code string) {
	for _, p := range r.sorted {
		limit := r.cadence(p.RecoveryClass).contacts
		oldest, wrong := None, []string(nil)
		for _, c := range p.Contacts {
			at, ok := r.reached(p, c)
			if ok && r.since(at) <= limit {
				continue
			}
			if ok {
				oldest = max(oldest, r.since(at))
				wrong = append(wrong, fmt.Sprintf("%s was verified %s ago", c.Role, days(r.since(at))))
			} else {
				wrong = append(wrong, c.Role+" was never verified")
			}
		}
		if channels(p) == 1 {
			wrong = append(wrong, "there is only one channel of alarm")
		}
		if len(wrong) == 0 {
			continue
		}
		r.add(p, "contacts", Finding{
			Code: code, Severity: Warning, State: Breached, Value: oldest, Limit: limit,
			Message: strings.Join(wrong, "; ") + fmt.Sprintf(" (limit %s, two channels)", days(limit)),
			Hint:    "call each number, then `beredskab contact verify`; name a second channel that does not need the first",
		})
	}
}

// reached is when a contact was last reached, as the register or the file knows.
func (r *run) reached(p *plan.Plan, c plan.Contact) (at time.Time, ok bool) {
	at, ok = date(c.VerifiedAt)
	if called, known := r.in.Facts.Contacts[p.ID][c.Role]; known && called.After(at) {
		return called, true
	}
	return at, ok
}

// channels counts the different channels of alarm; -1 when there is no
// activation, which is for G1.
func channels(p *plan.Plan) int {
	if p.Activation == nil || len(p.Activation.Channels) == 0 {
		return -1
	}
	names := slices.Sorted(slices.Values(p.Activation.Channels))
	return len(slices.Compact(names))
}

// actions is G5: no corrective action is overdue; one finding for each system.
func (r *run) actions(code string) {
	if r.in.Facts.Actions == nil {
		r.unknownWithoutRegister(code, "which corrective actions are open")
		return
	}
	overdue := map[string][]Action{}
	for _, a := range r.in.Facts.Actions {
		if a.Due.Before(r.in.Now) {
			overdue[a.System] = append(overdue[a.System], a)
		}
	}
	for system, list := range overdue {
		slices.SortFunc(list, func(a, b Action) int { return a.Due.Compare(b.Due) })
		late := r.since(list[0].Due)
		var names []string
		for _, a := range list {
			names = append(names, fmt.Sprintf("%s (due %s)", a.ID, day(a.Due)))
		}
		f := Finding{
			Code: code, System: system, Severity: r.late(late), State: Breached, Value: late, Limit: 0,
			Message: "overdue: " + strings.Join(names, ", "),
			Hint:    "close it and have its effect verified, or let the owner accept a new date",
		}
		if p := r.plans[system]; p != nil {
			r.add(p, "", f)
		} else {
			r.addOrg("", f)
		}
	}
}

// offlineCopies is G6: no copy for the time when everything is down is older
// than the plan. The register's dates go before those in the file.
func (r *run) offlineCopies(code string) {
	for _, p := range r.sorted {
		from := r.inForce(p).Current
		oldest, dated := r.oldestCopy(p)
		f := Finding{Code: code, Value: None, Limit: None, Hint: "print or export the plan anew, put the copies in place and write their date"}
		switch {
		case len(p.OfflineCopies) == 0 && !dated:
			continue // G1 says that there is none.
		case from.IsZero() || !dated:
			f.Severity, f.State = Info, Unknown
			f.Message = "nobody can tell whether the offline copies are older than the plan: a date is missing"
		case oldest.Before(from):
			f.Severity, f.State = Warning, Breached
			f.Message = fmt.Sprintf("an offline copy is of %s, the plan of %s", day(oldest), day(from))
		default:
			continue
		}
		r.add(p, "offline_copies", f)
	}
}

// oldestCopy is the date of the oldest copy; dated is false when one has none.
func (r *run) oldestCopy(p *plan.Plan) (oldest time.Time, dated bool) {
	if at, ok := r.in.Facts.OfflineCopies[p.ID]; ok {
		return at, true
	}
	for i, c := range p.OfflineCopies {
		at, ok := date(c.Date)
		if !ok {
			return time.Time{}, false
		}
		if i == 0 || at.Before(oldest) {
			oldest = at
		}
	}
	return oldest, len(p.OfflineCopies) > 0
}

// reportTreated is G7: the report about a year was treated before the end of
// the due month of the next (R30, R39).
func (r *run) reportTreated(code string) {
	if r.in.Facts.ReportTreated == nil {
		r.unknownWithoutRegister(code, "which yearly reports were treated")
		return
	}
	month := r.org.Report.DueMonth
	if month < 1 || month > 12 {
		month = 3
	}
	year := r.in.Now.Year() - 1
	due := time.Date(year+1, time.Month(month)+1, 1, 0, 0, 0, 0, r.in.Now.Location())
	if r.in.Now.Before(due) {
		year--
		due = due.AddDate(-1, 0, 0)
	}
	if *r.in.Facts.ReportTreated >= year {
		return
	}
	r.addOrg("report", Finding{
		Code: code, Severity: r.lateSince(due), State: Breached, Value: None, Limit: None,
		Message: fmt.Sprintf("the report about %d was to be treated before %s", year, day(due)),
		Hint:    "make the yearly report, have it treated and record the decision",
	})
}

// receipts is G8: everybody who must has read the plan in force, and no training has
// run out.
func (r *run) receipts(code string) {
	r.trained(code)
	if r.in.Facts.Receipts == nil {
		r.unknownWithoutRegister(code, "who has read and understood each plan")
		return
	}
	for _, p := range r.sorted {
		missing := slices.Sorted(slices.Values(r.in.Facts.Receipts[p.ID]))
		if len(missing) == 0 {
			continue
		}
		r.add(p, "", Finding{
			Code: code, Severity: r.lateSince(r.inForce(p).Current), State: Breached, Value: None, Limit: None,
			Message: "no receipt from " + strings.Join(missing, ", "),
			Hint:    "send them the plan again; a receipt is theirs to give",
		})
	}
}

// logIntact is G9: nobody has changed the register unseen.
func (r *run) logIntact(code string) {
	switch log := r.in.Facts.Log; {
	case log == nil:
		r.unknownWithoutRegister(code, "whether the register's log is whole")
	case !log.Intact:
		r.addOrg("", Finding{
			Code: code, Severity: Error, State: Breached, Value: None, Limit: None,
			Message: "the register's log does not verify: " + log.Problem,
			Hint:    "stop writing to the register, keep a copy as it is, and compare with the newest anchored checkpoint",
		})
	}
}
