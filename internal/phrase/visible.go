package phrase

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes one line of text in which nothing hides: spaces and line breaks
// become one blank, a control character becomes its picture, and any other
// character without a picture, such as one that turns the direction of writing,
// becomes its number (S18, S20).
func Visible(text string) string {
	return strings.Join(strings.Fields(reveal(text, false)), " ")
}

// VisibleLines is Visible for what a command printed: its lines and columns
// stay as they were.
func VisibleLines(text string) string { return strings.TrimRight(reveal(text, true), "\n") }

func reveal(text string, lines bool) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\t':
			if !lines && r == '\t' {
				r = ' '
			}
			b.WriteRune(r)
		case r < ' ':
			b.WriteRune('\u2400' + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		case r == utf8.RuneError, unicode.IsGraphic(r) && !unicode.In(r, unicode.Co):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		}
	}
	return b.String()
}

// Shorten cuts a text to at most longest characters, the mark of the cut included.
func Shorten(text string, longest int) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest-1]) + "…"
}

// Dash stands where a text is empty, so that nobody takes the place for forgotten.
func Dash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// Clean makes every text within a value visible: those of its fields, lists and
// maps, as deep as they go. v is a pointer.
func Clean(v any) { clean(reflect.ValueOf(v)) }

func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			clean(v.Elem())
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(Visible(v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				clean(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			clean(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if item := v.MapIndex(key); item.Kind() == reflect.String {
				v.SetMapIndex(key, reflect.ValueOf(Visible(item.String())).Convert(item.Type()))
			}
		}
	}
}
