package governance_test

import (
	"context"
	"slices"
	"time"

	"beredskab/internal/approval"
	"beredskab/internal/check"
	"beredskab/internal/door"
	"beredskab/internal/event"
	"beredskab/internal/followup"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
	"beredskab/internal/matrix"
	"beredskab/internal/outbox"
	"beredskab/internal/plan"
	"beredskab/internal/register"
	"beredskab/internal/rights"
)

func just(p matrix.Permission, v matrix.Verb) []right { return []right{{p, v}} }

// runActs are the acts on runs.
func runActs() []act {
	drills, owners := just(matrix.Drill, matrix.Execute), just(matrix.Verification, matrix.Approve)
	return []act{
		{method: "Register.Open", what: "a drill", needs: drills, program: true, do: func(w *walk, a door.Actor, side string) error {
			_, err := w.register.Open(ctx(), a, register.Opening{System: side + drafted, Drill: "gendan"})
			return err
		}},
		{method: "Register.Open", what: "an incident", needs: []right{{matrix.Activation, matrix.Execute}, {matrix.Activation, matrix.Approve}}, program: true, do: func(w *walk, a door.Actor, side string) error {
			_, err := w.register.Open(ctx(), a, register.Opening{System: side + drafted})
			return err
		}},
		{method: "Register.Answer", what: "a manual step", needs: drills, do: answer("genstart", false)},
		{method: "Register.Answer", what: "the coordinator's step", only: []matrix.Role{matrix.Coordinator}, do: answer("vurder", false)},
		{method: "Register.Answer", what: "the step that verifies", needs: owners, do: answer("bekraeft", false)},
		{method: "Register.Answer", what: "as director, on behalf", only: []matrix.Role{matrix.ITManager}, do: answer("vurder", true)},
		{method: "Register.Take", what: "a manual step", needs: drills, do: take("genstart")},
		{method: "Register.Take", what: "the step that verifies", needs: owners, do: take("bekraeft")},
		{method: "Register.Pass", what: "a manual step", needs: drills, do: pass("genstart")},
		{method: "Register.Pass", what: "the step that verifies", needs: owners, do: pass("bekraeft")},
		// The walk's steps have no answer, so whoever may is refused for that reason alone.
		{method: "Register.TakeBack", what: "a manual step", needs: drills, passes: true, do: takeBack("genstart")},
		{method: "Register.TakeBack", what: "the step that verifies", needs: owners, passes: true, do: takeBack("bekraeft")},
		{method: "Register.Lead", what: "an abort", needs: drills, do: lead(event.RunAborted, "")},
		{method: "Register.Lead", what: "a pause", needs: drills, do: lead(event.RunPaused, "")},
		{method: "Register.Lead", what: "a skipped step", needs: drills, do: lead(event.StepSkipped, "vurder")},
		{method: "Register.Note", needs: drills, do: func(w *walk, a door.Actor, side string) error {
			return w.register.Note(ctx(), a, w.runs[side], "", "seen")
		}},
		{method: "Register.SetTime", needs: drills, do: func(w *walk, a door.Actor, side string) error {
			return w.register.SetTime(ctx(), a, w.runs[side], "disrupted_at", w.at.Add(-time.Minute))
		}},
	}
}

