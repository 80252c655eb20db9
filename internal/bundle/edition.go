package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"beredskab/internal/plan"
)

// edition is the bundle as one kind of reader may see it.
type edition struct {
	*words
	in       *Input
	Full     bool // with everything that is confidential
	Head     Manifest
	Org      *plan.Organisation
	Order    []row     // the computed recovery order
	Reason   string    // why there are no times in it
	Systems  []*system // in that order
	Contacts []Contact
	Latest   int // minutes: the end of the scale of the poster
}

// newEdition prepares what is shown. The open one is made of plans from which
// everything confidential has been taken away, so that no page can show it by
// mistake.
func newEdition(in *Input, full bool) (*edition, error) {
	w, err := newWords(in.Language)
	if err != nil {
		return nil, err
	}
	e := &edition{words: w, in: in, Full: full, Head: in.manifest(), Org: in.Set.Organisation}
	shown := in.Set.Plans
	if full {
		e.Contacts = in.Contacts
	} else if shown, err = e.redact(); err != nil {
		return nil, err
	}
	e.reckon()
	for _, row := range e.Order {
		at := slices.IndexFunc(shown, func(p *plan.Plan) bool { return p.ID == row.System })
		e.Systems = append(e.Systems, e.system(row, shown[at]))
	}
	return e, nil
}

// redact takes out of copies of the plans and the organisation what must not be
// read by everyone.
func (e *edition) redact() (shown []*plan.Plan, err error) {
	r := newRedactor(e.Say("hidden"))
	for _, p := range e.in.Set.Plans {
		text, err := r.clean(p.Canonical(), left(p))
		if err != nil {
			return nil, fmt.Errorf("leaving out what is confidential in %s: %w", p.ID, err)
		}
		open, err := plan.ParseCanonical(text)
		if err != nil {
			return nil, fmt.Errorf("leaving out what is confidential in %s: %w", p.ID, err)
		}
		shown = append(shown, open)
	}
	text, err := r.clean(e.Org.Canonical(), nil)
	if err != nil {
		return nil, fmt.Errorf("leaving out the telephone numbers: %w", err)
	}
	e.Org = new(plan.Organisation)
	return shown, e.Org.ReadCanonical(text)
}

// left says which top keys the open copy of a plan is without. A plan that is
// confidential and names no sections keeps only what identifies it and what
// others must know of it to plan their own.
func left(p *plan.Plan) []string {
	if p.Confidentiality != "fortrolig" || len(p.Confidential) > 0 {
		return p.Confidential
	}
	var rest []string
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(p.Canonical(), &keys) // It was written by ourselves.
	for key := range keys {
		if !slices.Contains(identifying(), key) {
			rest = append(rest, key)
		}
	}
	slices.Sort(rest)
	return rest
}

func identifying() []string {
	return []string{
		"schema", "id", "name", "aliases", "plan_version", "valid_from", "confidentiality", "owner", "technical_team",
		"criticality", "recovery_class", "hosting", "objectives", "depends_on",
	}
}

// redactor takes values out of canonical bytes.
type redactor struct {
	mailbox, phone *regexp.Regexp
	mark           string
}

func newRedactor(mark string) redactor {
	return redactor{
		mailbox: regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(\.[\pL\pN-]+)+`),
		phone:   regexp.MustCompile(`(\+|\b00)\d[\d ]{6,}\d|\b\d{2} \d{2} \d{2} \d{2}\b|\b\d{4} \d{4}\b|\b\d{8}\b`),
		mark:    mark,
	}
}

// clean leaves out whole sections, and telephone numbers and mailboxes wherever
// they stand, in running text too.
func (r redactor) clean(canonical []byte, sections []string) ([]byte, error) {
	var all map[string]any
	decoder := json.NewDecoder(bytes.NewReader(canonical))
	decoder.UseNumber()
	if err := decoder.Decode(&all); err != nil {
		return nil, err
	}
	for _, section := range sections {
		delete(all, section)
	}
	return json.Marshal(r.value(all))
}

func (r redactor) value(v any) any {
	switch v := v.(type) {
	case string:
		return r.text(v)
	case []any:
		for i := range v {
			v[i] = r.value(v[i])
		}
	case map[string]any:
		for key, inner := range v {
			if text, ok := inner.(string); ok && text != "" && (reaches(key) || r.isMailbox(text)) {
				delete(v, key)
				continue
			}
			v[key] = r.value(inner)
		}
	}
	return v
}

// reaches tells whether a key holds how somebody is reached, and nothing else.
func reaches(key string) bool {
	return slices.Contains([]string{"phone", "mailbox", "slack", "duty_phone"}, key)
}

func (r redactor) isMailbox(text string) bool {
	return strings.Contains(text, "@") && r.mailbox.FindString(text) == text
}

// text hides what reaches somebody where it stands in a sentence.
func (r redactor) text(text string) string {
	if strings.Contains(text, "@") {
		text = r.mailbox.ReplaceAllString(text, r.mark)
	}
	digits := 0
	for i := range len(text) {
		if '0' <= text[i] && text[i] <= '9' {
			digits++
		}
	}
	if digits >= 8 {
		text = r.phone.ReplaceAllString(text, r.mark)
	}
	return text
}
