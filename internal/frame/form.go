package frame

import "time"

// Filled refuses the first of those fields of a form that is empty; what to write there
// stands in the texts of the part, under PART.wrong.NAME.
func (v *Visit) Filled(part string, names ...string) error {
	for _, name := range names {
		if v.Field(name) == "" {
			return Wrong{Key: part + ".wrong." + name}
		}
	}
	return nil
}

// Day reads the first moment of a day where the municipality is; an empty field is no
// day. What is no day is refused by PART.wrong.day.
func (v *Visit) Day(part, name string) (time.Time, error) {
	text := v.Field(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, v.Texts.Zone)
	if err != nil {
		return time.Time{}, Wrong{Key: part + ".wrong.day", Values: []any{text}}
	}
	return at, nil
}
