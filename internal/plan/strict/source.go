// Package strict reads YAML into Go values and takes nothing on trust: every
// problem at once, each at its line and column with what to write instead, no
// aliases, tags, unknown or double keys, no secrets (ASVS 1.5.2, R18). It is the
// part of package plan that knows no plans.
package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// MaxBytes and the limits below hold for one file (spec/reliability.md 4.3 rule 8).
const (
	MaxBytes = 1 << 20
	maxNodes = 10_000
	maxDepth = 50
)

// Reading is one file being read: its text, its tree and the problems so far.
type Reading struct {
	File     string
	Problems Problems

	src  []byte
	root *yaml.Node // the node at the top, below the document node

	advise Advice
}

// Reread makes the tree of a text again, to tell of problems that show only
// beside other files; those of the text itself are left out.
func Reread(file string, src []byte) *Reading {
	r := &Reading{File: file, src: src}
	r.open()
	r.Problems = nil
	if r.root == nil {
		r.root = new(yaml.Node)
	}
	return r
}

// open checks the text itself and makes the tree; false when there is nothing
// to go on with. No text makes it panic.
func (r *Reading) open() bool {
	r.src = bytes.TrimPrefix(r.src, []byte("\ufeff"))
	switch {
	case len(r.src) > MaxBytes:
		r.at(0, 0, 0, "BP002", fmt.Sprintf("the file is %d bytes; at most 1 MiB is read", len(r.src)),
			"split it: one file holds one system")
		return false
	case !utf8.Valid(r.src):
		line, column := place(r.src, invalidByte(r.src))
		r.at(line, column, 1, "BP004", "the text is not UTF-8", "save the file as UTF-8")
		return false
	}
	if !r.scanCharacters() {
		return false
	}
	r.scanTabs()
	return r.load()
}

// scanCharacters refuses what a reader cannot see: control characters, and
// those that turn the writing direction and so hide what a line says. False when
// one of them is a line break to YAML and to nobody else: all later lines would
// be counted wrong.
func (r *Reading) scanCharacters() (countable bool) {
	countable = true
	for i := 0; i < len(r.src) && !r.fullyTold(); {
		c := r.src[i]
		if c < utf8.RuneSelf && c >= ' ' && c != 0x7f || c == '\n' {
			i++
			continue
		}
		char, size := utf8.DecodeRune(r.src[i:])
		if c != '\t' && forbidden(char) && !(c == '\r' && i+1 < len(r.src) && r.src[i+1] == '\n') {
			line, column := place(r.src, i)
			r.at(line, column, 1, "BP004", fmt.Sprintf("the invisible character U+%04X may not stand in a plan", char),
				"delete the character; an ordinary space or line break says the same")
			countable = countable && char != '\r' && char != 0x85 && char != 0x2028 && char != 0x2029
		}
		i += size
	}
	return countable && !r.fullyTold()
}

// forbidden tells control characters and the invisible ones that change the
// direction or the look of text.
func forbidden(char rune) bool {
	switch {
	case char == '\n':
		return false
	case char < ' ', char >= 0x7f && char <= 0x9f:
		return true
	case char >= 0x202a && char <= 0x202e, char >= 0x2066 && char <= 0x2069:
		return true
	case char >= 0x200b && char <= 0x200f, char == 0x061c, char == 0x2028, char == 0x2029, char == 0xfeff, char == 0x2060:
		return true
	default:
		return false
	}
}

// scanTabs refuses tabs before the first word of a line, which look like some
// number of spaces to the writer and like an error to YAML.
func (r *Reading) scanTabs() {
	if bytes.IndexByte(r.src, '\t') < 0 {
		return
	}
	number := 0
	for line := range bytes.Lines(r.src) {
		number++
		if r.fullyTold() {
			return
		}
		indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
		tab := bytes.IndexByte(indent, '\t')
		if tab < 0 || len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		r.at(number, tab+1, 1, "BP005", "a tab indents this line", "indent with two spaces for each level")
	}
}

