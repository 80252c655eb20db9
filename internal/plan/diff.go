package plan

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"beredskab/internal/plan/strict"
)

// Diff says in plain sentences what differs between two plans; lang is da or en.
// It goes over the Go types, so that no field can be forgotten, and matches list
// items by what names them, so that a moved step is not shown as a new one.
func Diff(old, new *Plan, lang string) []string {
	d := &difference{words: words(), lang: lang}
	d.compare("", reflect.ValueOf(*old), reflect.ValueOf(*new))
	return d.sentences
}

type difference struct {
	words     map[string]word
	lang      string
	sentences []string
}

func (d *difference) say(where, danish, english string, args ...any) {
	text := danish
	if d.lang == "en" {
		text = english
	}
	d.sentences = append(d.sentences, where+": "+fmt.Sprintf(text, args...))
}

func (d *difference) compare(where string, old, new reflect.Value) {
	switch old.Kind() {
	case reflect.Pointer:
		switch {
		case old.IsNil() && new.IsNil():
		case old.IsNil():
			d.say(where, "tilføjet (%s)", "added (%s)", d.show(new))
		case new.IsNil():
			d.say(where, "fjernet (%s)", "removed (%s)", d.show(old))
		default:
			d.compare(where, old.Elem(), new.Elem())
		}
	case reflect.Struct:
		for i := range old.NumField() {
			if key, _ := strict.KeyOf(old.Type().Field(i)); key != "" {
				label := d.words[old.Type().Name()+"."+key].in(d.lang)
				d.compare(strings.TrimPrefix(where+" › "+label, " › "), old.Field(i), new.Field(i))
			}
		}
	case reflect.Slice:
		d.list(where, old, new)
	case reflect.Map:
		d.table(where, old, new)
	default:
		if !old.Equal(new) {
			before, after := fromDifference(old, new)
			d.say(where, "%s → %s", "%s → %s", d.show(before), d.show(after))
		}
	}
}

// fromDifference leaves out what two long texts begin with in common, so that the
// change is in the part that is shown.
func fromDifference(old, new reflect.Value) (before, after reflect.Value) {
	const lead = 20
	if old.Kind() != reflect.String || min(old.Len(), new.Len()) <= 2*lead {
		return old, new
	}
	a, b, same := []rune(old.String()), []rune(new.String()), 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	from := same - lead
	for from > 0 && a[from-1] != ' ' {
		from--
	}
	if from <= 0 {
		return old, new
	}
	return reflect.ValueOf("…" + string(a[from:])), reflect.ValueOf("…" + string(b[from:]))
}

// list matches items by name and says what came, went, changed and moved.
func (d *difference) list(where string, old, new reflect.Value) {
	before, after := itemNames(old), itemNames(new)
	for i, name := range before {
		if j := slices.Index(after, name); j < 0 {
			d.say(where, "fjernet %s", "removed %s", d.show(old.Index(i)))
		} else if old.Index(i).Kind() == reflect.Struct {
			d.compare(where+" › "+shownName(new.Index(j)), old.Index(i), new.Index(j))
		}
	}
	for j, name := range after {
		if !slices.Contains(before, name) {
			d.say(where, "tilføjet %s", "added %s", d.show(new.Index(j)))
		}
	}
	gone := func(in []string) func(string) bool {
		return func(name string) bool { return !slices.Contains(in, name) }
	}
	stayed, now := slices.DeleteFunc(before, gone(after)), slices.DeleteFunc(after, gone(before))
	if !slices.Equal(stayed, now) {
		order := make([]string, len(now))
		for i, name := range now {
			order[i] = strings.SplitN(name, "#", 2)[0]
		}
		d.say(where, "ny rækkefølge: %s", "new order: %s", strings.Join(order, ", "))
	}
}

// itemNames tells the items of a list apart: by id, or else by their first text,
// or by value; the second of the same name gets a number.
func itemNames(list reflect.Value) []string {
	names, count := make([]string, list.Len()), map[string]int{}
	for i := range names {
		name := itemName(list.Index(i))
		count[name]++
		if count[name] > 1 {
			name = fmt.Sprintf("%s#%d", name, count[name])
		}
		names[i] = name
	}
	return names
}

// itemName is the first field, which every type of the model keeps for the name
// (id, name, role, place, what …).
func itemName(item reflect.Value) string {
	if item.Kind() == reflect.Struct {
		item = item.Field(0)
	}
	return fmt.Sprint(item.Interface())
}

func shownName(item reflect.Value) string {
	if title := item.FieldByName("Title"); title.IsValid() && title.String() != "" {
		return strict.Short(title.String())
	}
	return strict.Short(itemName(item))
}

func (d *difference) table(where string, old, new reflect.Value) {
	keys := map[string]bool{}
	for _, key := range slices.Concat(old.MapKeys(), new.MapKeys()) {
		keys[key.String()] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		k := reflect.ValueOf(key)
		before, after := old.MapIndex(k), new.MapIndex(k)
		switch {
		case !before.IsValid():
			d.say(where, "tilføjet %s: %s", "added %s: %s", key, d.show(after))
		case !after.IsValid():
			d.say(where, "fjernet %s: %s", "removed %s: %s", key, d.show(before))
		default:
			d.compare(where+" › "+key, before, after)
		}
	}
}

// show writes a value as people say it.
func (d *difference) show(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Pointer:
		return d.show(v.Elem())
	case v.Type() == reflect.TypeFor[Duration]():
		return Duration(v.Int()).spoken(d.lang)
	case v.Kind() == reflect.Struct:
		return shownName(v)
	case v.Kind() == reflect.Bool && d.lang == "en":
		return map[bool]string{true: "yes", false: "no"}[v.Bool()]
	case v.Kind() == reflect.Bool:
		return map[bool]string{true: "ja", false: "nej"}[v.Bool()]
	case v.Kind() == reflect.String && v.String() == "" && d.lang == "en":
		return "(empty)"
	case v.Kind() == reflect.String && v.String() == "":
		return "(tom)"
	default:
		return strict.Short(fmt.Sprint(v.Interface()))
	}
}

// spoken writes a duration in words: 1 time 45 minutter, 2 døgn.
func (d Duration) spoken(lang string) string {
	names := [...][2]string{{"døgn", "døgn"}, {"time", "timer"}, {"minut", "minutter"}}
	if lang == "en" {
		names = [...][2]string{{"day", "days"}, {"hour", "hours"}, {"minute", "minutes"}}
	}
	days, hours := d/(24*60), d/60%24
	if days < 2 || d%(24*60) != 0 {
		days, hours = 0, d/60
	}
	var words []string
	for i, n := range [...]Duration{days, hours, d % 60} {
		switch {
		case n == 1:
			words = append(words, "1 "+names[i][0])
		case n != 0 || i == 2 && len(words) == 0:
			words = append(words, fmt.Sprintf("%d %s", n, names[i][1]))
		}
	}
	return strings.Join(words, " ")
}
