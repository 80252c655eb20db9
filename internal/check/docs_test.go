package check

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const docsFile = "../../docs/checks.md"

// The page of the rules holds the texts of Explain word for word, and a table
// of what the sample says now. UPDATE=1 writes both anew.
func testDocs(t *testing.T, base Input) {
	page, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	want := string(page)
	for name, text := range map[string]string{"rules": rulesText, "sample": sampleTable(copyOf(base))} {
		begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
		before, rest, ok := strings.Cut(want, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("%s has no %s", docsFile, begin)
		}
		want = before + begin + "\n" + text + "\n" + end + after
	}
	if want == string(page) {
		return
	}
	if os.Getenv("UPDATE") == "" {
		t.Errorf("%s is not what the rules say; run UPDATE=1 go test ./internal/check -run TestSample/Docs", docsFile)
		return
	}
	if err := os.WriteFile(docsFile, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func sampleTable(in Input) string {
	r := Run(in)
	said := map[string][]string{}
	for _, f := range r.Findings {
		word := f.Code
		if f.Subject != "" {
			word += " (" + f.Subject + ")"
		}
		said[f.System] = append(said[f.System], fmt.Sprintf("%s %s %s", word, f.Severity, f.State))
	}
	var out strings.Builder
	out.WriteString("| system | planned | projected | with the people there are | rto | state | findings |\n")
	out.WriteString("| --- | ---: | ---: | ---: | ---: | --- | --- |\n")
	for _, s := range r.Systems {
		fmt.Fprintf(&out, "| `%s` | %d | %d | %d | %d | %s | %s |\n", s.System, s.Result.PlannedFinish,
			s.Result.ProjectedFinish, s.Capacity, s.Result.RTO, s.State, strings.Join(said[s.System], "; "))
	}
	fmt.Fprintf(&out, "| the organisation | | | | | | %s |\n", strings.Join(said[""], "; "))
	return out.String()
}

// The files in plans/ give the numbers of spec/domain.md 7.3: planned and
// projected finish in minutes.
func testTheFilesGiveTheNumbersOfTheTable(t *testing.T, base Input) {
	want := strings.Fields(`ad-entra=390/425 backup-platform=190/170 dns-dhcp=270/260 esdh=720/1005 gis=670/935
		hjemmeside=50/45 idp-mfa=450/485 jobcenter-ydelse=495/530 loen=510/545 m365=495/530 netvaerk-kerne=90/75
		noedkald=150/130 oekonomi=510/545 omsorg=490/520 print=440/475 skole-dagtilbud=480/515 sql-klynge=580/825
		telefoni=135/115 virtualisering-san=220/215`)
	for i, s := range Run(copyOf(base)).Systems {
		if got := fmt.Sprintf("%s=%d/%d", s.System, s.Result.PlannedFinish, s.Result.ProjectedFinish); got != want[i] {
			t.Errorf("%s, want %s", got, want[i])
		}
	}
}
