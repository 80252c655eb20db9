package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"beredskab/cmd/beredskab/people"
)

// commandsFile is the reference that is generated from the commands themselves.
const commandsFile = "../../docs/commands.md"

// permissionsFile is the permission matrix for people to read.
const permissionsFile = "../../docs/permissions.md"

var update = flag.Bool("update", false, "write docs/commands.md, docs/beredskab.1 and docs/permissions.md anew")

// TestCommandsAreDocumented keeps docs/commands.md, the manual page and
// docs/permissions.md what the program says of itself. Write them anew with:
// go test ./cmd/beredskab -run Documented -update
func TestCommandsAreDocumented(t *testing.T) {
	for file, want := range map[string]string{commandsFile: reference(), manualFile: manual(), permissionsFile: people.Permissions()} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the commands say; run: go test ./cmd/beredskab -run Documented -update", file)
		}
	}
}

func newCLI() *cli {
	return &cli{
		flags: map[string]string{}, streams: streams{
			in: strings.NewReader(""), out: io.Discard, err: io.Discard, environ: func(string) (string, bool) { return "", false }, workDir: "/",
		},
	}
}

// reference is the whole of docs/commands.md.
func reference() string {
	root := newCLI().root()
	var out strings.Builder
	out.WriteString("# Commands\n\n<!-- generated from the commands themselves by cmd/beredskab/docs_test.go; do not edit -->\n\n")
	fmt.Fprintf(&out, "%s. Results go to standard output, everything else to standard error.\n\n", root.Short)
	out.WriteString("## Exit codes\n\nA code that is not listed means failure.\n\n| code | meaning |\n| --- | --- |\n")
	for _, e := range exitCodes() {
		fmt.Fprintf(&out, "| %d | %s |\n", e.code, e.meaning)
	}
	out.WriteString("\n## Flags of every command\n\n")
	flagTable(&out, root.PersistentFlags())
	for _, cmd := range root.Commands() {
		describe(&out, cmd, "##")
	}
	return out.String()
}

func describe(out *strings.Builder, cmd *cobra.Command, level string) {
	if cmd.Hidden {
		return
	}
	fmt.Fprintf(out, "\n%s %s\n\n%s.\n", level, cmd.CommandPath(), strings.TrimSuffix(cmd.Short, "."))
	if !grouping(cmd) {
		describeUse(out, cmd)
	}
	for _, sub := range cmd.Commands() {
		describe(out, sub, "###")
	}
}

// grouping says that a command only groups others: what strict answers for it.
func grouping(cmd *cobra.Command) bool { return cmd.HasSubCommands() && cmd.DisableFlagsInUseLine }

func describeUse(out *strings.Builder, cmd *cobra.Command) {
	fmt.Fprintf(out, "\n    %s\n", cmd.UseLine())
	if cmd.Long != "" {
		fmt.Fprintf(out, "\n%s\n", cmd.Long)
	}
	if cmd.LocalNonPersistentFlags().HasAvailableFlags() {
		out.WriteString("\n")
		flagTable(out, cmd.LocalNonPersistentFlags())
	}
	if cmd.Example != "" {
		fmt.Fprintf(out, "\nFor example:\n\n")
		for line := range strings.Lines(cmd.Example) {
			out.WriteString("    " + strings.TrimLeft(line, " "))
		}
		out.WriteString("\n")
	}
}

func flagTable(out *strings.Builder, flags *pflag.FlagSet) {
	out.WriteString("| flag | meaning |\n| --- | --- |\n")
	eachFlag(flags, func(names []string, meaning string) {
		fmt.Fprintf(out, "| `%s` | %s |\n", strings.Join(names, "`, `"), strings.ReplaceAll(meaning, "|", "\\|"))
	})
}

// eachFlag tells how each flag is written, and what it means.
func eachFlag(flags *pflag.FlagSet, tell func(names []string, meaning string)) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		names := []string{"--" + f.Name}
		if f.Shorthand != "" {
			names = []string{"-" + f.Shorthand, "--" + f.Name}
		}
		meaning := f.Usage
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" && !strings.Contains(meaning, "default") {
			meaning += " (default " + f.DefValue + ")"
		}
		tell(names, meaning)
	})
}

// Every command says what it is for and takes care of its words itself.
func TestCommandsHelpThemselves(t *testing.T) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Short == "" && !cmd.Hidden {
			t.Errorf("%s does not say what it is for", cmd.CommandPath())
		}
		if err := cmd.Args(cmd, []string{"a", "b", "c", "d", "e", "f"}); err != nil && codeOf(err) != 2 {
			t.Errorf("%s: too many words end with %d, want 2", cmd.CommandPath(), codeOf(err))
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(newCLI().root())
}
