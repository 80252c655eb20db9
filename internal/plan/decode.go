package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// decoder turns trees into Go values. It is built once and then only read.
type decoder struct {
	shapes map[reflect.Type]*shape
	rules  []secretRule
}

func newDecoder(roots ...any) *decoder {
	d := &decoder{shapes: map[reflect.Type]*shape{}, rules: secretRules()}
	for _, root := range roots {
		shapes(reflect.TypeOf(root), d.shapes)
	}
	return d
}

// read reads the whole text into a struct, as strictly as can be; false when
// the text was too broken to fill anything in.
func (d *decoder) read(r *reading, into any) bool {
	if !r.open() || !r.inspect() {
		return false
	}
	r.scanSecrets(d.rules)
	target := reflect.ValueOf(into).Elem()
	if r.root.Kind != yaml.MappingNode && target.Kind() == reflect.Struct {
		r.on(r.root, problemType, "the file must hold keys and values", "begin with schema: 1 and write key: value lines")
		return false
	}
	r.decode(r.root, d.shapes[target.Type()], nil, target)
	return true
}

// decode fills one value. The field, when there is one, sets limits.
func (r *reading) decode(node *yaml.Node, s *shape, f *field, into reflect.Value) {
	if node.Kind == yaml.AliasNode || r.fullyTold() {
		return // inspect has told of the alias.
	}
	if node.Tag == "!!null" && node.Style&yaml.TaggedStyle == 0 {
		r.noValue(node, s)
		return
	}
	switch s.kind {
	case reflect.Struct:
		r.mapping(node, s, into)
	case reflect.Slice:
		r.list(node, s, f, into)
	case reflect.Map:
		r.table(node, s, into)
	case reflect.Pointer:
		into.Set(reflect.New(s.elem.typ))
		r.decode(node, s.elem, f, into.Elem())
	default:
		r.scalar(node, s, f, into)
	}
}

func (r *reading) noValue(node *yaml.Node, s *shape) {
	hint := "write a value, or delete the key"
	if s.kind == reflect.Slice {
		hint = "write [] when there is none, or delete the key if it may be missing"
	}
	place := node
	if node.Value == "" {
		place = r.keyOfValue(node)
	}
	r.on(place, problemType, "the value is missing", hint)
}

// keyOfValue is the key in front of an empty value, which itself takes no room.
func (r *reading) keyOfValue(value *yaml.Node) *yaml.Node {
	var search func(node *yaml.Node) *yaml.Node
	search = func(node *yaml.Node) *yaml.Node {
		for i, item := range node.Content {
			if item == value && node.Kind == yaml.MappingNode && i%2 == 1 {
				return node.Content[i-1]
			}
			if found := search(item); found != nil {
				return found
			}
		}
		return nil
	}
	if key := search(r.root); key != nil {
		return key
	}
	return value
}

func (r *reading) mapping(node *yaml.Node, s *shape, into reflect.Value) {
	if node.Kind != yaml.MappingNode {
		r.on(node, problemType, "keys and values are expected here, not "+kindName(node),
			"write the keys "+someKeys(s)+" below, indented by two spaces")
		return
	}
	var seen uint64
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		index, known := s.byKey[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.on(key, problemType, "a key must be a word", "put the text in quotes if it begins with [ or {")
		case !known:
			r.unknownKey(key, s)
		case seen&(1<<index) != 0:
			r.on(key, problemDuplicateKey, "the key "+quote(key.Value)+" stands here a second time", "keep one of the two")
		default:
			seen |= 1 << index
			f := &s.fields[index]
			r.decode(value, f.shape, f, into.Field(f.index))
		}
	}
	for i := range s.fields {
		if f := &s.fields[i]; f.required && seen&(1<<i) == 0 {
			r.missingKey(node, f)
		}
	}
}

func someKeys(s *shape) string {
	keys := s.keys()
	return strings.Join(keys[:min(4, len(keys))], ", ")
}

func (r *reading) missingKey(node *yaml.Node, f *field) {
	base, _ := pathTo(r.root, node)
	hint := "add " + f.key + ": with a value"
	switch {
	case len(f.enum) > 0:
		hint = "add " + f.key + ": with one of " + strings.Join(f.enum, ", ")
	case f.shape.typ == reflect.TypeFor[Duration]():
		hint = "add " + f.key + ": with a duration such as 4h"
	case f.shape.kind == reflect.Slice && f.minItems == 0:
		hint = "add " + f.key + ": with a list, or " + f.key + ": [] when there is none"
	}
	path := f.key
	if base != "" {
		path = base + "." + f.key
	}
	r.in(path, problemMissingKey, "the key "+quote(f.key)+" is missing here", hint)
}

func (r *reading) unknownKey(key *yaml.Node, s *shape) {
	if key.Tag == "!!merge" && key.Style == 0 || secretKey(key.Value) {
		return // Told already, in words that fit better.
	}
	switch key.Value {
	case "command", "cmd", "run", "script", "shell", "exec", "powershell", "bash":
		r.on(key, problemCommand, "a plan carries no command",
			"name an action of the administrator's catalogue: action: restore-sql, with: {database: esdh}")
		return
	}
	hint := didYouMean(key.Value, s.keys(), "the keys that may stand here are in docs/plan-format.md")
	if other := otherWord(key.Value); other != "" {
		if _, ok := s.byKey[other]; ok {
			hint = `did you mean "` + other + `"?`
		}
	}
	r.on(key, problemUnknownKey, "the key "+quote(key.Value)+" is unknown here", hint)
}

