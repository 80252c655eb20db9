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

	"beredskab/internal/plan/strict"
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
		if done[typ] || typ.Kind() != reflect.Struct {
			return
		}
		done[typ] = true
		fmt.Fprintf(&out, "\n### %s%s\n\n%s\n\n| key | needed | value | meaning |\n| --- | --- | --- | --- |\n", all[typ.Name()].en, file, all[typ.Name()].means)
		for _, f := range strict.Keys(typ) {
			needed := ""
			if f.Required {
				needed = "yes"
			}
			fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", f.Name, needed, valueWords(f.Type, f.Limits, all), all[typ.Name()+"."+f.Name].means)
		}
		for _, f := range strict.Keys(typ) {
			inner := f.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice || inner.Kind() == reflect.Map {
				inner = inner.Elem()
			}
			table(inner, "")
		}
	}
	table(reflect.TypeFor[Plan](), " (ID.yaml)")
	table(reflect.TypeFor[Organisation](), " (organisation.yaml)")
	return out.String() + "\n"
}

func valueWords(t reflect.Type, l strict.Limits, all map[string]word) string {
	switch {
	case t == reflect.TypeFor[Duration]():
		return "duration"
	case len(l.Enum) > 0 && t.Kind() == reflect.Slice:
		return "list of `" + strings.Join(l.Enum, "` `") + "`"
	case len(l.Enum) > 0:
		return "`" + strings.Join(l.Enum, "` `") + "`"
	case l.Format == "slug":
		return "id"
	case l.Format == "day":
		return "date or month-day"
	case l.Format != "":
		return l.Format
	case l.Minimum != nil:
		return l.Span()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return valueWords(t.Elem(), l, all)
	case reflect.Slice:
		least := ""
		if l.MinItems > 0 {
			least = fmt.Sprintf(", %d at least", l.MinItems)
		}
		return "list of " + valueWords(t.Elem(), strict.Limits{}, all) + least
	case reflect.Map:
		return "keys with " + valueWords(t.Elem(), strict.Limits{}, all)
	case reflect.Struct:
		return strings.ToLower(all[t.Name()].en)
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	default:
		return "number"
	}
}
