// Package gsm writes a text as a telephone takes it in one SMS: in the letters of
// GSM-7 (3GPP TS 23.038, 6.2.1), of which one message holds 160. One letter outside
// of them, such as a long dash, would send the whole message in another alphabet, of
// which it holds 70.
package gsm

import (
	"strings"
	"unicode"
)

// Longest is how many septets one SMS holds.
const Longest = 160

// The letters of the alphabet; those of the extension take two septets each. The
// extension's form feed is left out, as no message has use for one, and so is the
// carriage return.
const (
	basic = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extension = "^{}\\[~]|€"
)

// Septets is how long a text is in an SMS; letters that GSM-7 does not have count as
// one, because Clean replaces them.
func Septets(s string) (n int) {
	for _, r := range s {
		if n++; strings.ContainsRune(extension, r) {
			n++
		}
	}
	return n
}

// Clean writes a text with the letters of GSM-7 alone, on one line. Æ, ø and å stay;
// dashes, quotation marks, ellipses and accents become what people type instead;
// pictures go; a letter of another script becomes a question mark.
func Clean(s string) string {
	var b strings.Builder
	for _, r := range composed(s) {
		switch {
		case strings.ContainsRune(basic, r), strings.ContainsRune(extension, r):
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		default:
			b.WriteString(instead(r))
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// composed puts a ring or two dots together with the letter below them: some programs
// write å as two characters, and a without its ring is another word.
func composed(s string) string {
	return strings.NewReplacer(
		"a\u030a", "å", "A\u030a", "Å", "a\u0308", "ä", "A\u0308", "Ä", "o\u0308", "ö", "O\u0308", "Ö", "u\u0308", "ü", "U\u0308", "Ü",
	).Replace(s)
}

// instead is what people type where a telephone has no such letter.
func instead(r rune) string {
	for _, same := range []struct{ of, typed string }{
		{"‐‑‒–—―−•·‣▪", "-"},
		{"‘’‚‛′´`", "'"},
		{"“”„‟″«»", `"`},
		{"…", "..."},
		{"→⇒", "->"},
		{"×", "x"},
		{"≤", "<="},
		{"≥", ">="},
		{"½", "1/2"},
		{"°", " gr."},
		{"áâãāăą", "a"},
		{"ÁÂÃÀĀĂĄ", "A"},
		{"çćčĉċ", "c"},
		{"ĆČĈĊ", "C"},
		{"ďđð", "d"},
		{"ĎĐÐ", "D"},
		{"êëēėęě", "e"},
		{"ÈÊËĒĖĘĚ", "E"},
		{"ğģĝ", "g"},
		{"ĞĢĜ", "G"},
		{"íîïīįı", "i"},
		{"ÌÍÎÏĪĮİ", "I"},
		{"ķ", "k"},
		{"Ķ", "K"},
		{"łľļĺ", "l"},
		{"ŁĽĻĹ", "L"},
		{"ńňņ", "n"},
		{"ŃŇŅ", "N"},
		{"óôõōő", "o"},
		{"ÒÓÔÕŌŐ", "O"},
		{"œ", "oe"},
		{"Œ", "OE"},
		{"řŕ", "r"},
		{"ŘŔ", "R"},
		{"śšşș", "s"},
		{"ŚŠŞȘ", "S"},
		{"ťţț", "t"},
		{"ŤŢȚ", "T"},
		{"þ", "th"},
		{"Þ", "Th"},
		{"úûūůűų", "u"},
		{"ÙÚÛŪŮŰŲ", "U"},
		{"ýÿ", "y"},
		{"ÝŸ", "Y"},
		{"źżž", "z"},
		{"ŹŻŽ", "Z"},
	} {
		if strings.ContainsRune(same.of, r) {
			return same.typed
		}
	}
	if unicode.IsLetter(r) || unicode.IsNumber(r) {
		return "?"
	}
	return ""
}
