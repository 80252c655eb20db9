package offline

import (
	"fmt"
	"io"
	"time"

	"beredskab/internal/bundle"
	"beredskab/internal/line"
)

// copied is what the commands about offline copies answer.
type copied struct {
	Schema      string        `json:"schema"`
	Folder      string        `json:"folder"`
	ID          string        `json:"id"`
	Part        string        `json:"part"`
	Language    string        `json:"language"`
	BuiltAt     time.Time     `json:"built_at"`
	Program     string        `json:"program"`
	Fingerprint string        `json:"fingerprint"`
	Plans       []bundle.Held `json:"plans"`
	Files       int           `json:"files"`
	Size        int64         `json:"bytes"`
	Removed     []string      `json:"removed,omitempty"` // names of older bundles that made room

	done, next string
}

// tellOf tells of a copy in a folder: what was done with it, and what comes next.
func tellOf(folder string, m bundle.Manifest, done, next string) *copied {
	v := &copied{
		Schema: "beredskab.offline.v1", Folder: folder, ID: m.ID, Part: m.Part, Language: m.Language, BuiltAt: m.BuiltAt, Program: m.Program,
		Fingerprint: m.Fingerprint(), Plans: m.Plans, Files: len(m.Files), done: done, next: next,
	}
	for _, f := range m.Files {
		v.Size += f.Size
	}
	return v
}

// text says what was done, what the copy holds, and who signed it.
func (v *copied) text(out io.Writer) {
	fmt.Fprintf(out, "%s: %s\n", v.done, v.Folder)
	fmt.Fprintf(out, "%s %s as of %s: %d plans, %d files, %.1f MiB\n", v.Part, bundle.Short(v.ID), v.BuiltAt.Local().Format("2006-01-02 15:04:05"), len(v.Plans), v.Files, float64(v.Size)/(1<<20))
	fmt.Fprintf(out, "signed by the key %s\n", v.Fingerprint)
	for _, name := range v.Removed {
		fmt.Fprintf(out, "removed the old %s\n", name)
	}
	fmt.Fprintf(out, "Next: %s\n", v.next)
}

// paperTimes is what `beredskab bundle import-paper` answers.
type paperTimes struct {
	Schema   string      `json:"schema"`
	File     string      `json:"file"`
	Times    []paperTime `json:"times"`
	Recorded *int        `json:"recorded,omitempty"` // those that their runs had not yet; nil: it was not asked for
}

type paperTime struct {
	Line    int    `json:"line"`
	Run     string `json:"run,omitempty"`
	System  string `json:"system"`
	Step    string `json:"step"`
	Started string `json:"started_at,omitempty"`
	Ended   string `json:"ended_at,omitempty"`
	By      string `json:"by,omitempty"`
	Note    string `json:"note,omitempty"`
	Assured string `json:"assurance"`
}

// fromPaper makes the view of times that were read.
func fromPaper(file string, times []bundle.PaperTime) *paperTimes {
	v := &paperTimes{Schema: "beredskab.paper.v1", File: file, Times: []paperTime{}}
	stamp := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.UTC().Format(time.RFC3339)
	}
	for _, t := range times {
		v.Times = append(v.Times, paperTime{t.Line, t.Run, t.System, t.Step, stamp(t.Started), stamp(t.Ended), t.By, t.Note, t.Assured})
	}
	return v
}

// text prints one line a step.
func (v *paperTimes) text(out io.Writer) {
	line.Table(out, "LINE\tRUN\tSYSTEM\tSTEP\tSTARTED\tENDED\tBY\tNOTE", func(w io.Writer) {
		for _, t := range v.Times {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.Line, line.Dash(t.Run), t.System, t.Step, clock(t.Started), clock(t.Ended), line.Dash(t.By), t.Note)
		}
	})
	if v.Recorded == nil {
		fmt.Fprintf(out, "%d times read, none recorded.\nNext: beredskab bundle import-paper %s --record --as ROLE\n", len(v.Times), v.File)
		return
	}
	fmt.Fprintf(out, "%d times read, %d recorded, %d were in their runs already.\n", len(v.Times), *v.Recorded, len(v.Times)-*v.Recorded)
}

// clock is a stamp as people of the town hall read it.
func clock(stamp string) string {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return "–"
	}
	return at.Local().Format("2006-01-02 15:04")
}
