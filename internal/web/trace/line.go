package trace

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/kept"
	"beredskab/internal/ledger"
	"beredskab/internal/phrase"
)

// line is one line of the log, for people.
type line struct {
	Seq      int64
	At       time.Time
	Who      string // ID or word
	Act      string // in words
	Code     string
	Object   string
	Path     string // where that is seen
	Refused  bool
	Why      string
	Sure     string // how the program knew who it was
	Details  []detail
	Checksum string
}

// detail is one value of what the log keeps beside the act.
type detail struct{ Name, Text string }

const (
	mostDetails   = 40  // of one line
	longestDetail = 600 // characters
)

// lines puts the lines into words. What people wrote is kept apart from the log, so
// that it can be erased, and is put back here.
func (p *Part) lines(v *frame.Visit, list []kept.Entry) (out []line, err error) {
	err = p.Door.View(v.Context(), func(tx door.Tx) error {
		out = make([]line, len(list))
		named, err := p.systems(v, tx)
		if err != nil {
			return err
		}
		for i, e := range list {
			said := func(_, text string) (string, error) {
				if !ledger.IsCommitment(text) {
					return text, nil
				}
				words, there, err := door.Said(v.Context(), tx, text)
				if !there {
					return v.Texts.Say("trace.erased"), err
				}
				return words.Text, err
			}
			if out[i], err = lineOf(v, e, named, said); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// systems gives the name of a system by its ID; empty for what is none.
func (p *Part) systems(v *frame.Visit, tx door.Tx) (name func(id string) string, err error) {
	held, err := tx.Current(v.Context(), "plan")
	if err != nil {
		return nil, fmt.Errorf("looking for the systems: %w", err)
	}
	hashes := map[string]string{}
	for _, version := range held {
		hashes[version.ID] = version.Hash
	}
	return func(id string) string {
		plan, err := p.Door.Plan(v.Context(), tx, hashes[id])
		if hashes[id] == "" || err != nil {
			return "" // it is named as the log has it
		}
		return plan.Name
	}, nil
}

func lineOf(v *frame.Visit, e kept.Entry, named func(id string) string, said func(key, text string) (string, error)) (line, error) {
	var body struct {
		Actor struct{ Assurance, Via string }
	}
	var whole ledger.Entry
	if err := json.Unmarshal(e.Bytes, &body); err != nil {
		return line{}, fmt.Errorf("reading line %d of the log: %w", e.Seq, err)
	}
	if err := json.Unmarshal(e.Bytes, &whole); err != nil {
		return line{}, fmt.Errorf("reading line %d of the log: %w", e.Seq, err)
	}
	l := line{
		Seq: e.Seq, At: e.At, Who: e.Actor, Act: v.Texts.Word("trace.act", e.Act), Code: e.Act, Object: e.Object, Refused: e.Outcome == "refused",
		Sure: body.Actor.Assurance, Checksum: fmt.Sprintf("%x", e.Hash),
	}
	l.Object, l.Path = about(v, e.Object, named)
	tree, err := door.EachText(whole.Detail, "", said)
	if err != nil {
		return l, err
	}
	if why, ok := tree.(map[string]any); ok && l.Refused {
		l.Why, _ = why["why"].(string)
	}
	l.Details = flat(nil, "", tree)
	if len(l.Details) > mostDetails {
		l.Details = l.Details[:mostDetails]
	}
	return l, nil
}

// about names what an act is about, and where it is seen.
func about(v *frame.Visit, object string, named func(id string) string) (text, path string) {
	first, rest, _ := strings.Cut(object, "/")
	switch person, known := v.Book.Person(first); {
	case known:
		return person.Name, "/people/" + first
	case isRun(first):
		return strings.TrimSuffix(first+" · "+rest, " · "), "/drills/" + first
	}
	if name := named(object); name != "" {
		return name, "/systems/" + object
	}
	return object, ""
}

// isRun tells whether that is the number of a run, such as 2026-07.
func isRun(text string) bool {
	year, number, cut := strings.Cut(text, "-")
	return cut && len(year) == 4 && len(number) > 1 && strings.Trim(year+number, "0123456789") == ""
}

// flat lists the values of a tree by their names.
func flat(list []detail, name string, tree any) []detail {
	switch t := tree.(type) {
	case nil:
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(t)) {
			list = flat(list, strings.TrimPrefix(name+"."+key, "."), t[key])
		}
	case []any:
		for i, one := range t {
			list = flat(list, fmt.Sprintf("%s[%d]", name, i+1), one)
		}
	default:
		list = append(list, detail{name, phrase.Shorten(phrase.Visible(fmt.Sprint(t)), longestDetail)})
	}
	return list
}
