package plan

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"beredskab/internal/plan/strict"
)

// Schema is the JSON Schema (2020-12) of a plan or an organisation file, made
// from the Go types and the limits that the reader itself keeps, so that an
// editor tells the same as the program. kind is plan or organisation.
func Schema(kind string) ([]byte, error) {
	var root any
	switch kind {
	case "plan":
		root = Plan{}
	case "organisation":
		root = Organisation{}
	default:
		return nil, fmt.Errorf("making the schema: there is no kind %q; write plan or organisation", kind)
	}
	all := words()
	one := uint64(1)
	reflector := &jsonschema.Reflector{
		Anonymous: true, ExpandedStruct: true,
		LookupComment: func(t reflect.Type, goField string) string {
			if goField == "" || t.Kind() != reflect.Struct {
				return all[t.Name()].means
			}
			f, _ := t.FieldByName(goField)
			key, _ := strict.KeyOf(f)
			return all[t.Name()+"."+key].means
		},
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if t == reflect.TypeFor[Duration]() {
				return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
					{Type: "string", Pattern: durationPattern, MinLength: &one}, {Const: 0},
				}}
			}
			return nil
		},
	}
	schema := reflector.Reflect(root)
	schema.Title = "beredskab: " + all[reflect.TypeOf(root).Name()].en
	refine(schema)
	for _, definition := range schema.Definitions {
		refine(definition)
	}
	data, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the schema of %s: %w", kind, err)
	}
	return append(data, '\n'), nil
}

const durationPattern = `^([0-9]{1,9}w)?([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?$`

// refine gives our forms as patterns, and lets plain text be written without
// quotes where YAML would see a number, as the reader does.
func refine(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Properties != nil {
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			refine(p.Value)
		}
	}
	refine(s.Items)
	if s.Type == "object" && s.Properties == nil {
		refine(s.AdditionalProperties)
	}
	switch s.Format {
	case "slug":
		s.Pattern, s.Format = strict.SlugPattern, ""
	case "site":
		longest := uint64(strict.SiteLength)
		s.Pattern, s.Format, s.MaxLength = strict.SitePattern, "", &longest
	case "date":
		s.Pattern, s.Format = strict.DatePattern, ""
	case "day":
		s.Pattern, s.Format = strict.DayPattern, ""
	case "mailbox":
		s.Pattern, s.Format = strict.MailboxPattern, ""
	}
	if s.Type == "string" && s.Pattern == "" && len(s.Enum) == 0 {
		s.Type, s.Extras = "", map[string]any{"type": []string{"string", "number", "boolean"}}
	}
}
