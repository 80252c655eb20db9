package bundle_test

import (
	"html"
	"strings"
	"testing"

	"beredskab/internal/bundle"
)

// The book has what is needed when nobody can be rung up: who comes where, with room for
// the times under the names by which they are typed in, and slips for messengers.
func TestTheBookKnowsWhatToDoWithoutTelephones(t *testing.T) {
	for lang, words := range map[string][]string{
		"da": {"Når telefonnettet er nede: hvem møder hvor", "Mødested 1: Rådhuset", "alarm-it-vagt", "alarm-direktionen", "Mødte kl.", "BESKED FRA IT-BEREDSKABET", "Modtaget kl. og navn"},
		"en": {"When the telephone net is down: who comes where", "alarm-it-chef", "Arrived at", "MESSAGE FROM IT CONTINUITY"},
	} {
		in := sample(t, lang)
		in.Print = true
		book := html.UnescapeString(read(t, build(t, in).Folder, bundle.PartPrint, "book.html"))
		for _, word := range words {
			if !strings.Contains(book, word) {
				t.Errorf("%s: the book lacks %q", lang, word)
			}
		}
	}
}

// The sheet of the book, typed in, is read as it stands.
func TestTheSheetIsRead(t *testing.T) {
	times, err := bundle.ReadPaper("ark.csv", []byte("øvelse;system;trin;dato;begyndt;slut;navn\n2026-31;telefoni;alarm-it-vagt;2026-11-23;18.02;18.20;AB\n"))
	if err != nil || len(times) != 1 || times[0].Step != "alarm-it-vagt" || times[0].Ended.Sub(times[0].Started).Minutes() != 18 {
		t.Errorf("%+v: %v", times, err)
	}
}
