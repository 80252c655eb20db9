package folder

import (
	"fmt"
	"io"
	"strings"

	"beredskab/internal/check"
	"beredskab/internal/drill"
	"beredskab/internal/plan"
)

// Codes are all codes that the program speaks with.
func Codes() []string {
	codes := plan.Codes()
	for _, more := range [][]string{{codeSchedule, codeAction}, check.Codes(), drill.Codes()} {
		codes = append(codes, more...)
	}
	return codes
}

// explain is the long text of any code; its first line is a title.
func explain(code string) (text string, ok bool) {
	for _, source := range []func(string) (string, bool){plan.Explain, check.Explain, drill.Explain, explainLint} {
		if text, ok = source(code); ok {
			return text, true
		}
	}
	return "", false
}

// Explanation is what `beredskab explain CODE` answers.
type Explanation struct {
	Schema string `json:"schema"`
	Code   string `json:"code"`
	Long   string `json:"text"`
}

// Meaning finds what a code means. The error wraps ErrNotFound.
func Meaning(code string) (*Explanation, error) {
	code = strings.ToUpper(code)
	text, ok := explain(code)
	if !ok {
		return nil, fmt.Errorf("%w: there is no code %q%s `beredskab explain` lists all", ErrNotFound, code, Meant(code, Codes()))
	}
	return &Explanation{"beredskab.explain.v1", code, text}, nil
}

// Text prints the whole text.
func (v *Explanation) Text(out io.Writer) { fmt.Fprint(out, v.Long) }

// CodeList is what `beredskab explain` answers without a code.
type CodeList struct {
	Schema string    `json:"schema"`
	Codes  []codeRow `json:"codes"`
}

type codeRow struct {
	Code  string `json:"code"`
	Title string `json:"title"`
}

// ListCodes lists all codes with the first line of what they mean.
func ListCodes() *CodeList {
	v := &CodeList{Schema: "beredskab.codes.v1"}
	for _, code := range Codes() {
		text, _ := explain(code)
		title, _, _ := strings.Cut(text, "\n")
		v.Codes = append(v.Codes, codeRow{code, strings.TrimLeft(strings.TrimPrefix(title, code), ": ")})
	}
	return v
}

// Text prints one line a code.
func (v *CodeList) Text(out io.Writer) {
	rows := [][]string{}
	for _, r := range v.Codes {
		rows = append(rows, []string{r.Code, r.Title})
	}
	Table(out, rows)
}

// explainLint tells of what `plan lint` finds beyond the plan reader.
func explainLint(code string) (string, bool) {
	switch code {
	case codeSchedule:
		return `L001: the schedule cannot be followed

A drill with a schedule that nobody can read is never due, and nobody would notice. So the text after when: is read here as
the server reads it, with the calendar of organisation.yaml.

    wrong:  when: first monday in march          (which time of day?)
    right:  when: first monday of march at 09:00

A schedule that comes several times a day cannot be moved; a blackout must stand in the calendar.
`, true
	case codeAction:
		return `L002: the action is not known here, or its values do not fit

A step names a built-in probe (http, tcp, tls, dns, file, sql, wait) or an entry of the administrator's catalogue, and gives
typed values under with:. This server's catalogue and allow list do not take them as they stand, so the step would be refused
when its turn comes. It is a warning, because another server may have the entry.

Ways out: correct the name or the value; or let the administrator add the entry to the catalogue, or the target to allow:.
`, true
	}
	return "", false
}
