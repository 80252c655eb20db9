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
)

// commandsFile is the reference that is generated from the commands themselves.
const commandsFile = "../../docs/commands.md"

var update = flag.Bool("update", false, "write docs/commands.md anew")

// TestCommandsAreDocumented keeps docs/commands.md what the program says of
// itself. Write it anew with: go test ./cmd/beredskab -run Documented -update
func TestCommandsAreDocumented(t *testing.T) {
	want := reference()
	if *update {
		if err := os.WriteFile(commandsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(commandsFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the commands say; run: go test ./cmd/beredskab -run Documented -update", commandsFile)
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
	if cmd.HasSubCommands() {
		for _, sub := range cmd.Commands() {
			describe(out, sub, "###")
		}
		return
	}
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
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name := "`--" + f.Name + "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		meaning := strings.ReplaceAll(f.Usage, "|", "\\|")
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" && !strings.Contains(meaning, "default") {
			meaning += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(out, "| %s | %s |\n", name, meaning)
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
