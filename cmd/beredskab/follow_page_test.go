package main

import (
	"regexp"
	"strings"
	"testing"
)

// Every command of the page about what follows a run works, in this order, in an
// empty folder. What the page calls by a name, the commands before have printed.
func TestFollowUpPage(t *testing.T) {
	dir, names := t.TempDir(), map[string]string{"RUN": "", "SEEN": "", "HASH": ""}
	printed := map[string]*regexp.Regexp{
		"RUN": regexp.MustCompile(`(?m)^(\d{4}-\d+)  `), "SEEN": regexp.MustCompile(`(?m)^seen: (\w{12})$`), "HASH": regexp.MustCompile(`sha256 (\w{12})`),
	}
	list := commandsOf(t, "docs/follow-up.md")
	if len(list) < 20 {
		t.Fatalf("only %d commands were found on the page", len(list))
	}
	for _, c := range list {
		args := words(c.line)
		for i := range args {
			for name, value := range names {
				args[i] = strings.ReplaceAll(args[i], "$"+name, value)
			}
		}
		code, out, text := say(t, dir, args[1:]...)
		if code != c.exit {
			t.Fatalf("%s\nexit %d, the page says %d\n%s%s", c.line, code, c.exit, out, text)
		}
		for name, form := range printed {
			if found := form.FindStringSubmatch(out); found != nil && (name != "RUN" || names[name] == "") {
				names[name] = found[1]
			}
		}
	}
}
