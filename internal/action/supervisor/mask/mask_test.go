package mask

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	mathrand "math/rand/v2"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// canary is a secret with everything in it that an escaping touches.
const canary = `k9"/<&' %+æ\Zq7~:=?Tw`

// masked sends a text through in pieces of a given size.
func masked(text string, size int, secrets ...string) string {
	var out bytes.Buffer
	w := New(&out, secrets)
	for len(text) > 0 {
		n := min(size, len(text))
		_, _ = w.Write([]byte(text[:n]))
		text = text[n:]
	}
	_ = w.Close()
	return out.String()
}

// wrapped breaks a text into lines, as base64 and xxd do.
func wrapped(text string, width int, between string) string {
	var lines []string
	for len(text) > width {
		lines, text = append(lines, text[:width]), text[width:]
	}
	return strings.Join(append(lines, text), between)
}

// shapes are the forms in which the canary turns up. Each is made here with other code than the mask's where there is any.
func shapes(secret string) map[string]string {
	text, _ := json.Marshal(map[string]string{"password": secret})
	indented, _ := json.MarshalIndent([]string{secret}, "", "  ")
	query := url.Values{"p": {secret}}.Encode()
	list := map[string]string{
		"plain": secret, "in a line": "PGPASSWORD=" + secret + "\n", "in quotes": "'" + secret + "'", "twice": secret + secret,
		"json": string(text), "json indented": string(indented), "json with slashes": strings.ReplaceAll(string(text), "/", `\/`),
		"query": query, "query small": regexp.MustCompile(`%..`).ReplaceAllStringFunc(query, strings.ToLower), "path": "/" + url.PathEscape(secret), "address": (&url.URL{Scheme: "x", Host: "h", User: url.UserPassword("u", secret)}).String(),
		"html": html.EscapeString(secret), "go": strconv.Quote(secret), "go ascii": strconv.QuoteToASCII(secret),
		"shell": "'" + strings.ReplaceAll(secret, "'", `'\''`) + "'", "sql": "'" + strings.ReplaceAll(secret, "'", "''") + "'",
		"hex": hex.EncodeToString([]byte(secret)), "hex big": strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"hex colons": wrapped(hex.EncodeToString([]byte(secret)), 2, ":"), "hex groups": wrapped(hex.EncodeToString([]byte(secret)), 4, " "),
		"base64 wrapped":  wrapped(base64.StdEncoding.EncodeToString([]byte("u:"+secret)), 10, "\n"),
		"base64 indented": wrapped(base64.StdEncoding.EncodeToString([]byte("user:"+secret)), 16, "\r\n    "),
	}
	for i, before := range []string{"", "u", "us"} {
		list[fmt.Sprintf("base64 offset %d", i)] = base64.StdEncoding.EncodeToString([]byte(before + secret))
		list[fmt.Sprintf("base64 offset %d, more behind", i)] = base64.StdEncoding.EncodeToString([]byte(before + secret + "\nmore"))
		list[fmt.Sprintf("base64url offset %d", i)] = base64.URLEncoding.EncodeToString([]byte(before + secret))
	}
	percent := ""
	for i := range len(secret) {
		percent += fmt.Sprintf("%%%02x", secret[i])
	}
	list["percent"] = percent
	return list
}

// read undoes every encoding that shapes uses, as far as it goes, and says whether anything of the secret is to be seen: six
// characters in a row are too many.
func read(out, secret string) bool {
	folded := strings.NewReplacer("\n", "", "\r", "", " ", "", ":", "").Replace(out)
	texts := []string{out, html.UnescapeString(out), strings.NewReplacer(`'\''`, "'", "''", "'").Replace(out)}
	if text, err := url.QueryUnescape(out); err == nil {
		texts = append(texts, text)
	}
	if text, err := hex.DecodeString(strings.ToLower(folded)); err == nil {
		texts = append(texts, string(text))
	}
	for cut := range 4 {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text, _ := alphabet.DecodeString(strings.TrimRight(folded[min(cut, len(folded)):], "="))
			texts = append(texts, string(text))
		}
	}
	for _, text := range texts {
		for i := 0; i+Least <= len(secret); i++ {
			if strings.Contains(text, secret[i:i+Least]) {
				return true
			}
		}
	}
	return false
}

