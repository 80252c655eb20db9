package papers

import (
	"fmt"
	"strings"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/readiness"
)

// sentence says why a point is as it is.
func sentence(p readiness.Point) string {
	v := p.Values
	day := v.At.Local().Format(time.DateOnly)
	age := fmt.Sprintf("%s of %s, %d days old of %d", kind(v.Kind), day, v.Days, v.LimitDays)
	what := map[string]string{"rta": "recovery time", "rpa": "data loss"}[p.What]
	took := fmt.Sprintf("%s %s of %s", what, length(v.Took), length(v.Limit))
	names := strings.Join(v.Names, ", ")
	switch p.Why {
	case "no_plan":
		return "there is no plan"
	case "measured_fresh", "measured_fading", "exercise_fresh", "exercise_fading":
		return age
	case "measured_worn", "exercise_worn":
		return age + ": too old to count"
	case "measured_other_steps", "exercise_other_steps":
		return fmt.Sprintf("%s of %s was made on other recovery steps", kind(v.Kind), day)
	case "measured_never":
		return "never measured"
	case "exercise_never":
		return "never exercised"
	case "rta_within", "rpa_within":
		return took
	case "rta_over", "rpa_over":
		return took + ": over the limit"
	case "rta_worn", "rpa_worn":
		return took + ", measured too long ago to count"
	case "rta_unknown", "rpa_unknown":
		return what + " not measured"
	case "rta_no_limit", "rpa_no_limit":
		return "the plan promises no " + what
	case "in_force":
		return "in force since " + day
	case "not_in_force":
		return "no version is approved"
	case "confirmed":
		return "confirmed by its owner on " + day
	case "confirmed_old":
		return fmt.Sprintf("confirmed by its owner on %s, %d days ago; the limit is %d", day, v.Days, v.LimitDays)
	case "confirmed_never":
		return "never confirmed by its owner"
	case "contacts_verified":
		return fmt.Sprintf("all %d contacts were tried", v.Total)
	case "contacts_old":
		return fmt.Sprintf("%d of %d contacts were tried within %d days; not %s", v.Count, v.Total, v.LimitDays, names)
	case "contacts_none":
		return "the plan names no contacts"
	case "deputies_all":
		return fmt.Sprintf("all %d roles have a deputy", v.Total)
	case "deputies_missing":
		return "no deputy: " + names
	case "deputies_unknown":
		return "the plan names no roles"
	default:
		return upkeep(p.Why, v, names)
	}
}

func upkeep(why string, v readiness.Values, names string) string {
	switch why {
	case "hands_enough":
		return "two persons have done each step of people"
	case "hands_few":
		return fmt.Sprintf("two persons have done %d of %d steps; not %s", v.Count, v.Total, names)
	case "hands_automatic":
		return "no step is done by people"
	case "actions_in_time":
		return "no action is overdue"
	case "actions_overdue":
		return "overdue: " + names
	case "actions_unknown":
		return "nobody knows of actions"
	case "findings_none":
		return "no open finding"
	case "findings_open":
		return "open: " + names
	case "findings_unknown":
		return "nobody has run the checks"
	default:
		return why
	}
}

func kind(of string) string { return strings.TrimSpace(of + " test") }

func length(d time.Duration) string { return plan.Duration(d.Minutes()).String() }
