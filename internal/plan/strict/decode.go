package strict

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Decoder turns texts into Go values. It is built once and then only read, so
// that many goroutines may share it.
type Decoder struct {
	shapes map[reflect.Type]*shape
	rules  []secretRule
	advise Advice
}

// Advice may know better than the nearest key what an unknown key means; an
// empty code means that it does not.
type Advice func(key string, allowed []string) (code, message, hint string)

// NewDecoder makes a decoder for the types of the roots, structs or pointers to
// such.
func NewDecoder(advise Advice, roots ...any) *Decoder {
	d := &Decoder{shapes: map[reflect.Type]*shape{}, rules: secretRules(), advise: advise}
	for _, root := range roots {
		shapes(reflect.TypeOf(root), d.shapes)
	}
	return d
}

// Read reads the whole text into a struct, as strictly as can be; false when
// the text was too broken to fill anything in.
func (d *Decoder) Read(file string, src []byte, into any) (r *Reading, ok bool) {
	r = &Reading{File: file, src: src, advise: d.advise}
	return r, d.fill(r, into)
}

func (d *Decoder) fill(r *Reading, into any) bool {
	if !r.open() || !r.inspect() {
		return false
	}
	r.scanSecrets(d.rules)
	target := reflect.ValueOf(into).Elem()
	if r.root.Kind != yaml.MappingNode && target.Kind() == reflect.Struct {
		r.on(r.root, "BP023", "the file must hold keys and values", "begin with schema: 1 and write key: value lines")
		return false
	}
	r.decode(r.root, d.shapes[target.Type()], nil, target)
	return true
}

// decode fills one value. The field, when there is one, sets limits.
func (r *Reading) decode(node *yaml.Node, s *shape, f *field, into reflect.Value) {
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

func (r *Reading) noValue(node *yaml.Node, s *shape) {
	hint := "write a value, or delete the key"
	if s.kind == reflect.Slice {
		hint = "write [] when there is none, or delete the key if it may be missing"
	}
	place := node
	if node.Value == "" {
		place = r.keyOfValue(node)
	}
	r.on(place, "BP023", "the value is missing", hint)
}

// keyOfValue is the key in front of an empty value, which itself takes no room.
func (r *Reading) keyOfValue(value *yaml.Node) *yaml.Node {
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

func (r *Reading) mapping(node *yaml.Node, s *shape, into reflect.Value) {
	if node.Kind != yaml.MappingNode {
		r.on(node, "BP023", "keys and values are expected here, not "+kindName(node),
			"write the keys "+someKeys(s)+" below, indented by two spaces")
		return
	}
	var seen [128]bool // More keys than any mapping of ours has.
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		index, known := s.byKey[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.on(key, "BP023", "a key must be a word", "put the text in quotes if it begins with [ or {")
		case !known:
			r.unknownKey(key, s)
		case seen[index]:
			r.on(key, "BP021", "the key "+Quote(key.Value)+" stands here a second time", "keep one of the two")
		default:
			seen[index] = true
			f := &s.fields[index]
			r.decode(value, f.shape, f, into.Field(f.index))
		}
	}
	for i := range s.fields {
		if f := &s.fields[i]; f.required && !seen[i] {
			r.missingKey(node, f)
		}
	}
}

func someKeys(s *shape) string {
	keys := s.keys()
	return strings.Join(keys[:min(4, len(keys))], ", ")
}

func (r *Reading) missingKey(node *yaml.Node, f *field) {
	base, _ := pathTo(r.root, node)
	hint := "add " + f.key + ": with a value"
	switch {
	case len(f.Enum) > 0:
		hint = "add " + f.key + ": with one of " + strings.Join(f.Enum, ", ")
	case f.shape.reads:
		hint = "add " + f.key + ": with a duration such as 4h"
	case f.shape.kind == reflect.Slice && f.MinItems == 0:
		hint = "add " + f.key + ": with a list, or " + f.key + ": [] when there is none"
	}
	path := f.key
	if base != "" {
		path = base + "." + f.key
	}
	r.In(path, "BP022", "the key "+Quote(f.key)+" is missing here", hint)
}

func (r *Reading) unknownKey(key *yaml.Node, s *shape) {
	if key.Tag == "!!merge" && key.Style == 0 || secretKey(key.Value) {
		return // Told already, in words that fit better.
	}
	if r.advise != nil {
		if code, message, hint := r.advise(key.Value, s.keys()); code != "" {
			r.on(key, code, message, hint)
			return
		}
	}
	hint := DidYouMean(key.Value, s.keys(), "the keys that may stand here are in docs/plan-format.md")
	r.on(key, "BP020", "the key "+Quote(key.Value)+" is unknown here", hint)
}

func (r *Reading) list(node *yaml.Node, s *shape, f *field, into reflect.Value) {
	if node.Kind != yaml.SequenceNode {
		hint := `begin each item with "- " on a line of its own, or write [a, b]`
		if node.Kind == yaml.ScalarNode {
			hint = "write [" + Short(node.Value) + "]"
		}
		r.on(node, "BP023", "a list is expected here, not "+kindName(node), hint)
		return
	}
	if f != nil && len(node.Content) < f.MinItems {
		r.on(node, "BP028", fmt.Sprintf("at least %d must stand in %s", f.MinItems, f.key), "add what is missing to the list")
	}
	into.Set(reflect.MakeSlice(s.typ, len(node.Content), len(node.Content)))
	var each *field // The words allowed in a list hold for its items.
	if f != nil && len(f.Enum) > 0 {
		each = f
	}
	for i, item := range node.Content {
		r.decode(item, s.elem, each, into.Index(i))
	}
}

func (r *Reading) table(node *yaml.Node, s *shape, into reflect.Value) {
	if node.Kind != yaml.MappingNode {
		r.on(node, "BP023", "keys and values are expected here, not "+kindName(node), "write {key: value}")
		return
	}
	into.Set(reflect.MakeMapWithSize(s.typ, len(node.Content)/2))
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		name := reflect.ValueOf(key.Value)
		switch {
		case key.Kind != yaml.ScalarNode:
			r.on(key, "BP023", "a key must be a word", "put the text in quotes if it begins with [ or {")
			continue
		case into.MapIndex(name).IsValid():
			r.on(key, "BP021", "the key "+Quote(key.Value)+" stands here a second time", "keep one of the two")
			continue
		}
		item := reflect.New(s.elem.typ).Elem()
		r.decode(value, s.elem, nil, item)
		into.SetMapIndex(name, item)
	}
}

