package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/folder"
)

// strict makes every command refuse what it does not understand as wrong use,
// and name what was most likely meant.
func strict(cmd *cobra.Command) {
	judge := cmd.Args
	if judge == nil {
		judge = cobra.NoArgs
	}
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.RunE, judge = strayed, cobra.ArbitraryArgs
		cmd.DisableFlagsInUseLine = true
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if err := judge(cmd, args); err != nil {
			return usage("%v; write: %s", err, cmd.UseLine())
		}
		return nil
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

// strayed runs where a verb was expected and none was recognised.
func strayed(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	names := []string{}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return usage("there is no command \"%s %s\"%s `%s --help` lists all", cmd.CommandPath(), args[0], folder.Meant(args[0], names), cmd.CommandPath())
}

// help is the command that shows the help of another.
func help() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND…]", Short: "Show the help of a command", Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return strayed(found, rest)
			}
			return found.Help()
		},
	}
}

// exitTable is the table of exit codes as text.
func exitTable() string {
	var out strings.Builder
	for _, e := range exitCodes() {
		fmt.Fprintf(&out, "  %3d  %s\n", e.code, e.meaning)
	}
	return out.String()
}
