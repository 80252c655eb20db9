package picture

import (
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"beredskab/internal/phrase"
)

var update = flag.Bool("update", false, "write the golden files anew")

func speaker(t *testing.T, lang string) *phrase.Phrases {
	t.Helper()
	p, err := phrase.New("report", lang)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 9, 0, 0, 0, time.UTC) }

// sample draws one of each kind.
func sample(s *phrase.Phrases) map[string]Picture {
	hour := time.Hour
	nodes := []Node{
		{"net", "Netværkskerne, firewall og internet", 105 * time.Minute, OK},
		{"backup", "Backup- og gendannelsesplatform", 4 * hour, OK},
		{"ad", "Identitet: Active Directory", 8 * hour, AtRisk},
		{"idp", "Lokal IdP/AD FS og MFA", 9 * hour, Unknown},
		{"omsorg", "Omsorgssystem/EOJ <hostet>", 8 * hour, Breached},
		{"gis", "GIS & kortdata", 72 * hour, Waived},
	}
	edges := []Edge{
		{"net", "backup", false},
		{"net", "ad", false},
		{"backup", "ad", false},
		{"ad", "idp", false},
		{"idp", "omsorg", true},
		{"net", "omsorg", false},
		{"ad", "gis", false},
		{"nowhere", "gis", false},
	}
	share := func(n int) Share { return Share{n, n > 0} }
	reading := func(n int, label string) Reading { return Reading{label, share(n)} }
	return map[string]Picture{
		"graph": Graph(s, "graph", "Hvem venter på hvem", nodes, edges),
		"lanes": Lanes(s, "lanes", "Rækkefølge", []Stop{
			{"Netværkskerne, firewall og internet", 0, 50 * time.Minute, 2 * hour, false},
			{"AD & Entra", 0, 3 * hour, 8 * hour, false},
			{"Omsorg <EOJ>", 1, 490 * time.Minute, 8 * hour, true},
			{"GIS", 3, 30 * hour, 72 * hour, false},
			{"Print", 3, 31 * hour, 72 * hour, false},
			{"A", 3, 32 * hour, 72 * hour, false},
			{"B", 3, 33 * hour, 72 * hour, false},
			{"C", 3, 34 * hour, 72 * hour, false},
		}),
		"heat": HeatMap(s, "heat", "Varmekort", []string{"1. kvt.", "2. kvt."}, []Heat{
			{"Økonomi <b>", []Share{share(40), share(75)}}, {"ESDH", []Share{share(95), share(130)}}, {"Print", []Share{{}, share(100)}},
		}),
		"trend": Trend(s, "trend", "Udvikling", "2026", "2025",
			[]Reading{reading(71, "jan"), reading(73, "feb"), {Label: "mar"}, reading(82, "apr")}, []Reading{reading(60, "jan"), reading(71, "feb")}),
		"calendar": Calendar(s, "calendar", "Året 2026", 2026, s.Zone, []Day{
			{day(1, 5), "Frys <data>", "done"},
			{day(5, 20), "Alarmering", "late"},
			{day(5, 20), "Bekræft", "done"},
			{day(8, 1), "Test", "missed"},
			{day(12, 31), "Kopier", "planned"},
			{time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC), "Nytår", "planned"},
		}),
		"bars": Bars(s, "steps", "Plan og målt", "steps-table", []Bar{
			{Label: "1 <trin>", Planned: hour, Waited: 5 * time.Minute, Worked: 80 * time.Minute, Known: true, Over: true}, {Label: "2", Planned: hour},
		})[0],
	}
}

func TestGolden(t *testing.T) {
	for _, lang := range []string{"da", "en"} {
		for name, p := range sample(speaker(t, lang)) {
			path := filepath.Join("testdata", name+"."+lang+".svg")
			got := string(p.SVG) + "\n"
			for _, row := range append([][]string{p.Titles}, p.Rows...) {
				got += "<!-- " + strings.Join(row, " | ") + " -->\n"
			}
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || got != string(want) {
				t.Errorf("%s differs from its golden file; run the test with -update and look at the change: %v\n%s", path, err, got)
			}
		}
	}
}

