package follow

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"

	"beredskab/internal/frame"
)

// actionsFile is the list as a file for spreadsheets: the same lines as the page that
// it stands on, all of them.
func (p *Part) actionsFile(v *frame.Visit) error {
	s, err := p.systems(v)
	if err != nil {
		return err
	}
	open, err := p.unfinished(v, s)
	if err != nil {
		return err
	}
	show, _ := showing(v, "open", "mine", "late", "closed")
	list, err := p.listed(v, s, show, open)
	if err != nil {
		return err
	}
	say := v.Texts.Say
	rows := [][]string{{
		say("follow.col.number"), say("follow.col.what"), say("follow.col.system"), say("follow.col.owner"), say("follow.col.due"),
		say("follow.col.state"), say("follow.show.late"),
	}}
	for _, a := range list {
		late := ""
		if a.Late {
			late = v.Texts.Count("follow.late", a.Days)
		}
		rows = append(rows, []string{a.ID, a.Text, a.SystemName, v.Book.Name(a.Owner), v.Texts.Day(a.Due), v.Texts.Word("follow.state", string(a.State)), late})
	}
	body, err := sheet(v.Texts.Lang, rows)
	if err != nil {
		return err
	}
	return v.Send(say("follow.file")+".csv", "text/csv; charset=utf-8", body)
}

// sheet writes rows as spreadsheets of that language read them. A cell that a
// spreadsheet would compute is made a text.
func sheet(lang string, rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	if lang == "da" {
		w.Comma = ';'
	}
	for _, row := range rows {
		for i, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
				row[i] = "'" + cell
			}
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("writing the list: %w", err)
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}
