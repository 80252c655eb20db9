package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/check"
	"beredskab/internal/drill"
	"beredskab/internal/plan"
)

func (c *cli) explain() *cobra.Command {
	return &cobra.Command{
		Use: "explain [CODE]", Short: "Tell what a code means, why the rule is there and what to do", Args: cobra.MaximumNArgs(1),
		Long:              "Codes: BP… a plan file, L… its schedules and actions, C… and G… the checks, D… a drill. Without CODE all are listed.",
		Example:           "  beredskab explain C2\n  beredskab explain BP024",
		ValidArgsFunction: cobra.FixedCompletions(allCodes(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.listCodes()
			}
			return c.explainCode(strings.ToUpper(args[0]))
		},
	}
}

func allCodes() []string {
	codes := plan.Codes()
	for _, more := range [][]string{{codeSchedule, codeAction}, check.Codes(), drill.Codes()} {
		codes = append(codes, more...)
	}
	return codes
}

// explanation is the long text of any code; its first line is a title.
func explanation(code string) (text string, ok bool) {
	for _, source := range []func(string) (string, bool){plan.Explain, check.Explain, drill.Explain, explainLint} {
		if text, ok = source(code); ok {
			return text, true
		}
	}
	return "", false
}

func (c *cli) explainCode(code string) error {
	text, ok := explanation(code)
	if !ok {
		return fmt.Errorf("%w: there is no code %q%s; `beredskab explain` lists all", errNotFound, code, meant(code, allCodes()))
	}
	view := map[string]any{"schema": "beredskab.explain.v1", "code": code, "text": text}
	return c.print(view, func() { fmt.Fprint(c.out, text) })
}

func (c *cli) listCodes() error {
	type row struct {
		Code  string `json:"code"`
		Title string `json:"title"`
	}
	list, rows := []row{}, [][]string{}
	for _, code := range allCodes() {
		text, _ := explanation(code)
		title, _, _ := strings.Cut(text, "\n")
		title = strings.TrimLeft(strings.TrimPrefix(title, code), ": ")
		list, rows = append(list, row{code, title}), append(rows, []string{code, title})
	}
	return c.print(map[string]any{"schema": "beredskab.codes.v1", "codes": list}, func() { c.table(rows) })
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
