package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// command is one line of a page's shell block, with the exit code that the
// block promises.
type command struct {
	line string
	exit int
}

// commandsOf reads the shell blocks of a page: ```sh, or ```sh exit=3.
func commandsOf(t *testing.T, page string) (list []command) {
	t.Helper()
	file, err := os.Open(filepath.Join("../..", page))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	inside, exit := false, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "```sh"):
			inside, exit = true, 0
			if _, err := fmt.Sscanf(line, "```sh exit=%d", &exit); err != nil {
				exit = 0 // the block promises nothing else
			}
		case strings.HasPrefix(line, "```"):
			inside = false
		case inside && line != "":
			list = append(list, command{line, exit})
		}
	}
	return list
}

// words splits a command line as a shell does, as far as the pages need it.
func words(line string) (list []string) {
	for _, found := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		list = append(list, found[1]+found[2])
	}
	return list
}

// Every command of these pages works, in this order, in an empty folder.
func TestPagesToFollow(t *testing.T) {
	for page, least := range map[string]int{"docs/first-steps.md": 10, "docs/reports.md": 10, "docs/channels.md": 5} {
		t.Run(page, func(t *testing.T) { walkPage(t, page, least) })
	}
}

// walkPage runs the commands of a page that has so many at least.
func walkPage(t *testing.T, page string, least int) {
	t.Helper()
	dir := t.TempDir()
	list := commandsOf(t, page)
	if len(list) < least {
		t.Fatalf("only %d commands were found on the page", len(list))
	}
	for _, c := range list {
		// The page is written in one year, and walked in this one.
		args := words(strings.ReplaceAll(c.line, "2026", strconv.Itoa(time.Now().Year())))
		if args[0] != "beredskab" {
			t.Fatalf("%q: the page calls another program", c.line)
		}
		code, out, text := say(t, dir, args[1:]...)
		if code != c.exit {
			t.Errorf("%s\nexit %d, the page says %d\n%s%s", c.line, code, c.exit, out, text)
		}
	}
}

// The README's two commands are targets of the Makefile; what they run is run
// by other tests: the demo by TestDemoHoldsARealDrill, the tests by being run.
func TestReadmeCommands(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	list := commandsOf(t, "README.md")
	if len(list) != 2 {
		t.Errorf("the README has %d commands, two are wanted", len(list))
	}
	for _, c := range list {
		target, ok := strings.CutPrefix(c.line, "make ")
		if !ok || !bytes.Contains(makefile, []byte("\n"+target+":")) {
			t.Errorf("%q is no target of the Makefile", c.line)
		}
	}
	if !bytes.Contains(makefile, []byte("\tbin/beredskab demo\n")) {
		t.Error("make demo does not run `beredskab demo`")
	}
}

// picture makes docs/demo.svg anew from a demo that is held now: go test
// ./cmd/beredskab -run TestPicture -picture
var picture = flag.Bool("picture", false, "make docs/demo.svg from a demo held now")

func TestPicture(t *testing.T) {
	const file = "../../docs/demo.svg"
	if *picture {
		dir := filepath.Join(t.TempDir(), "demo")
		_, out, progress := say(t, t.TempDir(), "demo", "--once", "--dir", dir)
		_, steps, ok := strings.Cut(progress, "/sundhed\n")
		steps, _, found := strings.Cut(steps, "\n\n")
		if !ok || !found {
			t.Fatal(progress)
		}
		if err := os.WriteFile(file, terminalPicture("beredskab demo --once", steps+"\n"+strings.TrimRight(out, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	svg, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"DRILL", "Verdict", "RTA", "RPA", "systemejer"} {
		if !bytes.Contains(svg, []byte(part)) {
			t.Errorf("the picture does not show %q; make it anew with -picture", part)
		}
	}
}

// terminalPicture draws lines of text as a terminal shows them.
func terminalPicture(prompt, text string) []byte {
	lines := append([]string{"$ " + prompt}, strings.Split(text, "\n")...)
	const lineHeight, width = 19, 860
	height := lineHeight*len(lines) + 40
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="A restore drill in the terminal">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="#14202b"/>`+"\n", width, height)
	fmt.Fprintln(&b, `<g font-family="DejaVu Sans Mono, Consolas, Menlo, monospace" font-size="13" xml:space="preserve">`)
	for i, line := range lines {
		colour := "#d6e2ea"
		switch {
		case strings.Contains(line, "✓"), strings.Contains(line, "passed"):
			colour = "#8fd694"
		case strings.Contains(line, "✗"):
			colour = "#ff9b9b"
		case strings.Contains(line, "?"), i == 0:
			colour = "#ffd479"
		}
		fmt.Fprintf(&b, `<text x="20" y="%d" fill="%s">%s</text>`+"\n", 32+i*lineHeight, colour, html.EscapeString(strings.TrimRight(line, " ")))
	}
	fmt.Fprintln(&b, "</g>\n</svg>")
	return b.Bytes()
}
