package main

import (
	"regexp"
	"strings"
	"testing"
)

// Every command of the page about documents works, in this order, in an empty folder.
func TestDocumentsPage(t *testing.T) {
	dir, seen := t.TempDir(), ""
	list := commandsOf(t, "docs/documents.md")
	if len(list) < 20 {
		t.Fatalf("only %d commands were found on the page", len(list))
	}
	for _, c := range list {
		args := words(strings.ReplaceAll(c.line, "$SEEN", seen))
		code, out, text := say(t, dir, args[1:]...)
		if code != c.exit {
			t.Fatalf("%s\nexit %d, the page says %d\n%s%s", c.line, code, c.exit, out, text)
		}
		if found := regexp.MustCompile(`(?m)^seen: (\w{12})$`).FindStringSubmatch(out); found != nil {
			seen = found[1]
		}
	}
}
