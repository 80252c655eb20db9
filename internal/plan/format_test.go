package plan

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated schemas and tables anew")

const (
	plansDir   = "../../plans"
	formatPage = "../../docs/plan-format.md"
)

func TestSchemaFilesAreCurrent(t *testing.T) {
	for _, kind := range []string{"plan", "organisation"} {
		schema, err := Schema(kind)
		if err != nil {
			t.Fatal(err)
		}
		same(t, filepath.Join(plansDir, "schema", kind+".schema.json"), schema)
	}
	if _, err := Schema("drill"); err == nil || !strings.Contains(err.Error(), "plan or organisation") {
		t.Errorf("Schema of an unknown kind: %v", err)
	}
}

// same compares a generated file with what lies in the repository, or writes it.
func same(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the types say (%v): run go test ./internal/plan -update", path, err)
	}
}

func TestSamplesNameTheirSchema(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(plansDir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	for _, file := range files {
		kind := "plan"
		if filepath.Base(file) == organisationFile {
			kind = "organisation"
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := "# yaml-language-server: $schema=schema/" + kind + ".schema.json\n"; !strings.HasPrefix(string(src), want) {
			t.Errorf("%s does not begin with %s", file, want)
		}
	}
}

func TestSamplesAreRight(t *testing.T) {
	set, problems := NewReader().Load(os.DirFS(plansDir))
	if len(problems) > 0 || len(set.Plans) < 19 || set.Organisation == nil {
		t.Fatalf("%d plans\n%v", len(set.Plans), problems)
	}
	if p, ok := set.Plan("omsorg"); !ok || p.Objectives.RTO != 480 {
		t.Errorf("omsorg: %v", ok)
	}
}

// TestFormatPage keeps the tables of docs/plan-format.md in step with the types.
func TestFormatPage(t *testing.T) {
	const begin, end = "<!-- keys: generated, do not edit -->\n", "<!-- end of keys -->\n"
	page, err := os.ReadFile(formatPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks its marks", formatPage)
	}
	same(t, formatPage, []byte(head+begin+tables()+end+tail))
}

func tables() string {
	var out strings.Builder
	all, done := words(), map[reflect.Type]bool{}
	var table func(t reflect.Type, file string)
	table = func(typ reflect.Type, file string) {
		s := shapes(typ, map[reflect.Type]*shape{})
		if done[typ] || s.kind != reflect.Struct {
			return
		}
		done[typ] = true
		fmt.Fprintf(&out, "\n### %s%s\n\n%s\n\n| key | needed | value | meaning |\n| --- | --- | --- | --- |\n", all[typ.Name()].en, file, all[typ.Name()].means)
		for _, f := range s.fields {
			needed := ""
			if f.required {
				needed = "yes"
			}
			fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", f.key, needed, valueWords(f.shape, f.limits, all), all[typ.Name()+"."+f.key].means)
		}
		for _, f := range s.fields {
			inner := f.shape
			for inner.elem != nil {
				inner = inner.elem
			}
			table(inner.typ, "")
		}
	}
	table(reflect.TypeFor[Plan](), " (ID.yaml)")
	table(reflect.TypeFor[Organisation](), " (organisation.yaml)")
	return out.String() + "\n"
}

func valueWords(s *shape, l limits, all map[string]word) string {
	switch {
	case s.typ == reflect.TypeFor[Duration]():
		return "duration"
	case len(l.enum) > 0 && s.kind == reflect.Slice:
		return "list of `" + strings.Join(l.enum, "` `") + "`"
	case len(l.enum) > 0:
		return "`" + strings.Join(l.enum, "` `") + "`"
	case l.format == "slug":
		return "id"
	case l.format == "day":
		return "date or month-day"
	case l.format != "":
		return l.format
	case l.minimum != nil:
		return limits{minimum: l.minimum, maximum: l.maximum}.span()
	}
	switch s.kind {
	case reflect.Pointer:
		return valueWords(s.elem, l, all)
	case reflect.Slice:
		least := ""
		if l.minItems > 0 {
			least = fmt.Sprintf(", %d at least", l.minItems)
		}
		return "list of " + valueWords(s.elem, limits{}, all) + least
	case reflect.Map:
		return "keys with " + valueWords(s.elem, limits{}, all)
	case reflect.Struct:
		return strings.ToLower(all[s.typ.Name()].en)
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	default:
		return "number"
	}
}
