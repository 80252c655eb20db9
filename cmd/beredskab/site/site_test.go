package site

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"beredskab/internal/app"
)

// The settings file of a new repository names every key that there is, and can
// be used with all of them switched on.
func TestSettingsFileHoldsEveryKey(t *testing.T) {
	src, err := files.ReadFile("files/beredskab.yaml")
	if err != nil {
		t.Fatal(err)
	}
	whole := regexp.MustCompile(`(?m)^#([^ ]|  )`).ReplaceAll(src, []byte("$1"))
	for _, key := range keysOf(reflect.TypeFor[app.Settings]()) {
		if !regexp.MustCompile(`(?m)^[ -]*` + key + `:`).Match(whole) {
			t.Errorf("the settings file does not show the key %s", key)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "beredskab.yaml"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := app.Load(nil, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Channels) != 8 || len(s.Targets) != 2 || s.Parallel != 4 {
		t.Errorf("read %d channels, %d targets, %d in parallel", len(s.Channels), len(s.Targets), s.Parallel)
	}
}

func keysOf(of reflect.Type) (keys []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		if key := f.Tag.Get("mapstructure"); key != "" && key != "-" {
			keys = append(keys, key)
		}
		inner := f.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			keys = append(keys, keysOf(inner)...)
		}
	}
	return keys
}

// Each starter can be read as it stands, whatever the name holds.
func TestBeginReadsItself(t *testing.T) {
	for _, kind := range Kinds() {
		for _, name := range []string{"Byggesag", `A: "b" \ #c`, "nyt-system", "Æøå – 2"} {
			if _, err := Begin(System{Kind: kind, ID: "x", Name: name, Unit: name}); err != nil {
				t.Errorf("%s, %q: %v", kind, name, err)
			}
		}
	}
}

func TestAskStopsWhereAnswersEnd(t *testing.T) {
	a := Answers{}
	var asked strings.Builder
	Ask(strings.NewReader("Prøve Kommune\n\nByggesag\n"), &asked, &a)
	if a.Organisation != "Prøve Kommune" || a.Domain != "" || a.Name != "Byggesag" || a.Unit != "" {
		t.Errorf("got %+v", a)
	}
	if got := strings.Count(asked.String(), ": "); got != 4 {
		t.Errorf("asked %d questions, want 4: %s", got, asked.String())
	}
	asked.Reset()
	Ask(strings.NewReader(""), &asked, &Answers{Organisation: "X", System: System{Domain: "x.dk", Name: "Y", Unit: "Z"}})
	if asked.Len() > 0 {
		t.Errorf("asked again: %s", asked.String())
	}
}

func TestSlugsAreIDs(t *testing.T) {
	for name, want := range map[string]string{
		"Byggesag & Miljø": "byggesag-miljoe", "ESDH/sagssystem": "esdh-sagssystem", "  ÅRSHJUL  2 ": "aarshjul-2", "…": "",
	} {
		if got := slug(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