// load makes the tree of the one document.
func (r *Reading) load() bool {
	loader, err := yaml.NewLoader(bytes.NewReader(r.src))
	if err != nil {
		r.at(0, 0, 0, "BP001", err.Error(), "this is a fault of the program; please report it")
		return false
	}
	var document, second yaml.Node
	if err := loader.Load(&document); err != nil || len(document.Content) == 0 {
		r.unreadable(err)
		return false
	}
	r.root = document.Content[0]
	switch err := loader.Load(&second); {
	case err == nil:
		r.at(second.Line, second.Column, 3, "BP008", "a second document begins here",
			"one file holds one document: delete the line --- or move what follows to a file of its own")
	case !errors.Is(err, io.EOF):
		r.unreadable(err)
		return false
	}
	return true
}

// unreadable turns what the YAML library says into words for people who do not
// know YAML's terms.
func (r *Reading) unreadable(err error) {
	var failure *yaml.LoadError
	switch {
	case err == nil, errors.Is(err, io.EOF):
		r.at(1, 1, 1, "BP009", "the file is empty", "write a plan, or delete the file")
		return
	case !errors.As(err, &failure):
		r.at(1, 1, 1, "BP001", "the file cannot be read as YAML: "+err.Error(), "check indentation, quotes and brackets")
		return
	}
	code, mark, message, hint := explainSyntax(failure)
	line, column := max(1, mark.Line), max(1, mark.Column)
	for _, p := range r.Problems {
		if p.Line == line {
			return // The cause is already told, in better words.
		}
	}
	r.at(line, column, 1, code, message, hint)
}

func explainSyntax(failure *yaml.LoadError) (code string, mark yaml.Mark, message, hint string) {
	code, mark = "BP001", failure.Mark
	says := func(part string) bool { return strings.Contains(failure.Message, part) }
	within := func(part string) bool { return strings.Contains(failure.ContextMsg, part) }
	switch {
	case says("unknown anchor"):
		return "BP006", mark, "an alias (*) may not stand in a plan", "write the text out, or put it in quotes"
	case within("flow sequence"):
		return code, failure.ContextMark, "the list that begins with [ is never closed", "close it with ] and put commas between the items"
	case within("flow mapping"):
		return code, failure.ContextMark, "the group that begins with { is never closed", "close it with } and put commas between the keys"
	case within("flow node") || says("node content") && mark.Line > 0 && !within("block"):
		return code, mark, "a value is missing here, or a bracket above is never closed", "write the value, and close [ with ] and { with }"
	case within("quoted scalar") && says("end of stream"):
		return code, failure.ContextMark, "the text that begins with a quote is never closed", "end it with the same quote"
	case says("unknown escape"):
		return code, mark, "a backslash in double quotes begins an escape that does not exist", `write \\ for a backslash, or use single quotes`
	case says("mapping values are not allowed"):
		return code, mark, "a colon stands where no key can be", `put text that holds ": " in quotes, and check the indentation of this line`
	case says("could not find expected ':'"):
		return code, failure.ContextMark, "this line has no colon", "write key: value"
	case says("cannot start any token"):
		return code, mark, "text may not begin with this character", "put the text in quotes"
	case says("expected '-' indicator"):
		return code, mark, "this line stands where a list item was expected", `begin it with "- ", or move it to the left`
	case says("did not find expected key"):
		return code, mark, "this line does not fit the lines above", "align it with the keys that it belongs to, and close what is open above"
	case says("exceeded max depth"):
		return "BP010", mark, "the file is nested too deeply", "a plan needs fewer than ten levels"
	default:
		return code, mark, "the file cannot be read as YAML here: " + failure.Message, "check indentation, quotes and brackets"
	}
}

// place is the line and column of a byte offset, both from 1, in characters.
func place(src []byte, offset int) (line, column int) {
	before := src[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

func invalidByte(src []byte) int {
	for i := 0; i < len(src); {
		char, size := utf8.DecodeRune(src[i:])
		if char == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return 0
}
