package inforce

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"beredskab/internal/app"
	"beredskab/internal/approval"
)

// view is what `beredskab plan review` answers.
type view struct {
	Schema     string              `json:"schema"`
	System     string              `json:"system"`
	Version    string              `json:"version"`
	State      approval.State      `json:"state"`
	InForce    string              `json:"in_force,omitempty"`
	Since      time.Time           `json:"in_force_since,omitzero"`
	Accepted   approval.Objectives `json:"objectives"` // minutes
	Shown      approval.Review     `json:"shown"`
	Waits      []waitView          `json:"waits_for"`
	Said       []approval.Act      `json:"said"`
	Unresolved []string            `json:"unresolved,omitempty"`
	Seen       string              `json:"seen,omitempty"`
}

type waitView struct {
	For string   `json:"for"`
	Who string   `json:"who"`
	Not []string `json:"not,omitempty"`
}

// code stands for exactly what a review showed; empty when it could not show
// everything.
func code(r app.Review) string {
	if len(r.Unresolved) > 0 {
		return ""
	}
	return r.Shown.Digest()[:12]
}

// review tells how the plan of a system stands.
func review(ctx context.Context, a *app.App, system, lang string) (*view, error) {
	r, err := a.Review(ctx, system, lang)
	if err != nil {
		return nil, err
	}
	v := &view{
		Schema: "beredskab.review.v1", System: system, Version: r.Plan.Hash(), State: r.Standing.State(r.Plan.Hash()),
		Accepted: approval.VersionOf(r.Plan).Objectives, Shown: r.Shown, Waits: []waitView{}, Unresolved: r.Unresolved, Seen: code(r),
	}
	v.InForce, v.Since, _ = r.Standing.InForce()
	for _, need := range r.Standing.Next(v.Version) {
		v.Waits = append(v.Waits, waitView{string(need.Kind), need.Role.Title(), need.Not})
	}
	v.Said, err = a.Office.Said(ctx, system)
	return v, err
}

// Text prints it in the order in which it is read.
func (v *view) Text(out io.Writer) {
	fmt.Fprintf(out, "%s, version %.12s: %s\n", v.System, v.Version, strings.ReplaceAll(string(v.State), "_", " "))
	if v.InForce != "" {
		fmt.Fprintf(out, "in force: %.12s, since %s\n", v.InForce, v.Since.Local().Format("2006-01-02 15:04"))
	} else {
		fmt.Fprintln(out, "in force: no version")
	}
	fmt.Fprintf(out, "accepted times: RTO %s, MTPD %s, RPO %s\n", v.Accepted.RTO, v.Accepted.MTPD, v.Accepted.RPO)
	fmt.Fprintln(out, "\nWhat differs from the version in force")
	lines(out, v.Shown.Difference, "nothing")
	fmt.Fprintln(out, "\nWhat it starts on machines")
	var starts []string
	for _, c := range v.Shown.Commands {
		starts = append(starts, fmt.Sprintf("%s: %q", c.Step, c.Argv))
	}
	lines(out, starts, "no command; only probes and people")
	for _, w := range v.Waits {
		fmt.Fprintf(out, "\nwaits for: %s by the %s", w.For, w.Who)
		if len(w.Not) > 0 {
			fmt.Fprintf(out, ", but not %s", strings.Join(w.Not, ", "))
		}
	}
	for _, act := range v.Said {
		fmt.Fprintf(out, "\n%s  %-13s %.12s  %s, %s", act.At.Local().Format("2006-01-02 15:04"), act.Kind, act.Version, act.By.Person, act.By)
		for _, comment := range act.Comments {
			fmt.Fprintf(out, "\n    %s: %s", comment.Section, comment.Text)
		}
	}
	if fmt.Fprintln(out); v.Seen != "" {
		fmt.Fprintf(out, "\nseen: %s\n", v.Seen)
		return
	}
	fmt.Fprintln(out, "\nThese actions cannot be shown as commands, so nobody can confirm or approve this version:")
	lines(out, v.Unresolved, "")
}

func lines(out io.Writer, list []string, none string) {
	if len(list) == 0 {
		list = []string{none}
	}
	for _, line := range list {
		fmt.Fprintln(out, "  "+line)
	}
}
