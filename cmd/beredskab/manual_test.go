package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manualFile is the manual page that the packages bring. It is one for all
// commands, so that it can be searched, printed and kept at hand as one.
const manualFile = "../../docs/beredskab.1"

// TestManualIsWellFormed reads the page as a formatter does, and with the one of
// this machine where there is one.
func TestManualIsWellFormed(t *testing.T) {
	page := manual()
	if problems := malformed(page); len(problems) > 0 {
		t.Errorf("%q", problems)
	}
	planted := []string{".B bold\x01", ".Foo", "'bar", `.SS "open`, "plæn", `\q`, `\[u20`, ""}
	if found := malformed(strings.Join(planted, "\n") + "\n"); len(found) != len(planted) {
		t.Errorf("control: of %q only %q was found", planted, found)
	}
	if _, err := exec.LookPath("groff"); err != nil {
		return
	}
	groff := exec.Command("groff", "-man", "-ww", "-Tutf8", "-P-cbou", "-rLL=200n")
	var said strings.Builder
	groff.Stdin, groff.Stderr = strings.NewReader(page), &said
	shown, err := groff.Output()
	if err != nil || said.Len() > 0 {
		t.Errorf("groff: %v\n%s", err, said.String())
	}
	text := strings.NewReplacer("\u2010", "-", "\u2212", "-").Replace(strings.Join(strings.Fields(string(shown)), " "))
	for _, want := range []string{"EXIT STATUS 0 done;", "130 interrupted", "beredskab drill start SYSTEM", "-q, --quiet no progress", "$ beredskab check plans/esdh.yaml", "beredskab backup FILE"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page as it is shown lacks %q", want)
		}
	}
}

// malformed lists the lines that a formatter would not show as they are meant.
func malformed(page string) (lines []string) {
	const char = `([ -\[\]-~]|\\-|\\e|\\&|\\f[BR]|\\\[u[0-9A-F]{4}\])`
	macro := regexp.MustCompile(`^\.(TH|SH|SS|TP|PP|EX|EE|B)( ([A-Za-z0-9]+|"` + strings.Replace(char, " -", " !#-", 1) + `*"))*$`)
	text := regexp.MustCompile(`^` + char + `+$`)
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		ordered := strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'")
		if ordered && !macro.MatchString(line) || !ordered && !text.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// manual is the whole of docs/beredskab.1.
func manual() string {
	root := newCLI().root()
	var out strings.Builder
	out.WriteString(".TH BEREDSKAB 1 \"\" beredskab \"User commands\"\n.SH NAME\n")
	out.WriteString(`beredskab \- ` + roff(strings.ToLower(root.Short[:1])+root.Short[1:]) + "\n")
	out.WriteString(".SH SYNOPSIS\n.B beredskab\n" + roff("[FLAG…] COMMAND [WORD…]") + "\n")
	out.WriteString(".SH DESCRIPTION\n" + roff(`Keeps a municipality's ikt-beredskabsplan as versioned files, runs its recovery drills and RTO checks on schedule, `+
		`asks the right people to confirm, and writes what happened into a register that nobody can quietly change. `+
		`Results go to standard output, everything else to standard error. The page below names every command; each tells the same with --help.`) + "\n")
	out.WriteString(".SH COMMANDS\n")
	for _, cmd := range root.Commands() {
		manualCommand(&out, cmd)
	}
	out.WriteString(".SH OPTIONS\nThese are taken by every command.\n")
	manualFlags(&out, root.PersistentFlags())
	out.WriteString(".SH EXIT STATUS\n")
	for _, e := range exitCodes() {
		fmt.Fprintf(&out, ".TP\n.B %d\n%s\n", e.code, roff(e.meaning))
	}
	for _, section := range []struct {
		title string
		rows  [][2]string
	}{
		{"ENVIRONMENT", [][2]string{{"BEREDSKAB_…", "a setting; `beredskab config show --origin` lists all with where they come from"}}},
		{"FILES", [][2]string{
			{"/etc/beredskab/beredskab.yaml", "settings of the packaged server"},
			{"/etc/beredskab/actions.yaml", "catalogue of the commands that plans may name"},
			{"/var/lib/beredskab", "state of the packaged server: register, keys, spool"},
			{"/usr/share/doc/beredskab/operate.md", "the operator's guide"},
		}},
	} {
		out.WriteString(".SH " + section.title + "\n")
		for _, row := range section.rows {
			fmt.Fprintf(&out, ".TP\n.B \"%s\"\n%s\n", roff(row[0]), roff(row[1]))
		}
	}
	return out.String()
}

func manualCommand(out *strings.Builder, cmd *cobra.Command) {
	if cmd.Hidden {
		return
	}
	if !grouping(cmd) {
		manualUse(out, cmd)
	}
	for _, sub := range cmd.Commands() {
		manualCommand(out, sub)
	}
}

func manualUse(out *strings.Builder, cmd *cobra.Command) {
	fmt.Fprintf(out, ".SS \"%s\"\n%s.\n", roff(cmd.UseLine()), roff(strings.TrimSuffix(cmd.Short, ".")))
	if cmd.Long != "" {
		fmt.Fprintf(out, ".PP\n%s\n", roff(cmd.Long))
	}
	manualFlags(out, cmd.LocalNonPersistentFlags())
	if cmd.Example != "" {
		out.WriteString(".PP\nFor example:\n.EX\n")
		for line := range strings.Lines(cmd.Example) {
			out.WriteString(roff("    $ "+strings.TrimSpace(line)) + "\n")
		}
		out.WriteString(".EE\n")
	}
}

func manualFlags(out *strings.Builder, flags *pflag.FlagSet) {
	eachFlag(flags, func(names []string, meaning string) {
		fmt.Fprintf(out, ".TP\n.B \"%s\"\n%s\n", roff(strings.Join(names, ", ")), roff(meaning))
	})
}

// roff writes text so that a formatter shows it as it stands, whatever its locale.
func roff(text string) string {
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		if line == "" {
			out.WriteString(".PP")
		}
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			out.WriteString(`\&`)
		}
		for _, r := range line {
			switch {
			case r == '\\':
				out.WriteString(`\e`)
			case r == '-':
				out.WriteString(`\-`)
			case r == '"' || r == '`' || r == '\'' || r == '^' || r == '~' || r > '~':
				fmt.Fprintf(&out, `\[u%04X]`, r)
			default:
				out.WriteRune(r)
			}
		}
	}
	return out.String()
}
