package strict

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Rewrite puts new values, by their path, into a file and leaves every other character
// of it as it is, comments too. The value of a list has an item a line. What the file
// does not say yet, and what stands in a form that cannot be edited in place, is an
// error that names it.
func Rewrite(src []byte, values map[string]string) ([]byte, error) {
	r := Reread("", src)
	w := &rewriting{src: r.src, root: r.root, starts: []int{0}}
	for i, c := range w.src {
		if c == '\n' {
			w.starts = append(w.starts, i+1)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(values)) {
		if err := w.edit(path, values[path]); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	out := w.apply()
	if err := w.check(out, values); err != nil {
		return nil, err
	}
	return append(src[:len(src)-len(w.src):len(src)-len(w.src)], out...), nil // with the mark that it began with
}

type rewriting struct {
	src    []byte
	root   *yaml.Node
	starts []int // of lines
	swaps  []swap
}

// swap puts a text in the place of another.
type swap struct {
	from, to int
	text     string
}

func (w *rewriting) edit(path, value string) error {
	node := exactly(w.root, path)
	if node == nil {
		return fmt.Errorf("the file does not say it yet: write it there by hand")
	}
	texts := []string{value}
	if node.Kind == yaml.SequenceNode {
		texts = strings.Split(value, "\n")
	}
	if slices.ContainsFunc(texts, func(text string) bool { return strings.ContainsFunc(text, unicode.IsControl) }) {
		return fmt.Errorf("write it on one line")
	}
	switch node.Kind {
	case yaml.SequenceNode:
		return w.list(node, texts)
	case yaml.ScalarNode:
		return w.scalar(node, value)
	}
	return fmt.Errorf("it is no single text")
}

// exactly is the node of a path; nil when there is none.
func exactly(root *yaml.Node, path string) *yaml.Node {
	for path != "" && root != nil {
		segment, rest := cutPath(path)
		_, root = child(root, segment)
		path = rest
	}
	return root
}

func (w *rewriting) scalar(node *yaml.Node, value string) error {
	if node.Value == value {
		return nil
	}
	from, to, ok := w.token(node)
	if !ok {
		return fmt.Errorf("it is written in a form that cannot be edited in place: change it by hand")
	}
	w.swaps = append(w.swaps, swap{from, to, written(value)})
	return nil
}

// list changes items where they stand, adds new ones at the end, and takes away
// those that are too many.
func (w *rewriting) list(node *yaml.Node, items []string) error {
	if node.Kind != yaml.SequenceNode || node.Style&yaml.FlowStyle != 0 || len(node.Content) == 0 || slices.Contains(items, "") {
		return fmt.Errorf("the list cannot be edited in place: change it by hand")
	}
	for i, one := range node.Content[:min(len(items), len(node.Content))] {
		if err := w.scalar(one, items[i]); err != nil {
			return err
		}
	}
	last := node.Content[len(node.Content)-1]
	begin := w.starts[last.Line-1]
	from, to, ok := w.token(last)
	lead := ""
	if ok {
		lead = string(w.src[begin:from])
	}
	if !ok || strings.TrimSpace(lead) != "-" {
		return fmt.Errorf("the list cannot be edited in place: change it by hand")
	}
	end := to + max(0, bytes.IndexByte(append(w.src[to:len(w.src):len(w.src)], '\n'), '\n'))
	switch {
	case len(items) > len(node.Content):
		var more strings.Builder
		for _, text := range items[len(node.Content):] {
			more.WriteString("\n" + lead + written(text))
		}
		w.swaps = append(w.swaps, swap{end, end, more.String()})
	case len(items) < len(node.Content):
		w.swaps = append(w.swaps, swap{w.starts[node.Content[len(items)].Line-1], min(end+1, len(w.src)), ""})
	}
	return nil
}

// token is where a text stands, with its quotes.
func (w *rewriting) token(node *yaml.Node) (from, to int, ok bool) {
	if node.Kind != yaml.ScalarNode || node.Line < 1 || node.Line > len(w.starts) || node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return 0, 0, false
	}
	from = w.starts[node.Line-1]
	for range node.Column - 1 {
		_, size := utf8.DecodeRune(w.src[from:])
		from += size
	}
	rest := string(w.src[from:])
	switch {
	case strings.HasPrefix(rest, "'"):
		for i := 1; i < len(rest); i++ {
			if rest[i] != '\'' {
				continue
			}
			if i+1 < len(rest) && rest[i+1] == '\'' {
				i++
				continue
			}
			return from, from + i + 1, true
		}
	case strings.HasPrefix(rest, `"`):
		for i := 1; i < len(rest); i++ {
			switch rest[i] {
			case '\\':
				i++
			case '"':
				return from, from + i + 1, true
			}
		}
	default:
		return w.plain(from, node.Value)
	}
	return 0, 0, false
}

// plain finds the end of a text without quotes, which may go on over lines.
func (w *rewriting) plain(from int, value string) (start, end int, ok bool) {
	at := from
	for i, word := range strings.Fields(value) {
		if i > 0 {
			at += len(w.src[at:]) - len(bytes.TrimLeft(w.src[at:], " \n"))
		}
		if !bytes.HasPrefix(w.src[at:], []byte(word)) {
			return 0, 0, false
		}
		at += len(word)
	}
	return from, at, at > from
}

// written is a value as a file has it: numbers and lengths plain, all else quoted.
func written(value string) string {
	if value != "" && value[0] >= '0' && value[0] <= '9' && strings.Trim(value, "0123456789mhdw") == "" {
		if _, err := strconv.Atoi(value); err != nil { // digits alone would be a number
			return value
		}
	}
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

func (w *rewriting) apply() (out []byte) {
	slices.SortStableFunc(w.swaps, func(a, b swap) int { return a.from - b.from })
	at := 0
	for _, s := range w.swaps {
		out = append(append(out, w.src[at:s.from]...), s.text...)
		at = s.to
	}
	return append(out, w.src[at:]...)
}

// check reads the new text again: it says what was wanted, and of everything else
// what it said before.
func (w *rewriting) check(out []byte, values map[string]string) error {
	was, now := map[string]string{}, map[string]string{}
	leaves("", w.root, was)
	leaves("", Reread("", out).root, now)
	for path, value := range values {
		if _, single := was[path]; single {
			was[path] = value
			continue
		}
		maps.DeleteFunc(was, func(item, _ string) bool { return strings.HasPrefix(item, path+"[") })
		for i, text := range strings.Split(value, "\n") {
			was[fmt.Sprintf("%s[%d]", path, i)] = text
		}
	}
	if !maps.Equal(was, now) {
		return fmt.Errorf("the file is written in a way that cannot be edited in place: change it by hand")
	}
	return nil
}

// leaves are all texts of a tree by their path.
func leaves(path string, node *yaml.Node, into map[string]string) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			leaves(strings.TrimPrefix(path+"."+node.Content[i].Value, "."), node.Content[i+1], into)
		}
	case yaml.SequenceNode:
		for i, one := range node.Content {
			leaves(fmt.Sprintf("%s[%d]", path, i), one, into)
		}
	default:
		into[path] = node.Value
	}
}
