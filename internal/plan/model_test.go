package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/plan/strict"
)

// filled makes a value of a type in which every field says something, with its
// allowed words where there are such.
func filled(t reflect.Type, l strict.Limits, seed string) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(filled(t.Elem(), l, seed))
	case reflect.Struct:
		for i := range t.NumField() {
			if key, _ := strict.KeyOf(t.Field(i)); key != "" {
				v.Field(i).Set(filled(t.Field(i).Type, strict.LimitsOf(t.Field(i).Tag.Get("jsonschema")), seed+key))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, 2, 2))
		v.Index(0).Set(filled(t.Elem(), l, seed+"a"))
		v.Index(1).Set(filled(t.Elem(), l, seed+"b"))
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(reflect.ValueOf("k1"), filled(t.Elem(), strict.Limits{}, seed))
		v.SetMapIndex(reflect.ValueOf("k2"), filled(t.Elem(), strict.Limits{}, seed))
	case reflect.String:
		v.SetString(seed)
		if len(l.Enum) > 0 {
			v.SetString(l.Enum[0])
		}
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.SetInt(1)
	}
	return v
}

// mutate calls f once for each field below v, while that field is changed.
func mutate(v reflect.Value, path string, f func(path string)) {
	switch v.Kind() {
	case reflect.Pointer:
		mutate(v.Elem(), path, f)
		changed(v, reflect.Zero(v.Type()), path+"=nil", f)
	case reflect.Struct:
		for i := range v.NumField() {
			if key, _ := strict.KeyOf(v.Type().Field(i)); key != "" {
				mutate(v.Field(i), strings.TrimPrefix(path+"."+key, "."), f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			mutate(v.Index(i), fmt.Sprintf("%s[%d]", path, i), f)
		}
		changed(v, v.Slice(0, 1), path+" shorter", f)
		swapped := reflect.MakeSlice(v.Type(), 2, 2)
		swapped.Index(0).Set(v.Index(1))
		swapped.Index(1).Set(v.Index(0))
		if !reflect.DeepEqual(v.Interface(), swapped.Interface()) {
			changed(v, swapped, path+" reordered", f)
		}
	case reflect.Map:
		fewer := reflect.MakeMap(v.Type())
		fewer.SetMapIndex(reflect.ValueOf("k1"), v.MapIndex(reflect.ValueOf("k1")))
		changed(v, fewer, path+" fewer", f)
	case reflect.String:
		changed(v, reflect.ValueOf(v.String()+"x").Convert(v.Type()), path, f)
	case reflect.Bool:
		changed(v, reflect.ValueOf(!v.Bool()), path, f)
	default:
		changed(v, reflect.ValueOf(v.Int()+1).Convert(v.Type()), path, f)
	}
}

func changed(v, to reflect.Value, path string, f func(string)) {
	before := reflect.New(v.Type()).Elem()
	before.Set(v)
	v.Set(to)
	f(path)
	v.Set(before)
}

func filledPlan() *Plan {
	p := filled(reflect.TypeFor[Plan](), strict.Limits{}, "").Interface().(Plan)
	return &p
}

func TestEveryChangeShowsInHashAndDiff(t *testing.T) {
	p, same := filledPlan(), filledPlan()
	if p.Hash() != same.Hash() || len(Diff(p, same, "da")) > 0 {
		t.Fatal("two equal plans differ")
	}
	seen := map[string]string{p.Hash(): "unchanged"}
	count := 0
	mutate(reflect.ValueOf(p).Elem(), "", func(path string) {
		count++
		if twin, ok := seen[p.Hash()]; ok {
			t.Errorf("%s: same hash as %s", path, twin)
		}
		seen[p.Hash()] = path
		for _, lang := range []string{"da", "en"} {
			sentences := Diff(same, p, lang)
			if len(sentences) == 0 || slices.ContainsFunc(sentences, func(s string) bool { return strings.HasPrefix(s, ":") || strings.Contains(s, "›  ›") }) {
				t.Errorf("%s: Diff says %q in %s", path, sentences, lang)
			}
		}
		steps := strings.HasPrefix(path, "recovery.steps") || strings.HasPrefix(path, "recovery.security_steps")
		steps = steps && !strings.HasSuffix(path, ".estimate") // what is expected of a step, and not what is done
		if (p.StepsHash() != same.StepsHash()) != steps {
			t.Errorf("%s: the steps hash changed: %v", path, !steps)
		}
	})
	if count < 400 {
		t.Errorf("only %d changes were tried", count)
	}
}

func TestDiffReadsWell(t *testing.T) {
	old := &Plan{Objectives: Objectives{RTO: 480}, Recovery: Recovery{Steps: []Step{{ID: "a", Title: "Start lagring", Estimate: 20}, {ID: "b"}}}}
	changed := &Plan{
		Objectives: Objectives{RTO: 240},
		DependsOn:  []Dependency{{ID: "idp-mfa"}},
		Recovery:   Recovery{Steps: []Step{{ID: "b"}, {ID: "a", Title: "Start lagring", Estimate: 105}, {ID: "c", Title: "Kontrol"}}},
	}
	want := map[string][]string{
		"da": {
			"Mål › Mål for reetableringstid: 8 timer → 4 timer",
			"Afhænger af: tilføjet idp-mfa",
			"Reetablering › Reetableringstrin › Start lagring › Estimat: 20 minutter → 1 time 45 minutter",
			"Reetablering › Reetableringstrin: tilføjet Kontrol",
			"Reetablering › Reetableringstrin: ny rækkefølge: b, a",
		},
		"en": {
			"Objectives › Recovery time objective: 8 hours → 4 hours",
			"Depends on: added idp-mfa",
			"Recovery › Recovery steps › Start lagring › Estimate: 20 minutes → 1 hour 45 minutes",
			"Recovery › Recovery steps: added Kontrol",
			"Recovery › Recovery steps: new order: b, a",
		},
	}
	for lang, sentences := range want {
		if got := Diff(old, changed, lang); !slices.Equal(got, sentences) {
			t.Errorf("Diff in %s:\n%s\nwant\n%s", lang, strings.Join(got, "\n"), strings.Join(sentences, "\n"))
		}
	}
}

func TestDiffShowsTheChangedPartOfALongText(t *testing.T) {
	text := strings.Repeat("Planlægning af besøg. ", 10)
	got := Diff(&Plan{Purpose: text + "Kun dag."}, &Plan{Purpose: text + "Dag og nat."}, "da")
	want := []string{"Formål: …Planlægning af besøg. Kun dag. → …Planlægning af besøg. Dag og nat."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWordsCoverTheModel keeps fields.txt and the Go types in step.
func TestWordsCoverTheModel(t *testing.T) {
	all, wanted := words(), map[string]bool{}
	var want func(t reflect.Type)
	want = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			want(t.Elem())
		case reflect.Struct:
			wanted[t.Name()] = true
			for _, key := range strict.Keys(t) {
				wanted[t.Name()+"."+key.Name] = true
				want(key.Type)
			}
		}
	}
	want(reflect.TypeFor[Plan]())
	want(reflect.TypeFor[Organisation]())
	for name := range wanted {
		if w, ok := all[name]; !ok || w.da == "" || w.en == "" || w.means == "" {
			t.Errorf("fields.txt lacks %s", name)
		}
	}
	for name := range all {
		if !wanted[name] {
			t.Errorf("fields.txt names %s, which is not in the model", name)
		}
	}
	if lines := strings.Count(fieldsText, "\n"); lines != len(all) {
		t.Errorf("fields.txt has %d lines but %d words: a line is malformed or double", lines, len(all))
	}
}

func TestCanonicalRoundTrip(t *testing.T) {
	p := filledPlan()
	back, err := ParseCanonical(p.Canonical())
	if err != nil || back.Hash() != p.Hash() || back.StepsHash() != p.StepsHash() || string(back.Canonical()) != string(p.Canonical()) {
		t.Fatalf("ParseCanonical: %v", err)
	}
	o := filled(reflect.TypeFor[Organisation](), strict.Limits{}, "").Interface().(Organisation)
	var read Organisation
	if err := read.ReadCanonical(o.Canonical()); err != nil || read.Hash() != o.Hash() || string(read.Canonical()) != string(o.Canonical()) {
		t.Fatalf("ReadCanonical: %v", err)
	}
	for _, bad := range []string{"", "{", `{"unknown":1}`, `{} {}`} {
		if _, err := ParseCanonical([]byte(bad)); err == nil {
			t.Errorf("ParseCanonical(%q) succeeds", bad)
		}
	}
}