// TestSound: every picture is well-formed, has a name, a sentence and a table
// with a line for each heading, and refers to nothing outside.
func TestSound(t *testing.T) {
	for name, p := range sample(speaker(t, "da")) {
		svg := string(p.SVG)
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s is not well-formed: %v\n%s", name, err, svg)
			}
		}
		for _, part := range []string{`role="img"`, "<title id=", "<desc id=", `aria-describedby="`} {
			if !strings.Contains(svg, part) {
				t.Errorf("%s has no %s", name, part)
			}
		}
		if found := regexp.MustCompile(`https?:|href|<script|<image|⟦|%!`).FindString(svg); found != "" {
			t.Errorf("%s holds %q", name, found)
		}
		for _, row := range p.Rows {
			if len(row) != len(p.Titles) {
				t.Errorf("%s: the row %q has not one cell for each of %q", name, row, p.Titles)
			}
		}
		if len(p.Rows) == 0 && name != "bars" {
			t.Errorf("%s has no table", name)
		}
	}
}

// TestGraphHolds: no two boxes of a graph touch, whatever it looks like, and a
// circle of systems does not keep it from being drawn.
func TestGraphHolds(t *testing.T) {
	s := speaker(t, "da")
	for size := 1; size <= 60; size += 7 {
		var nodes []Node
		var edges []Edge
		for i := range size {
			id := fmt.Sprint("s", i)
			nodes = append(nodes, Node{ID: id, Name: id, RTO: time.Hour, State: OK})
			edges = append(edges, Edge{fmt.Sprint("s", i*7%size), id, i%3 == 0}, Edge{fmt.Sprint("s", i/3), id, false})
		}
		svg := string(Graph(s, "g", "x", nodes, edges).SVG)
		boxes := map[[2]int]bool{}
		for _, at := range regexp.MustCompile(`<rect x="(-?\d+)" y="(\d+)" width="124"`).FindAllStringSubmatch(svg, -1) {
			var x, y int
			_, _ = fmt.Sscan(at[1]+" "+at[2], &x, &y)
			if x < 0 || x+nodeWidth > graphWidth {
				t.Errorf("%d systems: a box stands outside, at %d", size, x)
			}
			for other := range boxes {
				if other[1] == y && max(other[0]-x, x-other[0]) < nodeWidth {
					t.Errorf("%d systems: boxes at %d and %d touch", size, other[0], x)
				}
			}
			boxes[[2]int{x, y}] = true
		}
		if len(boxes) != size {
			t.Errorf("%d systems are drawn as %d boxes", size, len(boxes))
		}
	}
}

// TestPicturesFitPages: many steps are drawn in several pictures on one scale,
// and the scale never has more than six lines.
func TestPicturesFitPages(t *testing.T) {
	p := speaker(t, "da")
	lines := make([]Bar, 40)
	for i := range lines {
		lines[i] = Bar{Label: "<trin>", Planned: time.Hour, Worked: time.Duration(i) * time.Minute, Known: i > 0}
	}
	pictures := Bars(p, "steps", "Plan & målt", "steps-table", lines)
	if len(pictures) != 3 {
		t.Fatalf("40 steps are drawn in %d pictures, want 3", len(pictures))
	}
	for _, pic := range pictures {
		svg := string(pic.SVG)
		if strings.Contains(svg, "<trin>") || !strings.Contains(svg, "Plan &amp; målt") || !strings.Contains(svg, ">1 t<") {
			t.Errorf("a text is not escaped, or the scale differs:\n%s", svg)
		}
	}
	for longest := time.Second; longest < 10000*time.Hour; longest = longest*3/2 + 7*time.Millisecond {
		if n := longest / tick(longest); n > 5 {
			t.Errorf("a scale to %s has %d steps", longest, n)
		}
	}
}
