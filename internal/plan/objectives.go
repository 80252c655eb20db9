package plan

// Objectives are the accepted times of one system (spec/domain.md 3.2). All
// are elapsed times; C1 wants rto + wrt ≤ mtpd.
type Objectives struct {
	MTPD Duration `json:"mtpd"`
	MBCO string   `json:"mbco,omitempty,omitzero"`
	RTO  Duration `json:"rto"`
	WRT  Duration `json:"wrt"`
	RPO  Duration `json:"rpo"`
	// Anchor says from when the RTO counts: disruption (default), declaration
	// or activation.
	Anchor       string `json:"rto_anchor,omitempty,omitzero" jsonschema:"enum=disruption,enum=declaration,enum=activation"`
	ServiceHours string `json:"service_hours,omitempty,omitzero"`
}

// peakPeriod is a season with tighter objectives, such as the payroll run
// (F12). Zero durations leave the ordinary objective in force.
type peakPeriod struct {
	Name   string   `json:"name"`
	When   string   `json:"when"` // iCalendar RRULE text, or words for people
	MTPD   Duration `json:"mtpd,omitempty,omitzero"`
	RTO    Duration `json:"rto,omitempty,omitzero"`
	Reason string   `json:"reason,omitempty,omitzero"`
}

// analysis is the business impact analysis: what a growing outage costs.
type analysis struct {
	Impact     []impact `json:"impact"`
	Likelihood int      `json:"likelihood,omitempty,omitzero" jsonschema:"minimum=1,maximum=4"` // 1–4
	RiskRef    string   `json:"risk_ref,omitempty,omitzero"`
	Date       string   `json:"date,omitempty,omitzero" jsonschema:"format=date"`
	By         string   `json:"by,omitempty,omitzero"` // a role
}

// impact is one impact type and its level, 1–4, after 1h, 4h, 8h, 24h, 3d, 1w.
type impact struct {
	Type   string         `json:"type"`
	Levels map[string]int `json:"levels"`
}

// DerivedClass is the recovery class that the analysis gives by itself: 1 when
// some impact reaches 3 of 4 within 24 h, 2 within 3 days, 3 later; 1 at most
// for a system critical to society. Whether the system is a foundation (0) only
// the whole set can say. ok is false when there is no analysis.
func (p *Plan) DerivedClass() (class int, ok bool) {
	if p.BIA == nil || len(p.BIA.Impact) == 0 {
		return 0, false
	}
	class = 3
	for _, impact := range p.BIA.Impact {
		class = min(class, impact.class())
	}
	if p.Criticality == "samfundskritisk" {
		class = min(class, 1)
	}
	return class, true
}

func (i impact) class() int {
	for _, within := range [...]struct {
		class int
		times []string
	}{{1, []string{"1h", "4h", "8h", "24h"}}, {2, []string{"3d"}}} {
		for _, t := range within.times {
			if i.Levels[t] >= 3 {
				return within.class
			}
		}
	}
	return 3
}
