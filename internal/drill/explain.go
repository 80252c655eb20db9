package drill

import (
	"slices"
	"strings"
)

// Codes are the codes of all findings of a run, in order.
func Codes() []string {
	list := explanations()
	codes := make([]string, len(list))
	for i, text := range list {
		codes[i], _, _ = strings.Cut(text, ":")
	}
	return codes
}

// Explain is the long text of a finding's code: what it says, why it matters
// and the ways out; false when there is no such code.
func Explain(code string) (text string, ok bool) {
	for _, text := range explanations() {
		if strings.HasPrefix(text, code+":") {
			return text, true
		}
	}
	return "", false
}

func explanations() []string {
	return slices.Concat(explainResult(), explainCourse(), explainRest(), explainChain())
}

// explainResult explains the findings on what the run came to and how its steps
// ended.
func explainResult() []string {
	return []string{
		`D01: recovery took longer than the accepted time

The time from t0 to the confirmed recovery (t8), less what the exercise itself stood still for, is more than the plan's rto.
The run is not passed: what was promised to the business does not hold as things are. Severity: error.

Ways out: make the longest step quicker, change the order of the steps, or let the system owner accept a longer rto as far as
mtpd and wrt allow. Then hold the drill again. See also C6.
`,
		`D02: more data would have been lost than is accepted

The newest consistent data that came back (recovery point) is older at t0 than the plan's rpo. Severity: error.

Ways out: back up more often, make the backup quicker, or let the system owner accept a longer rpo. See also C5 and C7.
`,
		`D03: a step failed

A step ended with failure, ran out of time, or a person answered no. What waits for it was not carried out, so nothing shows
that the system can come back. Severity: error.

Ways out: read the step's output with drill show, correct the system or the plan, and hold the drill again.
`,
		`D04: a person decided how a step ended

The program was cut off while a step ran and could not know how it ended. It guesses nothing: a named person decided, and the
record says who. The result rests on that word. Severity: warning.

Ways out: find in the log what interrupted the program; give the step rerun: safe when it may be repeated without harm.
`,
		`D05: a step was skipped

Somebody left a step out. What it would have shown is not known, and the time of the run may be too short. Severity: warning.

Ways out: hold the step next time, or take it out of the plan so that the owner can approve the change.
`,
	}
}

// explainCourse explains what was noticed on the way.
func explainCourse() []string {
	return []string{
		`D06: somebody could not be reached in time

A request was not answered in its time and went to the deputy or to the leader of the drill. In a real incident that
waiting is part of the outage. Severity: warning.

Ways out: check the contact and its verified_at, name another deputy, or allow more time with within:. See also G3 and G4.
`,
		`D07: a cleanup step failed

The drill is over, but something of it may be left: a test database, a copy of personal data, an open emergency account.
It does not change the measured time. Severity: warning.

Ways out: clean up by hand now, look that nothing is left, and correct the step.
`,
		`D08: the wall clock jumped during the run

The server's clock was set by more than two seconds while the run went on. Durations follow the monotonic clock and are right;
the times of day in the record are as the clock showed them. Severity: warning.

Ways out: see that the time service of the server works.
`,
		`D09: a step took much longer than its estimate

The work on a step took more than 120 % of what the plan says. The system may still have been back in time, but the plan's
arithmetic, and the order of recovery made from it, rests on a number that is not true. Severity: warning.

Ways out: take the measured time over into the plan, or find out what held the step up. See also C10.
`,
		`D10: the run took longer than its longest time

The drill's max_duration ran out before its end. Nothing was stopped: the director was told, and a person decided how to go on.
Pauses are not counted. Severity: warning.

Ways out: find the step that held the run up, or give the drill a longer max_duration.
`,
		`D11: a step went well only after it had failed

The step failed or was answered with no, and was done again. The measured time includes the first try, as it would in a real
incident. Severity: warning.

Ways out: find out what was different the second time, and write it into the plan.
`,
	}
}

// explainRest explains what only a person knows: in an incident, after catching up,
// and by the evaluation.
func explainRest() []string {
	return []string{
		`D12: nobody has said when the disruption began

In a real incident the recovery time counts from t0, which only a person knows. Until it is set, the moment at which the plan
was put in force stands in for it, and the figure is too short. Severity: warning.

Ways out: set disrupted_at, as an estimate if need be; it can be done after the end too.
`,
		`D13: catching up took longer than planned

The time from the confirmed recovery (t8) until the backlog was entered (t9) is more than the plan's wrt. Severity: warning.

Ways out: get more hands for catching up, keep better notes during the workaround, or let the system owner accept a longer wrt
as far as rto and mtpd allow. See also C1.
`,
		`D14: the evaluation found that something was not as it must be

The evaluator named a deviation, and the report that says so was approved. Severity: error.

Ways out: open a corrective action that answers it (beredskab action open), or close it with the reason why it may stay so.
`,
		`D15: the evaluation found a weakness

The evaluator named something that worked, and not well enough, and the report that says so was approved. Severity: warning.

Ways out: open a corrective action that answers it (beredskab action open), or close it with the reason why it may stay so.
`,
	}
}

// explainChain explains what an exercise of the alarm shows.
func explainChain() []string {
	return []string{
		`D16: somebody cannot be reached

An exercise of the alarm called a role through both channels and then its deputy, and nobody answered in time. In a real
incident the chain breaks here. Severity: error.

Ways out: check the number, the mailbox and the deputy, and hold the exercise again. See also G3 and G4.
`,
		`D17: the first channel brought no answer

A link of the alert chain answered only after the second channel was used. The time until then is lost whenever it is real.
Severity: warning.

Ways out: find out whether the number is right, the message arrived, or the telephone was silent; change the order of channels.
`,
		`D18: the alert chain took longer than its aim

The last link of the chain was reached later than the exercise aims at. Severity: warning.

Ways out: see which link took longest, let one person call several from there, or aim at what can be reached.
`,
	}
}
