package door

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/record"
)

// KindText is the kind of the records that hold what people wrote; the key is the
// commitment by which the log and the events of runs name the text.
const KindText = "text"

// The states of such a record.
const (
	textKept   = "kept"
	textErased = "erased"
)

// salted is the body of such a record; an erased one has neither.
type salted struct {
	Salt []byte `json:"salt,omitempty"`
	Text string `json:"text,omitempty"`
}

// Say keeps a text where it can be erased, and gives the commitment that stands for
// it where nothing can. Who is whose word it is; about is the run that it is said
// of, or empty. No text has no commitment.
func Say(ctx context.Context, tx Tx, about, who, text string) (commitment string, err error) {
	if text == "" {
		return "", nil
	}
	t, err := ledger.NewText(rand.Reader, text)
	if err != nil {
		return "", err
	}
	row, err := record.Row{Kind: KindText, Key: t.Commitment(), System: about, Person: who, State: textKept, Rev: 1}.Set(salted{t.Salt, t.Text})
	if err != nil {
		return "", err
	}
	return row.Key, tx.PutRecord(ctx, row)
}

// Said gives the text of a commitment, and false when it was erased. What is no
// commitment stands for itself: an earlier program wrote it.
func Said(ctx context.Context, tx Tx, commitment string) (text ledger.Text, there bool, err error) {
	if !ledger.IsCommitment(commitment) {
		return ledger.Text{Text: commitment}, true, nil
	}
	row, err := tx.Record(ctx, KindText, commitment)
	if errors.Is(err, kept.ErrNotFound) || err == nil && row.State == textErased {
		return ledger.Text{}, false, nil
	}
	if err != nil {
		return ledger.Text{}, false, fmt.Errorf("reading a text: %w", err)
	}
	text, err = textOf(row)
	return text, err == nil, err
}

// Words gives all texts that were said of a run and not erased, by commitment.
func Words(ctx context.Context, tx Tx, about string) (map[string]string, error) {
	rows, err := tx.Records(ctx, KindText, record.Filter{System: about, State: textKept})
	if err != nil {
		return nil, fmt.Errorf("reading what was said of %s: %w", about, err)
	}
	list := make(map[string]string, len(rows))
	for _, row := range rows {
		text, err := textOf(row)
		if err != nil {
			return nil, err
		}
		list[row.Key] = text.Text
	}
	return list, nil
}

// erased stands where somebody's words stood that were erased.
const erased = "(erased)"

// Worded puts the words of people back into the events of a run that hold a
// commitment to them.
func Worded(ctx context.Context, tx Tx, run string, rows []kept.Event) ([]kept.Event, error) {
	const key, length = `"text":"`, len("commit:") + 64
	var words map[string]string
	for i, row := range rows {
		before, after, found := bytes.Cut(row.Body, []byte(key))
		if !found || len(after) < length || !ledger.IsCommitment(string(after[:length])) {
			continue
		}
		if words == nil {
			var err error
			if words, err = Words(ctx, tx, run); err != nil {
				return nil, err
			}
		}
		said, there := words[string(after[:length])]
		if !there {
			said = erased
		}
		text, err := json.Marshal(said)
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", row.Seq, err)
		}
		rows[i].Body = slices.Concat(before, []byte(`"text":`), text, after[length+1:])
	}
	return rows, nil
}

// textOf reads a text that was kept. One that is not what was said is broken.
func textOf(row record.Row) (text ledger.Text, err error) {
	body, err := record.Read[salted](row)
	if err == nil {
		text = ledger.Text{Salt: body.Salt, Text: body.Text}
		err = text.Check(row.Key)
	}
	if err != nil {
		return text, fmt.Errorf("the text of %.20s… %w: %w: %w", row.Key, ErrBroken, err, ledger.ErrDamaged)
	}
	return text, nil
}

// Erase takes text and salt away from every text that the test is true of, and
// counts them. Their commitments stay, and nobody can tell what they stood for.
func Erase(ctx context.Context, tx Tx, of func(text string) bool) (erased int, err error) {
	rows, err := tx.Records(ctx, KindText, record.Filter{State: textKept})
	if err != nil {
		return 0, fmt.Errorf("looking for texts to erase: %w", err)
	}
	for _, row := range rows {
		body, err := record.Read[salted](row)
		if err != nil {
			return 0, err
		}
		if !of(body.Text) {
			continue
		}
		row.State, row.Rev = textErased, row.Rev+1
		if row, err = row.Set(salted{}); err != nil {
			return 0, err
		}
		if err := tx.PutRecord(ctx, row); err != nil {
			return 0, err
		}
		erased++
	}
	return erased, nil
}

// Discreet gives a detail of an entry with what somebody wrote replaced by
// commitments: what stands under a key that holds somebody's words, and whatever
// else has a space in it, which no ID, hash or key of the program's own has.
func Discreet(ctx context.Context, tx Tx, who string, detail any) (any, error) {
	if detail == nil {
		return nil, nil
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return nil, fmt.Errorf("writing what the log keeps: %w", err)
	}
	var tree any
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber() // no number changes
	if err := in.Decode(&tree); err != nil {
		return nil, fmt.Errorf("writing what the log keeps: %w", err)
	}
	return EachText(tree, "", func(key, text string) (string, error) {
		if ledger.IsCommitment(text) || !words(key, text) {
			return text, nil
		}
		return Say(ctx, tx, "", who, text)
	})
}

// words tells whether that may be what somebody wrote.
func words(key, text string) bool {
	switch key {
	case "difference", "argv", "condition": // sentences of the program's own
		return false
	case "", "text", "note", "notes", "reason", "why", "answer", "risk", "measures", "claim", "subject", "whom", "name", "mail", "phone":
		return true // also one word alone
	}
	return strings.Contains(text, " ")
}

// EachText walks through what JSON was read into, and puts in place of each text
// what fn gives; the key is that of the nearest object, "" when there is none.
func EachText(tree any, key string, fn func(key, text string) (string, error)) (out any, err error) {
	switch v := tree.(type) {
	case string:
		return fn(key, v)
	case []any:
		for i := range v {
			if v[i], err = EachText(v[i], key, fn); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			if v[k], err = EachText(v[k], k, fn); err != nil {
				return nil, err
			}
		}
	}
	return tree, nil
}