// registerActs are the acts on plans, messages and the installation.
func registerActs() []act {
	drills, operators := just(matrix.Drill, matrix.Execute), just(matrix.Installation, matrix.Execute)
	return []act{
		{method: "Register.Import", needs: drills, do: func(w *walk, a door.Actor, side string) error {
			return w.register.Import(ctx(), a, []register.Held{{System: side + drafted, Type: "restore", StartedAt: w.at.Add(-3 * time.Hour), EndedAt: w.at.Add(-2 * time.Hour)}})
		}},
		{method: "Register.Adopt", what: "another plan", needs: just(matrix.PlanDraft, matrix.Write), program: true, do: func(w *walk, a door.Actor, side string) error {
			set := *w.set
			set.Plans = slices.Clone(set.Plans)
			for i, p := range set.Plans {
				if p.ID == side+drafted {
					set.Plans[i] = stagedPlan(p.ID)
					set.Plans[i].PlanVersion = "2"
				}
			}
			_, err := w.register.Adopt(ctx(), a, &set)
			return err
		}},
		{method: "Register.Adopt", what: "another organisation", needs: just(matrix.PlanDraft, matrix.Write), whole: true, program: true, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.register.Adopt(ctx(), a, &plan.Set{Organisation: &plan.Organisation{Schema: 1, Name: "Ny"}, Plans: w.set.Plans})
			return err
		}},
		{method: "Register.RecordChecks", needs: just(matrix.Upkeep, matrix.Execute), program: true, do: func(w *walk, a door.Actor, _ string) error {
			_, _, err := w.register.RecordChecks(ctx(), a, w.set, check.Report{})
			return err
		}},
		{method: "Register.Owe", needs: operators, program: true, machine: true, do: func(w *walk, a door.Actor, side string) error {
			_, err := w.register.Owe(ctx(), a, outbox.Notice{Key: side, Kind: outbox.Test, Channel: "mail"})
			return err
		}},
		{method: "Register.Forget", needs: operators, program: true, machine: true, passes: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.register.Forget(ctx(), a, "nobody")
		}},
		{method: "Register.Upkeep", what: "a backup", needs: operators, program: true, machine: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.register.Upkeep(ctx(), a, "backup.made", kept.BackupObject, nil)
		}},
		{method: "Register.Upkeep", what: "a restore", anybody: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.register.Upkeep(ctx(), a, "register.restored", kept.RegisterObject, nil)
		}},
		{method: "Office.Operate", needs: operators, program: true, machine: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.Operate(ctx(), a, "backup.made", kept.BackupObject)
		}},
		{method: "Office.ReadLog", needs: just(matrix.Log, matrix.Read), do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.ReadLog(ctx(), a, kept.EntryFilter{Limit: 1})
			return err
		}},
	}
}

func answer(step string, onBehalf bool) func(*walk, door.Actor, string) error {
	return func(w *walk, a door.Actor, side string) error {
		return w.register.Answer(ctx(), a, register.Answer{Run: w.runs[side], Step: step, Answer: "yes", Note: "seen", OnBehalf: onBehalf})
	}
}

func take(step string) func(*walk, door.Actor, string) error {
	return func(w *walk, a door.Actor, side string) error { return w.register.Take(ctx(), a, w.runs[side], step) }
}

func pass(step string) func(*walk, door.Actor, string) error {
	return func(w *walk, a door.Actor, side string) error { return w.register.Pass(ctx(), a, w.runs[side], step) }
}

func takeBack(step string) func(*walk, door.Actor, string) error {
	return func(w *walk, a door.Actor, side string) error {
		return w.register.TakeBack(ctx(), a, w.runs[side], step)
	}
}

func lead(kind event.Kind, step string) func(*walk, door.Actor, string) error {
	return func(w *walk, a door.Actor, side string) error {
		return w.register.Lead(ctx(), a, register.Lead{Run: w.runs[side], Step: step, Kind: kind, Reason: "brand"})
	}
}

// ctx is that of every act: none is given up.
func ctx() context.Context { return context.Background() }

