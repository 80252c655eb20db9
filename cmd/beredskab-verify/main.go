// Command beredskab-verify checks a log that beredskab exported, without the
// server, its database or a network. It is written a second time, with the
// standard library alone, so that a fault in the server's own code cannot hide
// what was done to the log. docs/audit.md describes what it reads.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

const usage = `Usage: beredskab-verify [--key KEY]... [--checkpoint FILE]... [--json] [FILE]
Checks the export of a log in FILE, or on standard input.
  --key KEY          the log's first public key, as its keeper gave it to you;
                     without it that of the export itself is believed
  --checkpoint FILE  a checkpoint that you received earlier: the log must contain it
  --json             say the result as JSON
Exit status: 0 all is as it was signed, 1 it is not, 2 it could not be checked.
`

// report is what was found, and how JSON says it.
type report struct {
	Schema      string   `json:"schema"`
	OK          bool     `json:"ok"`
	Problem     string   `json:"problem"`
	Line        int      `json:"line"` // the last one read
	Origin      string   `json:"origin"`
	Keys        []string `json:"keys"`
	KeyIsGiven  bool     `json:"keyIsGiven"` // else it was taken from the export
	Entries     uint64   `json:"entries"`
	Root        string   `json:"root"`
	Checkpoints int      `json:"checkpoints"`
	Outside     int      `json:"outside"` // of --checkpoint, that the log contains
	Texts       int      `json:"texts"`
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, in io.Reader, out, errs io.Writer) int {
	x := export{report: report{Schema: "beredskab.verify.v1"}}
	flags := flag.NewFlagSet("beredskab-verify", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() { fmt.Fprint(errs, usage) }
	asJSON := flags.Bool("json", false, "")
	flags.Func("key", "", func(text string) error { x.Keys = append(x.Keys, text); return nil })
	flags.Func("checkpoint", "", func(name string) error {
		text, err := os.ReadFile(name)
		x.outside = append(x.outside, strings.ReplaceAll(string(text), "\r\n", "\n"))
		_, none := sizeOf(x.outside[len(x.outside)-1])
		return cmp.Or(err, none)
	})
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err == nil && flags.NArg() > 1:
		err = errors.New("there is more than one file to check")
	case err == nil && flags.NArg() == 1:
		var file *os.File
		file, err = os.Open(flags.Arg(0))
		defer func() { _ = file.Close() }()
		in = file
	}
	if err == nil {
		err = x.read(in)
	}
	if err == nil && *asJSON {
		err = json.NewEncoder(out).Encode(x.report)
	} else if err == nil {
		_, err = io.WriteString(out, x.sentences())
	}
	switch {
	case err != nil:
		fmt.Fprintf(errs, "beredskab-verify: this could not be checked: %v\n", err)
		return 2
	case !x.OK:
		return 1
	}
	return 0
}

// sentences is the report for people.
func (r *report) sentences() (s string) {
	if !r.KeyIsGiven {
		s = "WARNING: The key was taken from the export itself, and may be of whoever wrote that.\n" +
			"Ask the keeper of the log for the key in another way, and give it with --key.\n"
	}
	if !r.OK {
		return s + fmt.Sprintf("NOT AS SIGNED: the log of %s. Line %d: %s.\n", r.Origin, r.Line, r.Problem)
	}
	s += fmt.Sprintf("The log of %s has %d entries, all as they were signed. Its root is %s.\n"+
		"%d checkpoints of the export fit, %d kept outside, and %d texts.\n", r.Origin, r.Entries, r.Root, r.Checkpoints, r.Outside, r.Texts)
	if r.Outside == 0 {
		s += "No checkpoint kept outside was given: a log that its keeper wrote anew would look the same.\n"
	}
	return s
}
