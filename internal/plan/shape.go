package plan

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
}

// field is one key of a mapping. A key is required when its tag has neither
// omitempty nor omitzero; the limits stand in the jsonschema tag, so that the
// reader and the published schema cannot differ.
type field struct {
	key      string
	index    int
	required bool
	shape    *shape
	limits
}

// limits are what a value must keep within; zero values set no limit.
type limits struct {
	enum     []string
	format   string // slug, date, day, mailbox
	minimum  *int
	maximum  *int
	minItems int
}

// shapes builds the shapes of a type and all below it.
func shapes(t reflect.Type, known map[reflect.Type]*shape) *shape {
	if s := known[t]; s != nil {
		return s
	}
	s := &shape{typ: t, kind: t.Kind()}
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
		key, required := keyOf(f)
		if key == "" {
			continue
		}
		s.byKey[key] = len(s.fields)
		s.fields = append(s.fields, field{
			key: key, index: i, required: required,
			shape: shapes(f.Type, known), limits: limitsOf(f.Tag.Get("jsonschema")),
		})
	}
}

// keyOf is the key of a struct field, from its yaml tag or else its json tag;
// empty for a field that no file holds.
func keyOf(f reflect.StructField) (key string, required bool) {
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

func limitsOf(tag string) (l limits) {
	for word := range strings.SplitSeq(tag, ",") {
		name, value, _ := strings.Cut(word, "=")
		number, _ := strconv.Atoi(value)
		switch name {
		case "enum":
			l.enum = append(l.enum, value)
		case "format":
			l.format = value
		case "minimum":
			l.minimum = &number
		case "maximum":
			l.maximum = &number
		case "minItems":
			l.minItems = number
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