func (r *reading) list(node *yaml.Node, s *shape, f *field, into reflect.Value) {
	if node.Kind != yaml.SequenceNode {
		hint := `begin each item with "- " on a line of its own, or write [a, b]`
		if node.Kind == yaml.ScalarNode {
			hint = "write [" + short(node.Value) + "]"
		}
		r.on(node, problemType, "a list is expected here, not "+kindName(node), hint)
		return
	}
	if f != nil && len(node.Content) < f.minItems {
		r.on(node, problemRange, fmt.Sprintf("at least %d must stand in %s", f.minItems, f.key), "add what is missing to the list")
	}
	into.Set(reflect.MakeSlice(s.typ, len(node.Content), len(node.Content)))
	var each *field // The words allowed in a list hold for its items.
	if f != nil && len(f.enum) > 0 {
		each = f
	}
	for i, item := range node.Content {
		r.decode(item, s.elem, each, into.Index(i))
	}
}

func (r *reading) table(node *yaml.Node, s *shape, into reflect.Value) {
	if node.Kind != yaml.MappingNode {
		r.on(node, problemType, "keys and values are expected here, not "+kindName(node), "write {key: value}")
		return
	}
	into.Set(reflect.MakeMapWithSize(s.typ, len(node.Content)/2))
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		name := reflect.ValueOf(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode:
			r.on(key, problemType, "a key must be a word", "put the text in quotes if it begins with [ or {")
			continue
		case into.MapIndex(name).IsValid():
			r.on(key, problemDuplicateKey, "the key "+quote(key.Value)+" stands here a second time", "keep one of the two")
			continue
		}
		item := reflect.New(s.elem.typ).Elem()
		r.decode(value, s.elem, nil, item)
		into.SetMapIndex(name, item)
	}
}

func (r *reading) scalar(node *yaml.Node, s *shape, f *field, into reflect.Value) {
	if node.Kind != yaml.ScalarNode {
		r.on(node, problemType, "one value is expected here, not "+kindName(node), "write one word, number or text in quotes")
		return
	}
	switch {
	case s.typ == reflect.TypeFor[Duration]():
		r.duration(node, into)
	case s.kind == reflect.String:
		into.SetString(node.Value)
		r.text(node, f)
	case s.kind == reflect.Int || s.kind == reflect.Int64:
		r.number(node, f, into)
	case s.kind == reflect.Bool:
		r.truth(node, into)
	default:
		r.on(node, problemType, "this key cannot be read into "+s.typ.String(), "this is a fault of the program; please report it")
	}
}

func (r *reading) duration(node *yaml.Node, into reflect.Value) {
	d, err := ParseDuration(node.Value)
	if err != nil {
		message, hint, _ := strings.Cut(err.Error(), "; ")
		r.on(node, problemDuration, message, hint)
		return
	}
	into.SetInt(int64(d))
}

func (r *reading) number(node *yaml.Node, f *field, into reflect.Value) {
	number, err := strconv.Atoi(node.Value)
	switch {
	case err != nil || strconv.Itoa(number) != node.Value:
		r.on(node, problemType, quote(node.Value)+" is not a whole number", "write digits only, such as 2")
		return
	case node.Style != 0:
		r.on(node, problemType, "a number is expected here, not text", "write "+node.Value+" without quotes")
		return
	case f != nil && (f.minimum != nil && number < *f.minimum || f.maximum != nil && number > *f.maximum):
		r.on(node, problemRange, fmt.Sprintf("%s may not be %d", f.key, number), "write "+f.span())
		return
	}
	into.SetInt(int64(number))
}

// span says which numbers are allowed, in words.
func (l limits) span() string {
	switch {
	case l.maximum == nil:
		return fmt.Sprintf("%d or more", *l.minimum)
	case *l.minimum == *l.maximum:
		return strconv.Itoa(*l.minimum)
	default:
		return fmt.Sprintf("a number from %d to %d", *l.minimum, *l.maximum)
	}
}

func (r *reading) truth(node *yaml.Node, into reflect.Value) {
	if node.Style == 0 && (node.Value == "true" || node.Value == "false") {
		into.SetBool(node.Value == "true")
		return
	}
	r.on(node, problemType, quote(node.Value)+" is neither true nor false", "write true or false, without quotes")
}

func (r *reading) text(node *yaml.Node, f *field) {
	switch {
	case f == nil:
	case len(f.enum) > 0 && !slices.Contains(f.enum, node.Value):
		r.on(node, problemChoice, quote(node.Value)+" is no "+f.key, didYouMean(node.Value, f.enum, ""))
	case node.Value == "" && f.required:
		r.on(node, problemType, f.key+" is empty", "write what it is")
	case f.format != "":
		r.form(node, f.format)
	}
}

func kindName(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "one value"
	}
}

func short(text string) string { return strings.Trim(quote(text), `"`) }
