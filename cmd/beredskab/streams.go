package main

import (
	"io"
	"os"

	"github.com/mattn/go-isatty"
)

// streams are what a command reads and writes, and what it may know about them.
// Results go to out; progress, hints and warnings go to err.
type streams struct {
	in       io.Reader
	out, err io.Writer
	// prompt tells whether a person can be asked; live is false when the output
	// is no terminal, and then nothing moves and nothing is coloured.
	prompt, live bool
	environ      func(string) (string, bool)
	workDir      string
}

func terminal() streams {
	dir, _ := os.Getwd() // without it, relative paths fail one by one with their own text
	return streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.LookupEnv, workDir: dir,
		prompt: isatty.IsTerminal(os.Stdin.Fd()) && isatty.IsTerminal(os.Stderr.Fd()),
		live:   isatty.IsTerminal(os.Stdout.Fd()),
	}
}
