package governance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"beredskab/internal/approval"
	"beredskab/internal/door"
	"beredskab/internal/emergency"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// Erased is what the log keeps of an erasure, beside whose it was.
type Erased struct {
	Texts   int `json:"texts"`   // whose words cannot be read any more
	Records int `json:"records"` // in which the ID stands in the place of the name
}

// ErasePerson takes everything from the register that tells who a person is: name,
// mail, phone, unit and accounts. Where the name stands in what others wrote, the
// ID takes its place; a text of the log or of a run that has it is erased whole.
// The ID stays, with all that was done under it, and the log is as valid as before.
// Afterwards store.DB.Scour takes the old bytes from the disk.
func (o *Office) ErasePerson(ctx context.Context, a door.Actor, id string) (out Erased, err error) {
	err = o.manage(ctx, a, "person.erase", id, func(d *desk) (any, error) {
		p, known := d.book.Person(id)
		if !known {
			return nil, noPerson(id)
		}
		w := wordsOf(p)
		if len(w.words) == 0 {
			return nil, door.ErrNothing
		}
		bare := rights.Person{ID: p.ID, Name: p.ID, Disabled: p.Disabled, Why: "erased"}
		if bare.Disabled.IsZero() {
			bare.Disabled = d.now
		}
		if err := d.put(bare.Row(d.now)); err != nil {
			return nil, err
		}
		if out.Texts, err = door.Erase(ctx, d.tx, w.in); err != nil {
			return nil, err
		}
		out.Records, err = d.rewrite(w)
		return out, err
	})
	if err != nil {
		return out, fmt.Errorf("erasing %s: %w", id, err)
	}
	return out, nil
}

// telling are the words that tell who a person is.
type telling struct {
	id    string
	words []string
}

func wordsOf(p rights.Person) telling {
	t := telling{id: p.ID}
	words := []string{p.Name, p.Mail, p.Phone}
	for _, a := range p.Accounts {
		words = append(words, a.Subject)
	}
	for _, w := range words {
		if w != "" && w != p.ID {
			t.words = append(t.words, w)
		}
	}
	// The longest first: of a mail address nothing is left when the account is its beginning.
	slices.SortFunc(t.words, func(x, y string) int { return len(y) - len(x) })
	return t
}

// in tells whether a text names the person, in small or capital letters.
func (t telling) in(text string) bool { return t.replaced(text) != text }

// replaced puts the ID into the place of each word that stands by itself.
func (t telling) replaced(text string) string {
	for _, w := range t.words {
		text = replaceWord(text, w, t.id)
	}
	return text
}

// replaceWord leaves a short word alone that is only a part of another: the account
// "bo" is not in "bogholder". A long one goes also with an ending, as in "Hansens".
func replaceWord(text, word, by string) string {
	const short = 6 // bytes
	var out strings.Builder
	for at := 0; at < len(text); {
		end := at + len(word)
		if end <= len(text) && strings.EqualFold(text[at:end], word) &&
			(len(word) >= short || !inWord(text, at-1) && !inWord(text, end)) {
			out.WriteString(by)
			at = end
			continue
		}
		out.WriteByte(text[at])
		at++
	}
	return out.String()
}

// inWord tells whether a letter or a digit stands there.
func inWord(text string, at int) bool {
	if at < 0 || at >= len(text) {
		return false
	}
	c := text[at]
	return c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// told are the kinds of record in which people write of people.
func told() []string {
	return []string{
		rights.KindPerson, rights.KindGrant, rights.KindDelegation, rights.KindWish, approval.KindAct, approval.KindDocument, approval.KindReceipt,
		approval.KindVerification, approval.KindTraining,
		followup.ActionKind, followup.DispensationKind, followup.EvaluationKind, followup.EvidenceKind,
		emergency.CrisisKind, emergency.LineKind, kindProposal,
		"link", "api_token", "account_offer", // of access, which stands beside this package
	}
}

// rewrite puts the ID in the place of the words in every record, finding and
// message, and counts those that had one.
func (d *desk) rewrite(t telling) (n int, err error) {
	for _, kind := range told() {
		rows, err := d.tx.Records(d.ctx, kind, record.Filter{})
		if err != nil {
			return n, err
		}
		for _, row := range rows {
			body, changed, err := t.rewritten(row.Body)
			if err != nil {
				return n, fmt.Errorf("reading the record %s/%s: %w", row.Kind, row.Key, err)
			}
			if !changed {
				continue
			}
			n, row.Body, row.Rev = n+1, body, row.Rev+1
			if err := d.tx.PutRecord(d.ctx, row); err != nil {
				return n, err
			}
		}
	}
	findings, err := d.tx.Findings(d.ctx, kept.FindingFilter{})
	if err != nil {
		return n, err
	}
	for _, f := range findings {
		if !t.in(f.Text) && !t.in(f.Reason) {
			continue
		}
		n, f.Text, f.Reason = n+1, t.replaced(f.Text), t.replaced(f.Reason)
		if err := d.tx.PutFinding(d.ctx, f); err != nil {
			return n, err
		}
	}
	return d.messages(t, n)
}

// messages does the same to what was sent or is owed.
func (d *desk) messages(t telling, n int) (int, error) {
	notices, err := d.tx.Notices(d.ctx, outbox.Filter{})
	if err != nil {
		return n, err
	}
	for _, m := range notices {
		facts, err := json.Marshal(m.Facts)
		if err != nil {
			return n, err
		}
		body, changed, err := t.rewritten(facts)
		if err == nil && changed {
			m.Facts = outbox.Facts{}
			err = json.Unmarshal(body, &m.Facts)
		}
		if err != nil {
			return n, fmt.Errorf("reading the message %s: %w", m.Key, err)
		}
		if !changed && !t.in(m.Receiver) && !t.in(m.Address) {
			continue
		}
		if n++; t.in(m.Address) && m.State == outbox.Owed {
			m.State, m.LastError = outbox.Expired, "whom it was for has been erased"
		}
		m.Receiver, m.Address = t.replaced(m.Receiver), t.replaced(m.Address)
		if err := d.tx.SaveNotice(d.ctx, m); err != nil {
			return n, err
		}
	}
	return n, nil
}

// rewritten is a body with the ID in the place of the words.
func (t telling) rewritten(body []byte) (out []byte, changed bool, err error) {
	var tree any
	in := json.NewDecoder(bytes.NewReader(body))
	in.UseNumber() // no number changes
	if err := in.Decode(&tree); err != nil {
		return nil, false, err
	}
	tree, err = door.EachText(tree, "", func(_, text string) (string, error) {
		changed = changed || t.in(text)
		return t.replaced(text), nil
	})
	if err != nil || !changed {
		return body, false, err
	}
	out, err = json.Marshal(tree)
	return out, true, err
}
