package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/event"
	"beredskab/internal/frame"
	"beredskab/internal/register"
)

type openInput struct {
	Body struct {
		System string `json:"system" minLength:"1" maxLength:"64"`
		Drill  string `json:"drill" minLength:"1" maxLength:"64" doc:"A drill of that system's plan. A real incident is opened by a person, on the page"`
		Plan   string `json:"plan_hash,omitempty" maxLength:"64" doc:"A version; without it the one that the files hold"`
	}
}

// StepInput names a step of a run.
type StepInput struct {
	RunInput
	Step string `path:"step" maxLength:"64" doc:"ID of the step"`
}

type answerInput struct {
	StepInput
	Body struct {
		Answer   string `json:"answer" minLength:"1" maxLength:"200" doc:"yes, no, or one of the choices of a decision"`
		Note     string `json:"note,omitempty" maxLength:"4000"`
		OnBehalf bool   `json:"on_behalf,omitempty" doc:"The run's director answers for the one asked, and says why in the note"`
	}
}

type takeInput struct {
	StepInput
	Body struct{}
}

type noteInput struct {
	RunInput
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"4000"`
		Step string `json:"step,omitempty" maxLength:"64"`
	}
}

type leadInput struct {
	RunInput
	Body struct {
		Act        string `json:"act" enum:"pause,resume,abort,interrupt,skip,reopen,settle"`
		Step       string `json:"step,omitempty" maxLength:"64" doc:"For skip, reopen and settle"`
		Outcome    string `json:"outcome,omitempty" enum:"done,failed,rerun" doc:"For settle: how an attempt counts whose end nobody knows"`
		Reason     string `json:"reason,omitempty" maxLength:"4000" doc:"Wanted for everything but resume"`
		Artificial bool   `json:"artificial,omitempty" doc:"For pause: the exercise itself made it"`
	}
}

type timeInput struct {
	RunInput
	Body struct {
		Point string    `json:"point" maxLength:"32" doc:"A time point that only a person knows, such as caught_up_at"`
		At    time.Time `json:"at"`
	}
}

// standing is where a run stands after an act.
type standing struct {
	Schema string `json:"schema"`
	Run    string `json:"run"`
	State  string `json:"state"`
	Seq    int    `json:"seq"`
}

func acts(a *API, h huma.API) {
	act := func(id, path, summary string) operation {
		return operation{id: id, method: http.MethodPost, path: "/api/v1/runs/{run}/" + path, summary: summary, scope: "drill", need: frame.Need{Run: "run"}, tag: "acts"}
	}
	add(a, h, operation{id: "open-run", method: http.MethodPost, path: "/api/v1/runs", summary: "Open a drill and start it", scope: "drill", status: http.StatusCreated, tag: "acts"}, a.openRun)
	add(a, h, act("answer-step", "steps/{step}/answer", "Answer a step"), func(ctx context.Context, c *caller, in *answerInput) (*runAnswer[standing], error) {
		b := in.Body
		return a.acted(ctx, in.Run, a.Register.Answer(ctx, c.Actor, register.Answer{Run: in.Run, Step: in.Step, Answer: b.Answer, Note: b.Note, OnBehalf: b.OnBehalf}))
	})
	add(a, h, act("take-step", "steps/{step}/take", "Say that one works on a step"), func(ctx context.Context, c *caller, in *takeInput) (*runAnswer[standing], error) {
		return a.acted(ctx, in.Run, a.Register.Take(ctx, c.Actor, in.Run, in.Step))
	})
	add(a, h, act("note-run", "notes", "Write into the run's log"), func(ctx context.Context, c *caller, in *noteInput) (*runAnswer[standing], error) {
		return a.acted(ctx, in.Run, a.Register.Note(ctx, c.Actor, in.Run, in.Body.Step, in.Body.Text))
	})
	add(a, h, act("lead-run", "lead", "Lead the run: stop its clock, end it, or decide about a step"), func(ctx context.Context, c *caller, in *leadInput) (*runAnswer[standing], error) {
		b := in.Body
		lead := register.Lead{Run: in.Run, Step: b.Step, Kind: kindOf(b.Act), Outcome: b.Outcome, Reason: b.Reason, Artifice: b.Artificial}
		return a.acted(ctx, in.Run, a.Register.Lead(ctx, c.Actor, lead))
	})
	add(a, h, act("set-time", "times", "Set a time point of the run"), func(ctx context.Context, c *caller, in *timeInput) (*runAnswer[standing], error) {
		return a.acted(ctx, in.Run, a.Register.SetTime(ctx, c.Actor, in.Run, in.Body.Point, in.Body.At))
	})
}

func kindOf(act string) event.Kind {
	return map[string]event.Kind{
		"pause": event.RunPaused, "resume": event.RunResumed, "abort": event.RunAborted, "interrupt": event.RunBroken,
		"skip": event.StepSkipped, "reopen": event.StepReopened, "settle": event.StepSettled,
	}[act]
}

func (a *API) openRun(ctx context.Context, c *caller, in *openInput) (*runAnswer[standing], error) {
	id, err := a.Register.Open(ctx, c.Actor, register.Opening{System: in.Body.System, Drill: in.Body.Drill, Hash: in.Body.Plan})
	return a.acted(ctx, id, err)
}

// acted answers an act with where the run stands now.
func (a *API) acted(ctx context.Context, id string, err error) (*runAnswer[standing], error) {
	if err != nil {
		return nil, err
	}
	row, _, err := a.Register.Run(ctx, id)
	if err != nil {
		return nil, err
	}
	return &runAnswer[standing]{tag(row.Seq), standing{"beredskab.acted.v1", row.ID, row.State, row.Seq}}, nil
}
