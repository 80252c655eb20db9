package site

import (
	"fmt"
	"io"
	"time"

	"beredskab/internal/app"
)

// Copy is what the commands about backups answer.
type Copy struct {
	Schema   string       `json:"schema"`
	Place    string       `json:"place"` // the file, or the folder that it was restored into
	Manifest app.Manifest `json:"manifest"`

	done, next string
}

func about(place string, m app.Manifest, done, next string) *Copy {
	return &Copy{"beredskab.copy.v1", place, m, done, next}
}

// BackedUp tells of a new backup.
func BackedUp(file string, m app.Manifest) *Copy {
	return about(file, m, "Backup written and checked", "Keep it on another machine; check it there with: beredskab backup verify "+file)
}

// Verified tells of a backup that is whole.
func Verified(file string, m app.Manifest) *Copy {
	return about(file, m, "The backup is whole", "beredskab restore "+file+" --into DIR")
}

// Restored tells of a register that is back.
func Restored(folder string, m app.Manifest) *Copy {
	return about(folder, m, "Restored and checked", keep(folder)+"Then: beredskab --dir "+folder+" serve")
}

// keep says how a server goes on under its name in another folder: the register
// is there, and the key that it knows the server by is not.
func keep(folder string) string {
	return fmt.Sprintf("copy `node.key` from the server's old state folder into %s. The register knows its servers by their keys.\n"+
		"Without the key, once the old machine is off: beredskab --dir %s node forget NAME\n", folder, folder)
}

// Text says what was done and what the copy holds.
func (v *Copy) Text(out io.Writer) {
	fmt.Fprintf(out, "%s: %s\n", v.done, v.Place)
	fmt.Fprintf(out, "as of %s, %d log entries, the newest %.16s…, %.1f MiB\n", v.Manifest.Made.Local().Format("2006-01-02 15:04:05"), v.Manifest.Entries, v.Manifest.Hash, float64(v.Manifest.Size)/(1<<20))
	if e := v.Manifest.Evidence; e.Files+len(e.Lacking) > 0 {
		fmt.Fprintf(out, "%d files of evidence, %.1f MiB\n", e.Files, float64(e.Size)/(1<<20))
		for _, hash := range e.Lacking {
			fmt.Fprintf(out, "NOT in it: the evidence %.12s, which is missing or not what was kept; see: beredskab evidence verify\n", hash)
		}
	}
	fmt.Fprintf(out, "Next: %s\n", v.next)
}

// Move is what `beredskab migrate` answers.
type Move struct {
	Schema string `json:"schema"`
	app.Move
}

// Moved tells of a register that is in another place.
func Moved(m app.Move) *Move { return &Move{"beredskab.move.v1", m} }

// Text says what arrived, and what to set.
func (v *Move) Text(out io.Writer) {
	if v.Resumed {
		fmt.Fprintln(out, "An earlier move was cut off after the copy; it is ended now.")
	} else {
		fmt.Fprintf(out, "%d rows of %d tables copied and compared.\n", v.Rows, v.Tables)
	}
	fmt.Fprintf(out, "%d log entries with the same hashes, from %s to %s\n", v.Entries, v.From, v.To)
	if v.URL {
		fmt.Fprintf(out, "Next: set `database: %s` in beredskab.yaml, then: beredskab serve\n", v.To)
		return
	}
	fmt.Fprintf(out, "Next: %sCopy the folder `evidence` from there too, if there is one.\nThen: take `database` out of beredskab.yaml, set `dir: %s`, and: beredskab serve\n", keep(v.To), v.To)
}

// age says how long ago something was.
func age(at, now time.Time) string {
	switch passed := now.Sub(at); {
	case passed < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(passed.Minutes()))
	case passed < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(passed.Hours()))
	default:
		return fmt.Sprintf("%d days ago", int(passed.Hours()/24))
	}
}
