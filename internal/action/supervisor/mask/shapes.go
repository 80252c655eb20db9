package mask

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

const (
	// Least is the length in bytes of the shortest text that is masked. Shorter ones stand everywhere by chance, and masking them
	// would tell what they are.
	Least = 6
	// Most is the length in bytes of the longest secret: room for a key with its chain, and a bound for the memory.
	Most = 16 << 10
)

// written are the shapes that stand in one piece: the secret itself, each of its lines (PEM), and what the usual escapings make of it.
func written(secret string) []string {
	var list []string
	lines := strings.FieldsFunc(secret, func(r rune) bool { return r == '\n' || r == '\r' })
	for _, text := range append(lines, secret) {
		if !strings.HasPrefix(text, "-----") || text == secret {
			list = append(list, escaped(text)...)
		}
	}
	return list
}

// escaped is one text and its escapings.
func escaped(text string) []string {
	html5 := html.EscapeString(text)
	list := []string{
		text, html5, strings.NewReplacer("&#34;", "&quot;", "&#39;", "&apos;").Replace(html5), strings.ReplaceAll(html5, "&#39;", "&#x27;"),
		strings.ReplaceAll(text, `'`, `'\''`), strings.ReplaceAll(text, `'`, `''`), slashed(text),
	}
	for _, quoted := range append(jsonShapes(text), strconv.Quote(text), strconv.QuoteToASCII(text)) {
		list = append(list, strings.TrimSuffix(strings.TrimPrefix(quoted, `"`), `"`))
	}
	for _, coded := range percentShapes(text) {
		list = append(list, coded, regexp.MustCompile(`%[0-9A-F]{2}`).ReplaceAllStringFunc(coded, strings.ToLower))
	}
	return list
}

// jsonShapes are the ways in which the common encoders write a JSON text.
func jsonShapes(text string) []string {
	var plain strings.Builder
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text)
	loose := strings.TrimSuffix(plain.String(), "\n")
	strict, _ := json.Marshal(text)
	var ascii, all strings.Builder
	for _, r := range loose {
		if r < 0x80 {
			ascii.WriteRune(r)
			continue
		}
		writeUnits(&ascii, r)
	}
	for _, r := range text {
		writeUnits(&all, r)
	}
	list := []string{loose, string(strict), ascii.String(), all.String()}
	for _, text := range list {
		list = append(list, strings.ReplaceAll(text, "/", `\/`))
	}
	return list
}

func writeUnits(to *strings.Builder, r rune) {
	for _, unit := range utf16.Encode([]rune{r}) {
		_, _ = fmt.Fprintf(to, `\u%04x`, unit)
	}
}

// percentShapes are the ways in which a text stands in an address or a form, in capital hexadecimal digits.
func percentShapes(text string) []string {
	var strict, all strings.Builder
	for i := range len(text) {
		c := text[i]
		coded := fmt.Sprintf("%%%02X", c)
		all.WriteString(coded)
		if c < 0x80 && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || strings.IndexByte("-._~", c) >= 0) {
			coded = string(rune(c))
		}
		strict.WriteString(coded)
	}
	password := strings.TrimPrefix(url.UserPassword("", text).String(), ":")
	return []string{url.QueryEscape(text), url.PathEscape(text), password, strict.String(), all.String()}
}

// slashed is how a shell's printf %q and many tools protect a word.
func slashed(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-./,:@%+", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// coded are the shapes that tools break into lines or groups wherever they like: hexadecimal, and base64 at each of its three
// offsets, because what stands before the secret moves its bits.
func coded(secret string) []string {
	digits := hex.EncodeToString([]byte(secret))
	list := []string{digits, strings.ToUpper(digits)}
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			text := alphabet.EncodeToString(append(make([]byte, offset), secret...))
			// Characters that hold bits of a neighbour are different each time.
			first := []int{0, 2, 3}[offset]
			last := (offset + len(secret)) * 8 / 6
			list = append(list, text[min(first, last):last])
		}
	}
	return list
}
