package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/phrase"
	"beredskab/internal/picture"
)

// exhibit is what the page of all components shows them with (templates/web/ui.html.tmpl).
type exhibit struct {
	Now      time.Time
	Waited   time.Duration
	States   []string
	Facts    []fact
	Options  []choice
	Tabs     []frame.Line
	Steps    []step
	Pictures []picture.Picture
}

type fact struct{ Name, Text string }

type choice struct{ Value, Text string }

type step struct {
	ID                       string
	Number                   int
	Title, Text, Path, State string
}

// showroom is the page /_ui: every component in every state, for whoever changes the look
// and for the browser tests.
func showroom() frame.Route {
	return frame.Route{Method: http.MethodGet, Path: "/_ui", Handle: func(v *frame.Visit) error {
		words, err := phrase.New("report", v.Texts.Lang)
		if err != nil {
			return err
		}
		e := exhibit{
			Now: v.Now, Waited: 3 * time.Minute,
			States: strings.Fields("ok at_risk breached waived unknown unmeasured drill incident done running waiting failed skipped " +
				"planned missed overdue open closed draft approved in_force paused aborted"),
			Facts:   []fact{{"Owner", "System owner"}, {"Deputy", "Deputy of the owner"}, {"Objective (RTO)", "4 hours"}},
			Options: []choice{{"low", "Low"}, {"middle", "Middle"}, {"high", "Høj"}},
			Tabs:    []frame.Line{{Path: "#plan", Text: "Plan", Here: true}, {Path: "#steps", Text: "Steps (7)"}, {Path: "#history", Text: "History"}},
			Pictures: picture.Bars(words, "steps", "Planned and measured", "steps-table", []picture.Bar{
				{Label: "Restore the database", Planned: 90 * time.Minute, Worked: 100 * time.Minute, Known: true, Over: true},
				{Label: "Confirm the data", Planned: 15 * time.Minute, Waited: 9 * time.Minute, Worked: 4 * time.Minute, Known: true},
				{Label: "Open integrations", Planned: 20 * time.Minute},
			}),
		}
		for i, state := range []string{"done", "failed", "running", "", "skipped", "waiting", "unknown"} {
			e.Steps = append(e.Steps, step{ID: fmt.Sprintf("step-%d", i+1), Number: i + 1, Title: "Restore the database", Text: "09:14–09:41 · database team · +11 min", State: state})
		}
		for i := range e.Pictures {
			e.Pictures[i].Titles, e.Pictures[i].Rows = []string{"Step", ">Planned", ">Measured"}, [][]string{{"Restore the database", "90 min", "100 min"}}
		}
		return v.Show("ui", e)
	}}
}
