package templates_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"beredskab/templates"
)

// page is the text of one template of the pages.
type page struct{ name, text string }

func pages(t *testing.T) (list []page) {
	t.Helper()
	err := fs.WalkDir(templates.FS, "web", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".html.tmpl") {
			return err
		}
		list = append(list, page{name, read(t, name)})
		return nil
	})
	if err != nil || len(list) < 5 {
		t.Fatalf("%d pages were found: %v", len(list), err)
	}
	return list
}

func read(t *testing.T, name string) string {
	t.Helper()
	src, err := fs.ReadFile(templates.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// A sheet that names a file which is not here costs every visitor a refused request.
func TestSheetsNameFilesThatAreHere(t *testing.T) {
	address := regexp.MustCompile(`url\(([^)]*)\)`)
	for _, sheet := range []string{"dkfds.css", "beredskab.css"} {
		for _, found := range address.FindAllStringSubmatch(read(t, "web/assets/"+sheet), -1) {
			file := strings.Trim(found[1], `"'`)
			if strings.HasPrefix(file, "data:") {
				continue
			}
			if _, err := fs.Stat(templates.FS, path.Join("web/assets", file)); err != nil {
				t.Errorf("%s names %s: %v", sheet, file, err)
			}
		}
	}
}

func TestIconsAreHere(t *testing.T) {
	icons := read(t, "web/assets/icons.svg")
	named := regexp.MustCompile(`"icon" \(dict "Name" "([^"]+)"|"Icon" "([^"]+)"`)
	seen := 0
	for _, p := range pages(t) {
		for _, found := range named.FindAllStringSubmatch(p.text, -1) {
			seen++
			if name := found[1] + found[2]; !strings.Contains(icons, `<symbol id="`+name+`"`) {
				t.Errorf("%s names the icon %q, which assets/icons.svg has not", p.name, name)
			}
		}
	}
	if seen < 20 {
		t.Errorf("%d icons are named: the test looks at nothing", seen)
	}
}

// The policy of the pages stops styles and scripts that stand in a page, and what comes
// from elsewhere.
func TestPagesHoldNothingThatThePolicyStops(t *testing.T) {
	stopped := regexp.MustCompile(`(?i)\sstyle="|<style|\son[a-z]+="|<script(>| [^>]*>[^<])|(src|<link[^>]* href)="(https?:)?//|javascript:`)
	for _, bad := range []string{`<p style="x">`, `<a onclick="x">`, `<script>x</script>`, `<img src="https://x">`} {
		if !stopped.MatchString(bad) {
			t.Errorf("the test does not see %s", bad)
		}
	}
	for _, p := range pages(t) {
		if found := stopped.FindString(p.text); found != "" {
			t.Errorf("%s holds %q", p.name, found)
		}
	}
}

// A class that no sheet knows is most often a slip of the pen.
func TestClassesAreKnown(t *testing.T) {
	sheets := read(t, "web/assets/dkfds.css") + read(t, "web/assets/beredskab.css")
	classes, action, known := regexp.MustCompile(`class="([^"{}]*)"`), regexp.MustCompile(`[\w-]+`), map[string]bool{}
	for _, found := range regexp.MustCompile(`\.([A-Za-z_][\w-]*)`).FindAllStringSubmatch(sheets, -1) {
		known[found[1]] = true
	}
	meant := map[string]bool{"alert-body": true, "button-next": true, "button-previous": true, "person": true, "waiting": true} // names without a look
	for _, p := range pages(t) {
		for _, found := range classes.FindAllStringSubmatch(p.text, -1) {
			for _, name := range action.FindAllString(found[1], -1) {
				if !known[name] && !meant[name] {
					t.Errorf("%s has the class %q, which no sheet knows", p.name, name)
				}
			}
		}
	}
}

// What every page loads, packed, leaves room for the page (spec/ux.md 11): 60 KB for the
// page behind a link, 120 KB for the overview.
func TestWeight(t *testing.T) {
	for _, c := range []struct {
		files []string
		limit int
	}{
		{[]string{"dkfds.css", "beredskab.css"}, 36 << 10},
		{[]string{"icons.svg", "icon.svg"}, 8 << 10},
		{[]string{"page.js", "live.js"}, 8 << 10},
	} {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		for _, file := range c.files {
			if _, err := w.Write([]byte(read(t, "web/assets/"+file))); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if packed.Len() > c.limit {
			t.Errorf("%v are %d bytes packed, which is over %d", c.files, packed.Len(), c.limit)
		}
	}
}
