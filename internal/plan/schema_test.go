package plan

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func compiled(t *testing.T, kind string) *jsonschema.Schema {
	t.Helper()
	data, err := Schema(kind)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON reads YAML the way an editor does: numbers and truths as such, all else
// as text.
func asJSON(node *yaml.Node) any {
	switch node.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			object[node.Content[i].Value] = asJSON(node.Content[i+1])
		}
		return object
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i := range node.Content {
			list[i] = asJSON(node.Content[i])
		}
		return list
	}
	switch node.Tag {
	case "!!int", "!!float":
		if value, err := jsonschema.UnmarshalJSON(strings.NewReader(node.Value)); err == nil {
			return value
		}
	case "!!bool":
		return node.Value == "true"
	case "!!null":
		return nil
	}
	return node.Value
}

func validates(t *testing.T, schema *jsonschema.Schema, src []byte) error {
	t.Helper()
	var node yaml.Node
	if err := yaml.Load(src, &node); err != nil {
		t.Fatal(err)
	}
	return schema.Validate(asJSON(node.Content[0]))
}

func TestSchemaAcceptsWhatIsRight(t *testing.T) {
	plans, organisation := compiled(t, "plan"), compiled(t, "organisation")
	for name, file := range goodFiles(t) {
		schema := plans
		if name == organisationFile {
			schema = organisation
		}
		if err := validates(t, schema, file.Data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaRefusesWhatTheReaderRefuses: an editor with the schema shows the
// mistakes in the form of values; those between values only the program knows.
func TestSchemaRefusesWhatTheReaderRefuses(t *testing.T) {
	schema, tried := compiled(t, "plan"), 0
	for _, b := range brokenFiles(t, goodFiles(t), 300) {
		switch b.code {
		case "BP020", "BP022", "BP023", "BP024", "BP025", "BP026", "BP028", "BP029", "BP030":
		default:
			continue
		}
		if strings.Contains(b.name, "impact") || b.name == "impossible date" {
			continue // The reader knows the times and levels of the table; the schema only its form.
		}
		tried++
		if err := validates(t, schema, b.src); err == nil {
			t.Errorf("the schema lets %q in %s through", b.name, b.file)
		}
	}
	if tried < 100 {
		t.Errorf("only %d files were tried", tried)
	}
}
