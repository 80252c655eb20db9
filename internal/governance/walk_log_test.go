package governance_test

import (
	"context"
	"io"
	"path/filepath"

	"beredskab/internal/door"
	"beredskab/internal/matrix"
	"beredskab/internal/notary"
	"beredskab/internal/vigil"
)

// logActs are the acts on the log itself. As each is undone, those who may only find
// out afterwards that there is nothing to export, to replace or to accept.
func logActs() []act {
	read := just(matrix.Log, matrix.Read)
	return []act{
		{method: "Vigil.Show", needs: read, do: func(w *walk, a door.Actor, _ string) error {
			_, err := vigil.New(vigil.Options{Door: w.door}).Show(ctx(), a, w.at.AddDate(0, 0, -1), w.at)
			return err
		}},
		{method: "Notary.Export", needs: read, passes: true, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.notary().Export(ctx(), a, io.Discard)
			return err
		}},
		{method: "Notary.ExportFile", needs: read, passes: true, do: func(w *walk, a door.Actor, _ string) error {
			n := w.notary()
			_, err := n.ExportFile(ctx(), a, filepath.Join(n.Folder, "log.jsonl"))
			return err
		}},
		{method: "Notary.Rotate", needs: just(matrix.Installation, matrix.Execute), program: true, machine: true, passes: true, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.notary().Rotate(ctx(), a)
			return err
		}},
		{method: "Notary.AcceptLoss", needs: []right{{matrix.People, matrix.Execute}, {matrix.People, matrix.Approve}}, passes: true, do: func(w *walk, a door.Actor, _ string) error {
			_, err := w.notary().AcceptLoss(ctx(), a, "brand")
			return err
		}},
	}
}

// notary has a key of its own each time.
func (w *walk) notary() *notary.Notary {
	return notary.New(notary.Options{
		Door: w.door, Office: w.office, Node: "n1", Folder: w.t.TempDir(),
		Name: func(context.Context) (string, error) { return "Prøve", nil },
	})
}
