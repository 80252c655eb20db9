package action

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The types of a parameter, for probes and catalogue entries alike.
const (
	typeString   = "string"
	typeInt      = "int"
	typeBool     = "bool"
	typeDuration = "duration"
	typeEnum     = "enum"
	typePath     = "path"
)

// maxValue is the longest value that a parameter may have unless its entry says otherwise, in characters.
const maxValue = 256

// param declares one parameter of a catalogue entry or a probe.
type param struct {
	Type      string   `yaml:"type"`
	Pattern   string   `yaml:"pattern,omitempty"` // must match the whole value
	Values    []string `yaml:"values,omitempty"`  // of an enum
	MaxLength int      `yaml:"max_length,omitempty"`
	Under     string   `yaml:"under,omitempty"`      // a path lies below this folder
	AllowDash bool     `yaml:"allow_dash,omitempty"` // the value may begin with "-"
	Default   string   `yaml:"default,omitempty"`
	Optional  bool     `yaml:"-"` // probes only: an entry's parameter is optional when it has a default
}

// values are checked parameters; the accessors may assume that they parse.
type values map[string]string

func (v values) integer(name string) int {
	n, _ := strconv.Atoi(v[name])
	return n
}

func (v values) duration(name string) time.Duration {
	d, _ := time.ParseDuration(v[name])
	return d
}

func (v values) flag(name string) bool { return v[name] == "true" }

// checkValues compares what the plan gives with what is declared. The result holds the defaults too.
func checkValues(declared map[string]param, with map[string]string) (values, []Problem) {
	checked := values{}
	var problems []Problem
	for _, name := range sortedKeys(with) {
		p, known := declared[name]
		if !known {
			problems = append(problems, Problem{name, unknownText("parameter", name, sortedKeys(declared))})
			continue
		}
		if wrong := p.check(with[name]); wrong != "" {
			problems = append(problems, Problem{name, wrong})
		}
		checked[name] = with[name]
	}
	for _, name := range sortedKeys(declared) {
		if _, given := with[name]; given {
			continue
		}
		switch p := declared[name]; {
		case p.Default != "":
			checked[name] = p.Default
		case !p.Optional:
			problems = append(problems, Problem{name, fmt.Sprintf("is missing; write %s: %s", name, p.example())})
		}
	}
	return checked, problems
}

// check says what is wrong with a value, or nothing.
func (p param) check(value string) string {
	switch {
	case value == "":
		return "is empty; write " + p.example()
	case !utf8.ValidString(value):
		return "is not valid UTF-8"
	case strings.ContainsRune(value, 0):
		return "holds a NUL character, which no argument can carry"
	case strings.HasPrefix(value, "-") && !p.AllowDash && p.Type != typeInt && p.Type != typeDuration:
		return `begins with "-", which a command may read as an option; the catalogue can allow it with allow_dash: true`
	}
	longest := p.MaxLength
	if longest == 0 {
		longest = maxValue
	}
	if n := utf8.RuneCountInString(value); n > longest {
		return fmt.Sprintf("has %d characters; at most %d are allowed", n, longest)
	}
	if wrong := p.checkType(value); wrong != "" {
		return wrong
	}
	if p.Pattern != "" && !regexp.MustCompile(`\A(?:`+p.Pattern+`)\z`).MatchString(value) {
		return fmt.Sprintf("is %s, which does not match %s", quote(value), p.Pattern)
	}
	return ""
}

func (p param) checkType(value string) string {
	switch p.Type {
	case typeInt:
		n, err := strconv.Atoi(value)
		if err != nil || strconv.Itoa(n) != value {
			return fmt.Sprintf("is %s; write a whole number such as 30", quote(value))
		}
		if n < 0 && !p.AllowDash {
			return fmt.Sprintf("is %d; write a number from 0 up", n)
		}
	case typeBool:
		if value != "true" && value != "false" {
			return fmt.Sprintf("is %s; write true or false", quote(value))
		}
	case typeDuration:
		if d, err := time.ParseDuration(value); err != nil || d <= 0 {
			return fmt.Sprintf("is %s; write a duration above zero such as 30s, 90m or 36h", quote(value))
		}
	case typeEnum:
		if !slices.Contains(p.Values, value) {
			return unknownText("value", value, p.Values)
		}
	case typePath:
		return p.checkPath(value)
	}
	return ""
}

// checkPath looks at the text and, where the path exists already, at where its symbolic links lead.
func (p param) checkPath(value string) string {
	if !filepath.IsAbs(value) || filepath.Clean(value) != value {
		return fmt.Sprintf("is %s; write a clean absolute path below %s", quote(value), p.Under)
	}
	if !within(p.Under, value) {
		return fmt.Sprintf("is %s, which is not below %s", quote(value), p.Under)
	}
	root, err := filepath.EvalSymlinks(p.Under)
	if err != nil {
		return fmt.Sprintf("cannot be checked: the folder %s cannot be read", p.Under)
	}
	for at := value; within(p.Under, at); at = filepath.Dir(at) {
		real, err := filepath.EvalSymlinks(at)
		if err != nil {
			continue
		}
		if real != root && !within(root, real) {
			return fmt.Sprintf("is %s, which a symbolic link leads out of %s", quote(value), p.Under)
		}
		break
	}
	return ""
}

// within says whether path lies below dir. Both are clean.
func within(dir, path string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(filepath.Clean(dir), "/")+"/")
}

func (p param) example() string {
	switch p.Type {
	case typeInt:
		return "30"
	case typeBool:
		return "true"
	case typeDuration:
		return "30s"
	case typeEnum:
		return strings.Join(p.Values, " or ")
	case typePath:
		return "a path below " + p.Under
	}
	return "a text"
}

// quote shows a value of a plan in a message, shortened and with control characters visible.
func quote(value string) string {
	if r := []rune(value); len(r) > 60 {
		value = string(r[:59]) + "…"
	}
	return strconv.Quote(value)
}

// unknownText names the nearest known word, or all of them when none is near.
func unknownText(kind, word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := distance(strings.ToLower(word), k); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("there is no %s %s; did you mean %s?", kind, quote(word), best)
	}
	if len(known) == 0 {
		return fmt.Sprintf("there is no %s %s; none is known here", kind, quote(word))
	}
	return fmt.Sprintf("there is no %s %s; write one of %s", kind, quote(word), strings.Join(known, ", "))
}

// distance is the Levenshtein distance in bytes, which is enough for names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
