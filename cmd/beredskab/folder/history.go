package folder

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"beredskab/internal/line"
)

// History is what `beredskab plan history` answers.
type History struct {
	Schema   string       `json:"schema"`
	System   string       `json:"system"`
	Versions []versionRow `json:"versions"` // in the register, oldest first
	Commits  []commitRow  `json:"commits"`  // of the file in git, newest first
}

// versionRow is one version in the register.
type versionRow struct {
	Number    int    `json:"number"`
	Label     string `json:"plan_version"`
	Hash      string `json:"hash"`
	StepsHash string `json:"steps_hash"`
	At        string `json:"adopted_at"`
	By        string `json:"adopted_by"`
}

// commitRow is one change of the file in git.
type commitRow struct {
	Commit  string `json:"commit"`
	At      string `json:"at"`
	By      string `json:"by"`
	Subject string `json:"subject"`
}

// History lists the versions of a plan in the register and its changes in git.
// A system whose file is gone still has its past.
func (f *Folder) History(ctx context.Context, id string) (*History, error) {
	held, err := f.versions(ctx, id)
	if err != nil {
		return nil, err
	}
	if p, err := f.System(id); err != nil && len(held) == 0 {
		return nil, err
	} else if err == nil {
		id = p.ID
	}
	v := &History{Schema: "beredskab.history.v1", System: id, Versions: make([]versionRow, len(held))}
	for i, h := range held {
		v.Versions[i] = versionRow{h.Number, h.Label, h.Hash, h.StepsHash, stamp(h.AdoptedAt), h.AdoptedBy}
	}
	v.Commits, err = changes(ctx, filepath.Join(f.Settings.Plans, id+".yaml"))
	return v, err
}

// Text prints both lists.
func (v *History) Text(out io.Writer) {
	fmt.Fprintln(out, "In the register")
	rows := [][]string{{"  NO", "VERSION", "HASH", "STEPS", "TAKEN OVER", "BY"}}
	for _, r := range v.Versions {
		rows = append(rows, []string{"  " + strconv.Itoa(r.Number), line.Dash(r.Label), r.Hash[:12], r.StepsHash[:12], r.At, r.By})
	}
	if len(v.Versions) == 0 {
		rows = [][]string{{"  none yet; `beredskab serve` takes the files over"}}
	}
	Table(out, rows)
	fmt.Fprintln(out, "\nIn git")
	rows = nil
	for _, r := range v.Commits {
		rows = append(rows, []string{"  " + r.Commit, r.At, visible(r.By), visible(r.Subject)})
	}
	if len(v.Commits) == 0 {
		rows = [][]string{{"  nothing; the file is in no git repository, or was never committed"}}
	}
	Table(out, rows)
}

// Author is what git says of who changed a plan's file last, as a claim that
// nobody has checked; empty when git knows nothing of the file.
func Author(ctx context.Context, plans, system string) (string, error) {
	commits, err := changes(ctx, filepath.Join(plans, system+".yaml"))
	if err != nil || len(commits) == 0 {
		return "", err
	}
	return commits[0].By, nil
}