// peopleActs are the acts on persons and roles.
func peopleActs() []act {
	manage, roles := just(matrix.People, matrix.Execute), []right{{matrix.People, matrix.Execute}, {matrix.People, matrix.Approve}}
	until := func(w *walk) time.Time { return w.at.AddDate(0, 0, 7) }
	return []act{
		{method: "Office.AddPerson", needs: manage, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.AddPerson(ctx(), a, rights.Person{Name: "ny", Accounts: []rights.Account{{Issuer: rights.Local, Subject: "ny"}}})
			return err
		}},
		{method: "Office.DisablePerson", needs: manage, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.DisablePerson(ctx(), a, "other", "left")
		}},
		{method: "Office.EnablePerson", needs: manage, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.EnablePerson(ctx(), a, "away")
		}},
		{method: "Office.ErasePerson", needs: manage, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.ErasePerson(ctx(), a, "away")
			return err
		}},
		{method: "Office.Link", needs: manage, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.Link(ctx(), a, "other", rights.Account{Issuer: rights.Local, Subject: "ny"})
		}},
		{method: "Office.Prefer", what: "another's", needs: manage, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.Prefer(ctx(), a, rights.Wish{Person: "other", Language: "en"}, nil)
		}},
		{method: "Office.Import", needs: manage, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.Import(ctx(), a, "people.csv", []byte("name;account;role\nNy;ny;REV\n"), time.UTC)
			return err
		}},
		{method: "Office.Give", needs: roles, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.Give(ctx(), a, rights.Grant{Person: "other", Role: matrix.Coordinator})
			return err
		}},
		{method: "Office.End", what: "a role", needs: roles, do: func(w *walk, a door.Actor, _ string) error { return w.office.End(ctx(), a, w.grant) }},
		{method: "Office.Delegate", what: "one's own rights", only: []matrix.Role{matrix.ITManager, matrix.SystemOwner}, whole: true, do: func(w *walk, a door.Actor, side string) error {
			_, err := w.office.Delegate(ctx(), a, rights.Delegation{To: "other", Systems: []string{side + drafted}, Until: until(w), Reason: "Ferie"})
			return err
		}},
		{method: "Office.Delegate", what: "another's", needs: just(matrix.People, matrix.Approve), do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.Delegate(ctx(), a, rights.Delegation{Of: "owner", To: "other", Until: until(w), Reason: "Ferie"})
			return err
		}},
		{method: "Office.AcceptLoss", needs: roles, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.AcceptLoss(ctx(), a, "log", func(door.Tx) (any, error) { return nil, nil })
		}},
	}
}

// planActs are what is said of a version.
func planActs() []act {
	say := func(stage string, kind approval.Kind) func(*walk, door.Actor, string) error {
		return func(w *walk, a door.Actor, side string) error {
			return w.office.Say(ctx(), a, side+stage, saying(kind))
		}
	}
	return []act{
		{method: "Office.Say", what: "submitted", needs: just(matrix.PlanDraft, matrix.Write), do: say(drafted, approval.Submitted)},
		{method: "Office.Say", what: "withdrawn", needs: just(matrix.PlanDraft, matrix.Write), passes: true, do: say(sent, approval.Withdrawn)},
		// The matrix lets a technical team confirm technical steps; of a plan it is its owner.
		{method: "Office.Say", what: "confirmed", only: []matrix.Role{matrix.SystemOwner}, do: say(sent, approval.Confirmed)},
		{method: "Office.Say", what: "accepted", needs: just(matrix.Objectives, matrix.Approve), do: say(sent, approval.Accepted)},
		{method: "Office.Say", what: "sent back", needs: just(matrix.Objectives, matrix.Approve), do: say(sent, approval.ChangesAsked)},
		{method: "Office.Say", what: "approved", needs: just(matrix.PlanVersion, matrix.Approve), do: say(signed, approval.Approved)},
		{method: "Office.Say", what: "retired", needs: just(matrix.PlanVersion, matrix.Approve), do: say(held, approval.Retired)},
	}
}