func (r *Reading) scalar(node *yaml.Node, s *shape, f *field, into reflect.Value) {
	if node.Kind != yaml.ScalarNode {
		r.on(node, "BP023", "one value is expected here, not "+kindName(node), "write one word, number or text in quotes")
		return
	}
	switch {
	case s.reads:
		r.own(node, into)
	case s.kind == reflect.String:
		into.SetString(node.Value)
		r.text(node, f)
	case s.kind == reflect.Int || s.kind == reflect.Int64:
		r.number(node, f, into)
	case s.kind == reflect.Bool:
		r.truth(node, into)
	default:
		r.on(node, "BP023", "this key cannot be read into "+s.typ.String(), "this is a fault of the program; please report it")
	}
}

func (r *Reading) own(node *yaml.Node, into reflect.Value) {
	reader, ok := into.Addr().Interface().(TextReader)
	if !ok {
		return
	}
	if err := reader.ReadText(node.Value); err != nil {
		message, hint, _ := strings.Cut(err.Error(), "; ")
		r.on(node, "BP024", message, hint)
	}
}

func (r *Reading) number(node *yaml.Node, f *field, into reflect.Value) {
	number, err := strconv.Atoi(node.Value)
	switch {
	case err != nil || strconv.Itoa(number) != node.Value:
		r.on(node, "BP023", Quote(node.Value)+" is not a whole number", "write digits only, such as 2")
		return
	case node.Style != 0:
		r.on(node, "BP023", "a number is expected here, not text", "write "+node.Value+" without quotes")
		return
	case f != nil && (f.Minimum != nil && number < *f.Minimum || f.Maximum != nil && number > *f.Maximum):
		r.on(node, "BP028", fmt.Sprintf("%s may not be %d", f.key, number), "write "+f.Span())
		return
	}
	into.SetInt(int64(number))
}

// Span says which numbers are allowed, in words.
func (l Limits) Span() string {
	switch {
	case l.Maximum == nil:
		return fmt.Sprintf("%d or more", *l.Minimum)
	case *l.Minimum == *l.Maximum:
		return strconv.Itoa(*l.Minimum)
	default:
		return fmt.Sprintf("a number from %d to %d", *l.Minimum, *l.Maximum)
	}
}

func (r *Reading) truth(node *yaml.Node, into reflect.Value) {
	if node.Style == 0 && (node.Value == "true" || node.Value == "false") {
		into.SetBool(node.Value == "true")
		return
	}
	r.on(node, "BP023", Quote(node.Value)+" is neither true nor false", "write true or false, without quotes")
}

func (r *Reading) text(node *yaml.Node, f *field) {
	switch {
	case f == nil:
	case len(f.Enum) > 0 && !slices.Contains(f.Enum, node.Value):
		r.on(node, "BP025", Quote(node.Value)+" is no "+f.key, DidYouMean(node.Value, f.Enum, ""))
	case node.Value == "" && f.required:
		r.on(node, "BP023", f.key+" is empty", "write what it is")
	case f.Format != "":
		r.form(node, f.Format)
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
