package bundle_test

import (
	"errors"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"beredskab/internal/bundle"
	"beredskab/internal/plan"
)

// TestOpenPartKeepsSecrets looks for what only the closed parts may hold, in
// every file of the open one.
func TestOpenPartKeepsSecrets(t *testing.T) {
	in := sample(t, "da")
	whole, _ := in.Set.Plan("gis")
	whole.Confidential, whole.Confidentiality = nil, "fortrolig"
	spoken, _ := in.Set.Plan("loen")
	spoken.Activation.CallTree = "Ring 12 34 56 78 eller +4587654321, skriv til vagt@eksempelkommune.dk"
	in.Print = true
	built := build(t, in)
	open := memory(t, os.DirFS(filepath.Join(built.Folder, bundle.PartOpen)))
	numbers := regexp.MustCompile(`\+45|12 34 56 78|@eksempelkommune`)
	for name, file := range open {
		text := html.UnescapeString(string(file.Data))
		if found := numbers.FindString(text); found != "" && name != "manifest.json" {
			t.Errorf("%s shows %q", name, found)
		}
		for _, p := range in.Set.Plans {
			for _, step := range p.Recovery.Steps {
				if step.Instruction != "" && strings.Contains(text, step.Instruction) {
					t.Errorf("%s shows the confidential step %q", name, step.Instruction)
				}
			}
		}
	}
	gis := string(open["plans/gis.html"].Data)
	if strings.Contains(gis, "Nødplan: sådan") || !strings.Contains(gis, "GIS og kortdata") {
		t.Error("a plan that is confidential as a whole shows more, or less, than what it is")
	}
	if text := string(open["plans/loen.html"].Data); !strings.Contains(text, "Ring [står i den lukkede kopi] eller [står i den lukkede kopi], skriv til [står i den lukkede kopi]") {
		t.Error("numbers in running text are not hidden where they stood")
	}
	book := html.UnescapeString(read(t, built.Folder, bundle.PartPrint, "book.html"))
	for _, want := range []string{"+45 00 00 01 99", "It-vagten, mobil 2", "12 34 56 78", "Genopbyg indeks", in.Set.Plans[0].Hash()[:12]} {
		if !strings.Contains(book, want) {
			t.Errorf("the book lacks %q", want)
		}
	}
}

// TestPagesAskNobody holds the pages to what lies beside them, in both
// languages: a word without a text would show itself too.
func TestPagesAskNobody(t *testing.T) {
	outside := regexp.MustCompile(`(?i)(src|href|url|action)\s*[=(]\s*["']?\s*(https?:|//)|@import|<script[^>]*>[^<]|<[^>]+\son[a-z]+=`)
	for _, lang := range bundleLanguages() {
		in := sample(t, lang)
		in.Print = true
		built := build(t, in)
		for name, file := range memory(t, os.DirFS(built.Folder)) {
			text := string(file.Data)
			if found := outside.FindString(text); found != "" {
				t.Errorf("%s: %s reaches outside: %q", lang, name, found)
			}
			if at := strings.Index(text, "⟦"); at >= 0 {
				t.Errorf("%s: %s has no text for %s", lang, name, text[at:min(len(text), at+40)])
			}
			if id := bundle.Short(built.Manifest.ID); strings.HasSuffix(name, ".html") && strings.Count(text, id) < 2 {
				t.Errorf("%s: %s does not say which copy it is in its footers", lang, name)
			}
		}
	}
	for _, bad := range []string{`<img src="http://a/b">`, `<a href='//a'>`, `url(https://a)`, `<script>x</script>`, `<b onclick="x">`} {
		if !outside.MatchString(bad) {
			t.Errorf("control: %s was not found", bad)
		}
	}
}

func bundleLanguages() []string { return []string{"da", "en"} }

// TestCircleCostsTheOrderOnly makes a bundle of plans that wait for each other.
func TestCircleCostsTheOrderOnly(t *testing.T) {
	in := sample(t, "en")
	first, _ := in.Set.Plan("netvaerk-kerne")
	first.DependsOn = []plan.Dependency{{ID: "omsorg"}}
	index := read(t, build(t, in).Folder, bundle.PartOpen, "index.html")
	if !strings.Contains(index, "wait for each other in a circle") || strings.Count(index, "<a href=\"plans/") != 19 {
		t.Error("the index does not say that there is no order, or lacks plans")
	}
}

// TestUnmeasuredIsNotShownAsMeasured: a time is called measured only where
// somebody measured one.
func TestUnmeasuredIsNotShownAsMeasured(t *testing.T) {
	for measured, want := range map[int]string{0: "", 825: "Projected with measured times: 20 h 15 min."} {
		in := sample(t, "en")
		if measured > 0 {
			in.Measured = map[string]int{"sql-klynge": measured, "ad-entra": 120}
		}
		page := read(t, build(t, in).Folder, bundle.PartOpen, "plans", "sql-klynge.html")
		if got := strings.Contains(page, "with measured times"); got != (want != "") {
			t.Errorf("measured %d: it says %t", measured, got)
		}
		if !strings.Contains(page, want) {
			at := strings.Index(page, "with measured times")
			t.Errorf("measured %d: %q", measured, page[max(0, at):min(len(page), max(0, at)+60)])
		}
	}
}

func TestLaptopStarts(t *testing.T) {
	in := sample(t, "da")
	in.Laptop = laptop(t)
	folder := filepath.Join(build(t, in).Folder, bundle.PartLaptop)
	state := t.TempDir()
	for word, want := range map[string]string{
		"":        "/beredskab bundle serve " + filepath.Join(folder, "pages"),
		"program": "/beredskab restore " + filepath.Join(folder, "register", "register.tar") + " --into " + state,
	} {
		cmd := exec.Command("sh", filepath.Join(folder, "start.sh"))
		if word != "" {
			cmd.Args = append(cmd.Args, word)
		}
		cmd.Env = append(os.Environ(), "BEREDSKAB_DIR="+state)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("start.sh %s: %v\n%s", word, err, out)
		}
	}
	for _, name := range []string{"plans/omsorg.yaml", "plans/organisation.yaml", "pages/book.html"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "plans", "plans.go")); !errors.Is(err, os.ErrNotExist) {
		t.Error("more than plan files came along")
	}
}

// TestPassphraseOpens seals with a passphrase, which only that passphrase opens.
func TestPassphraseOpens(t *testing.T) {
	in := sample(t, "da")
	in.Seal.Passphrase = "fem tilfældige ord i en række"
	built := build(t, in)
	folder := filepath.Join(t.TempDir(), "opened")
	unseal(t, built.Folder, folder, bundle.Opener{Passphrase: in.Seal.Passphrase})
	if _, err := bundle.Verify(os.DirFS(folder), public()); err != nil {
		t.Error(err)
	}
	for _, with := range []bundle.Opener{{Passphrase: "fem andre ord i en lang række"}, {Identities: "AGE-SECRET-KEY-1"}, {}} {
		file, err := os.Open(filepath.Join(built.Folder, bundle.PartSealed))
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(t.TempDir(), "other")
		if err := bundle.Unseal(file, other, with); err == nil || !strings.Contains(err.Error(), "key") {
			t.Errorf("opened with %v: %v", with, err)
		}
		if _, err := os.Stat(other); err == nil {
			t.Error("a copy that did not open left a folder")
		}
		_ = file.Close()
	}
}