// TestShapes is S13: each shape, whole and cut into writes of every size, shows nothing of the secret and loses nothing else.
func TestShapes(t *testing.T) {
	pem := "-----BEGIN PRIVATE KEY-----\n" + wrapped(base64.StdEncoding.EncodeToString([]byte(rand.Text()+rand.Text()+rand.Text()+rand.Text())), 64, "\n") + "\n-----END PRIVATE KEY-----"
	count, failed, shown := 0, 0, 0
	try := func(name, text, secret string) {
		count++
		if strings.Contains(text, secret) || read(text, secret) {
			shown++ // the control: the reader sees the secret where it is not masked
		}
		whole := masked("before "+text+" behind", 1<<20, secret)
		if read(whole, secret) || !strings.HasPrefix(whole, "before ") || !strings.HasSuffix(whole, " behind") {
			t.Errorf("%s: %q", name, whole)
			failed++
		}
		for _, size := range []int{1, 2, 3, 5, 8, 13, 21, 34} {
			if cut := masked("before "+text+" behind", size, secret); cut != whole {
				t.Fatalf("%s in writes of %d: %q, whole %q", name, size, cut, whole)
			}
		}
	}
	for name, text := range shapes(canary) {
		try(name, text, canary)
	}
	for name, text := range map[string]string{
		"pem": pem, "pem crlf": strings.ReplaceAll(pem, "\n", "\r\n"), "pem json": strconv.Quote(pem), "pem indented": strings.ReplaceAll(pem, "\n", "\n    "),
		"pem lines shuffled": strings.Split(pem, "\n")[2] + "\n" + strings.Split(pem, "\n")[1],
	} {
		try(name, text, strings.Split(pem, "\n")[1])
		if out := masked(text, 7, pem); strings.Contains(out, strings.Split(pem, "\n")[1][:20]) {
			t.Errorf("%s: %q", name, out)
			failed++
		}
	}
	proof.Report(t, proof.Figure{
		ID: "S13", What: "secrets in a stream, cut in 8 ways", Count: count, Unit: "shapes", Failed: failed,
		Found: "0 plain hits", Control: fmt.Sprintf("without the mask %d of them were read", shown),
	})
	if shown < count-8 { // a reader that undoes no JSON and no Go quoting
		t.Errorf("the control read only %d of %d", shown, count)
	}
}

func TestWhatIsNotMasked(t *testing.T) {
	for _, one := range []struct{ text, secret, want string }{
		{"abcde abcdef", "abcde", "abcde abcdef"}, // under six: hidden nowhere
		{"abcde abcdefg", "abcdef", "abcde ***g"},
		{"the abcdef", "abcdefgh", "the ***"}, // the beginning of a secret at the very end
		{"the abcde", "abcdefgh", "the abcde"},
		{"", "abcdef", ""},
		{"aaaaaaaaa", "aaaaaa", "***"},
		{"abcdefabcdef", "abcdef", "******"},
		{"61626364656667", "abcdefg", "***"},
	} {
		if got := masked(one.text, 3, one.secret); got != one.want {
			t.Errorf("%q without %q: %q, want %q", one.text, one.secret, got, one.want)
		}
	}
	if two := masked("one-secret and two-secret", 5, "one-secret", "two-secret", "secret and"); two != "*** ***" {
		t.Errorf("%q", two)
	}
}

// TestTruth compares the mask with a slow and simple one on random streams of few characters, where everything overlaps.
func TestTruth(t *testing.T) {
	seed := proof.Seed(t)
	random := mathrand.New(mathrand.NewPCG(seed, 0))
	letters := func(n int) string {
		text := make([]byte, n)
		for i := range text {
			text[i] = "zy"[random.IntN(2)] // no hexadecimal digit, and nothing that an escaping touches
		}
		return string(text)
	}
	for range proof.Size(300, 3000, 50_000) {
		secrets := []string{letters(6 + random.IntN(3)), letters(6 + random.IntN(9))}
		text := letters(random.IntN(80)) + " "
		if got, want := masked(text, 1+random.IntN(9), secrets...), simple(text, secrets); got != want {
			t.Fatalf("%q without %q: %q, want %q", text, secrets, got, want)
		}
	}
}

// simple marks every character of every occurrence; what touches but does not overlap stays apart.
func simple(text string, secrets []string) string {
	joined, hidden := make([]bool, len(text)+1), make([]bool, len(text)+1)
	for _, s := range secrets {
		for i := 0; i+len(s) <= len(text); i++ {
			if text[i:i+len(s)] == s {
				for k := i; k < i+len(s); k++ {
					hidden[k] = true
					joined[k] = joined[k] || k > i
				}
			}
		}
	}
	out := ""
	for i := range len(text) {
		switch {
		case !hidden[i]:
			out += text[i : i+1]
		case !joined[i]:
			out += stars
		}
	}
	return out
}

// TestWideGaps: white space without end behind half a secret must not be kept back for ever.
func TestWideGaps(t *testing.T) {
	w := New(io.Discard, []string{canary})
	_, _ = w.Write([]byte(hex.EncodeToString([]byte(canary))[:20]))
	for range 100 {
		_, _ = w.Write(bytes.Repeat([]byte("\n"), 32<<10))
	}
	if len(w.held) > 64<<10 {
		t.Errorf("%d bytes are kept back", len(w.held))
	}
}

// TestLargestSecret: the automaton of the largest secret stays small enough for a supervisor.
func TestLargestSecret(t *testing.T) {
	secret := strings.Repeat(rand.Text(), Most)[:Most]
	var out bytes.Buffer
	w := New(&out, []string{secret})
	nodes := 0
	for _, m := range w.matchers {
		nodes += len(m.nodes)
	}
	if bytes := nodes * 24; bytes > 32<<20 {
		t.Errorf("the automaton takes %d bytes", bytes)
	}
	_, _ = io.WriteString(w, "a"+secret+"b")
	if _ = w.Close(); out.String() != "a***b" {
		t.Errorf("%d bytes came out", out.Len())
	}
}
