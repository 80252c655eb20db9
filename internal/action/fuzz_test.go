package action

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParams: a value that passes is one that a command can be given as it
// stands; one that does not is told in a short printable line.
func FuzzParams(f *testing.F) {
	for _, value := range []string{
		"esdh", "-rf", "--", "0", "-5", "007", "true", "TRUE", "30s", "-1s", "1e9h", "nan", "/srv/data/x", "/srv/data/../etc", "/srv/data", "/srv/database",
		"", "a\x00b", "\xff", strings.Repeat("å", 257), "$(id)", "`id`", "a\nb", "\u202e", "test", "produktion",
	} {
		for _, kind := range []string{typeString, typeInt, typeBool, typeDuration, typeEnum, typePath} {
			f.Add(kind, value, false)
		}
	}
	f.Fuzz(func(t *testing.T, kind, value string, dash bool) {
		declared := map[string]param{"p": {Type: kind, Values: []string{"test", "produktion"}, Under: "/srv/data", AllowDash: dash}}
		checked, problems := checkValues(declared, map[string]string{"p": value})
		for _, problem := range problems {
			if problem.Param != "p" || problem.Text == "" || len(problem.Text) > 1000 || strings.ContainsAny(problem.Text, "\x00\n\x1b") {
				t.Errorf("%q: %q", value, problem)
			}
		}
		if len(problems) > 0 {
			return
		}
		if checked["p"] != value || value == "" || !utf8.ValidString(value) || strings.ContainsRune(value, 0) || utf8.RuneCountInString(value) > maxValue {
			t.Errorf("%q passes as %q", value, checked["p"])
		}
		if kind != typeInt && strings.HasPrefix(value, "-") && !dash {
			t.Errorf("%q passes and may be read as an option", value)
		}
		if kind == typePath && (filepath.Clean(value) != value || !strings.HasPrefix(value, "/srv/data/")) {
			t.Errorf("%q passes and is not below /srv/data", value)
		}
		if kind == typeDuration && checked.duration("p") <= 0 || kind == typeInt && !dash && checked.integer("p") < 0 {
			t.Errorf("%q passes as a %s", value, kind)
		}
	})
}

// FuzzCatalogue: a file is refused with where and what, or every entry of it is
// one that can be carried out without a shell.
func FuzzCatalogue(f *testing.F) {
	for _, text := range []string{
		good, good + good, "", "  - id: a", "  - {id: a, exec: /bin/true, args: [\"${a}\", \"x${a}\"], params: {a: {type: string, pattern: \"(\"}}, timeout: 1h}",
		strings.Replace(good, "/bin/true", "/bin/../bin/true", 1), strings.Replace(good, "timeout: 3h", "timeout: 3h\n    env: [A=file:/x, PATH]\n    fence: all", 1),
		"  - &a [*a]", "  - id: \"\\ud800\"", strings.Replace(good, "{type: string}", "{type: path, under: /, default: -x}", 1),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "/dev") || strings.Contains(text, "/proc") || strings.Contains(text, "/sys") {
			return // reading those tells about this machine
		}
		c, err := catalogue(t, text)
		if err != nil {
			if err.Error() == "" || len(err.Error()) > 10_000+100*len(text) {
				t.Errorf("a problem of %d bytes", len(err.Error()))
			}
			return
		}
		for id, e := range c.entries {
			if id == "" || e.ID != id || !filepath.IsAbs(e.Exec) || e.longest <= 0 || e.Description == "" || e.program.sum == "" {
				t.Errorf("%+v", e)
			}
			for _, arg := range e.Args {
				if name, whole := placeholder(arg); strings.ContainsRune(arg, 0) || strings.Contains(arg, "${") && (!whole || e.Params[name].Type == "") {
					t.Errorf("argument %q of %s", arg, id)
				}
			}
		}
	})
}
