package strict

import (
	"reflect"
	"strconv"
	"strings"
)

// shape is what the reader knows about one Go type: built once, then only read,
// so that many goroutines may share it.
type shape struct {
	typ    reflect.Type
	kind   reflect.Kind
	elem   *shape // of a pointer, slice or map
	fields []field
	byKey  map[string]int
	reads  bool // the type reads its text itself
}

// TextReader is a type that reads its own text, such as a duration. The error
// says what is wrong and, after "; ", what to write.
type TextReader interface {
	ReadText(text string) error
}

// field is one key of a mapping. A key is required when its tag has neither
// omitempty nor omitzero; the limits stand in the jsonschema tag, so that the
// reader and the published schema cannot differ.
type field struct {
	key      string
	index    int
	required bool
	shape    *shape
	Limits
}

// Limits are what a value must keep within; zero values set no limit.
type Limits struct {
	Enum     []string
	Format   string // slug, date, day, mailbox
	Minimum  *int
	Maximum  *int
	MinItems int
}

// shapes builds the shapes of a type and all below it.
func shapes(t reflect.Type, known map[reflect.Type]*shape) *shape {
	if s := known[t]; s != nil {
		return s
	}
	s := &shape{typ: t, kind: t.Kind(), reads: reflect.PointerTo(t).Implements(reflect.TypeFor[TextReader]())}
	known[t] = s
	switch s.kind {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		s.elem = shapes(t.Elem(), known)
	case reflect.Struct:
		s.addFields(known)
	}
	return s
}

func (s *shape) addFields(known map[reflect.Type]*shape) {
	s.byKey = map[string]int{}
	for i := range s.typ.NumField() {
		f := s.typ.Field(i)
		key, required := KeyOf(f)
		if key == "" {
			continue
		}
		s.byKey[key] = len(s.fields)
		s.fields = append(s.fields, field{
			key: key, index: i, required: required,
			shape: shapes(f.Type, known), Limits: LimitsOf(f.Tag.Get("jsonschema")),
		})
	}
}

// KeyOf is the key of a struct field, from its yaml tag or else its json tag;
// empty for a field that no file holds.
func KeyOf(f reflect.StructField) (key string, required bool) {
	tag, ok := f.Tag.Lookup("yaml")
	if !ok {
		tag = f.Tag.Get("json")
	}
	key, options, _ := strings.Cut(tag, ",")
	if !f.IsExported() || key == "-" {
		return "", false
	}
	if key == "" {
		key = strings.ToLower(f.Name)
	}
	return key, !strings.Contains(options, "omit")
}

// LimitsOf reads a jsonschema tag.
func LimitsOf(tag string) (l Limits) {
	for word := range strings.SplitSeq(tag, ",") {
		name, value, _ := strings.Cut(word, "=")
		number, _ := strconv.Atoi(value)
		switch name {
		case "enum":
			l.Enum = append(l.Enum, value)
		case "format":
			l.Format = value
		case "minimum":
			l.Minimum = &number
		case "maximum":
			l.Maximum = &number
		case "minItems":
			l.MinItems = number
		}
	}
	return l
}

// keys are the words that may stand in a mapping of this shape.
func (s *shape) keys() []string {
	keys := make([]string, len(s.fields))
	for i := range s.fields {
		keys[i] = s.fields[i].key
	}
	return keys
}

// Key is one key of a struct type, for schemas and documentation.
type Key struct {
	Name     string
	Required bool
	Type     reflect.Type
	Limits
}

// Keys are those that a mapping of a struct type may hold, in order.
func Keys(t reflect.Type) []Key {
	var keys []Key
	for i := range t.NumField() {
		if name, required := KeyOf(t.Field(i)); name != "" {
			keys = append(keys, Key{name, required, t.Field(i).Type, LimitsOf(t.Field(i).Tag.Get("jsonschema"))})
		}
	}
	return keys
}