// followActs are the acts on findings, actions and dispensations.
func followActs() []act {
	write, decide := just(matrix.Action, matrix.Write), just(matrix.Dispensation, matrix.Approve)
	on := func(state followup.State, do func(w *walk, a door.Actor, id string) error) func(*walk, door.Actor, string) error {
		return func(w *walk, a door.Actor, side string) error { return do(w, a, w.actions[side+string(state)]) }
	}
	of := func(state string, do func(w *walk, a door.Actor, id string) error) func(*walk, door.Actor, string) error {
		return func(w *walk, a door.Actor, side string) error { return do(w, a, w.waivers[side+state]) }
	}
	return []act{
		{method: "Office.CloseFinding", needs: write, do: func(w *walk, a door.Actor, side string) error {
			return w.office.CloseFinding(ctx(), a, side, "a mistake")
		}},
		{method: "Office.OpenAction", needs: write, do: func(w *walk, a door.Actor, side string) error {
			_, err := w.office.OpenAction(ctx(), a, followup.Action{Findings: []string{side}, Text: "do", Owner: "spare", Due: w.at.AddDate(0, 1, 0)})
			return err
		}},
		// Beside the right it is its owner's.
		{method: "Office.FinishAction", needs: write, passes: true, do: on(followup.Open, func(w *walk, a door.Actor, id string) error {
			return w.office.FinishAction(ctx(), a, id, "done")
		})},
		{method: "Office.VerifyAction", needs: just(matrix.Action, matrix.Confirm), do: on(followup.Done, func(w *walk, a door.Actor, id string) error {
			return w.office.VerifyAction(ctx(), a, id, "it runs")
		})},
		{method: "Office.ReopenAction", needs: write, do: on(followup.Done, func(w *walk, a door.Actor, id string) error {
			return w.office.ReopenAction(ctx(), a, id, "it does not", w.at.AddDate(0, 2, 0))
		})},
		{method: "Office.MoveAction", needs: write, do: on(followup.Open, func(w *walk, a door.Actor, id string) error {
			return w.office.MoveAction(ctx(), a, id, "owner", time.Time{}, "theirs")
		})},
		{method: "Office.CloseAction", needs: just(matrix.Action, matrix.Approve), do: on(followup.Open, func(w *walk, a door.Actor, id string) error {
			return w.office.CloseAction(ctx(), a, id, "not any more")
		})},
		{method: "Office.ApplyForDispensation", needs: just(matrix.Dispensation, matrix.Write), do: func(w *walk, a door.Actor, side string) error {
			_, err := w.office.ApplyForDispensation(ctx(), a, waiver(side+drafted, w.at))
			return err
		}},
		{method: "Office.GrantDispensation", needs: decide, do: of("applied", func(w *walk, a door.Actor, id string) error {
			return w.office.GrantDispensation(ctx(), a, id, "yes")
		})},
		{method: "Office.RefuseDispensation", needs: decide, do: of("applied", func(w *walk, a door.Actor, id string) error {
			return w.office.RefuseDispensation(ctx(), a, id, "no")
		})},
		{method: "Office.WithdrawDispensation", what: "an application", needs: just(matrix.Dispensation, matrix.Write), do: of("applied", func(w *walk, a door.Actor, id string) error {
			return w.office.WithdrawDispensation(ctx(), a, id, "not any more")
		})},
		{method: "Office.WithdrawDispensation", what: "what was granted", needs: decide, do: of("granted", func(w *walk, a door.Actor, id string) error {
			return w.office.WithdrawDispensation(ctx(), a, id, "not any more")
		})},
	}
}

// paperActs are the acts on what auditors ask for.
func paperActs() []act {
	procedures := just(matrix.Procedure, matrix.Write)
	return []act{
		{method: "Office.AddDocument", needs: procedures, do: func(w *walk, a door.Actor, _ string) error { return w.office.AddDocument(ctx(), a, seed("3")) }},
		{method: "Office.ReviewDocument", needs: procedures, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.ReviewDocument(ctx(), a, policyID, "1", "2026-11-23")
		}},
		{method: "Office.ApproveDocument", needs: just(matrix.Procedure, matrix.Approve), do: func(w *walk, a door.Actor, _ string) error {
			return w.office.ApproveDocument(ctx(), a, policyID, "2", governance.Decision{By: "Kommunalbestyrelsen", At: "2026-11-20", ValidFrom: "2026-12-01"})
		}},
		{method: "Office.GiveReceipt", needs: just(matrix.Receipt, matrix.Confirm), whole: true, do: func(w *walk, a door.Actor, _ string) error {
			return w.office.GiveReceipt(ctx(), a, "document/"+policyID, "1", approval.Digest("read"))
		}},
		{method: "Office.RecordTraining", needs: just(matrix.Programme, matrix.Write), whole: true, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.office.RecordTraining(ctx(), a, approval.Training{Person: "other", Subject: "kurset"})
			return err
		}},
		{method: "Office.VerifyContact", needs: []right{{matrix.PlanDraft, matrix.Write}, {matrix.Workaround, matrix.Write}}, do: func(w *walk, a door.Actor, side string) error {
			return w.office.VerifyContact(ctx(), a, approval.Verification{System: side + drafted, Whom: "vagt", Channel: "mail", Reached: true})
		}},
	}
}
