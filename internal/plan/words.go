package plan

import (
	_ "embed"
	"strings"
)

//go:embed fields.txt
var fieldsText string

// word is what people call a key or a type, in both languages, and what it
// means. The schema, the documentation and the sentences of Diff use the same.
type word struct{ da, en, means string }

// words are all of fields.txt by Type or Type.key.
func words() map[string]word {
	all := map[string]word{}
	for line := range strings.Lines(fieldsText) {
		if part := strings.Split(strings.TrimSpace(line), " | "); len(part) == 4 {
			all[part[0]] = word{da: part[1], en: part[2], means: part[3]}
		}
	}
	return all
}

func (w word) in(lang string) string {
	if lang == "en" {
		return w.en
	}
	return w.da
}
