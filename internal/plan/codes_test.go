package plan

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryCodeIsExplained(t *testing.T) {
	used := codesInSource(t)
	if codes := Codes(); !slices.Equal(codes, used) {
		t.Errorf("codes.md explains %v\nthe source uses  %v", codes, used)
	}
	for _, code := range used {
		text, ok := Explain(code)
		if !ok || !strings.HasPrefix(text, code+" ") || !strings.Contains(text, "wrong:") || !strings.Contains(text, "right:") {
			t.Errorf("Explain(%s) = %q; want a title, why, a wrong and a right example", code, text)
		}
	}
	if _, ok := Explain("BP999"); ok {
		t.Error("Explain knows BP999")
	}
}

func codesInSource(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	parts, err2 := filepath.Glob("strict/*.go")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	found := map[string]bool{}
	for _, file := range append(files, parts...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`"BP\d{3}"`).FindAllString(string(src), -1) {
			found[strings.Trim(code, `"`)] = true
		}
	}
	codes := make([]string, 0, len(found))
	for code := range found {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}
