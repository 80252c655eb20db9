package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"beredskab/internal/plan/strict"
)

const smallOrganisation = `schema: 1
organisation: Eksempel Kommune
teams: [{id: fagsystemer, capacity: 2}]
roles: [{id: it-chef}]
cadence: [{class: 0, exercise: 365d, measured: 365d}]
`

const smallPlan = `schema: 1
id: %s
name: Lønsystem
owner: {role: systemejer, unit: HR}
criticality: forretningskritisk
recovery_class: 2
hosting: ekstern
objectives: {mtpd: 5d, rto: 2d, wrt: 16h, rpo: 26h}
depends_on: []
recovery:
  steps:
    - {id: s1, title: Kontrollér login, team: fagsystemer, estimate: 15m}
`

func small(id string) *fstest.MapFile { return file(fmt.Sprintf(smallPlan, id)) }

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestBadFileHidesNoGoodOne(t *testing.T) {
	set, problems := NewReader().Load(fstest.MapFS{
		organisationFile: file(smallOrganisation),
		"loen.yaml":      small("loen"), "b.yaml": file("a: ["), "c.yml": small("c"), "d.yaml": file(""),
		".skjult.yaml": file("{"), "schema/x.yaml": file("{"), "noter.txt": file("{"),
		"l.yaml": {Mode: fs.ModeSymlink, Data: []byte("loen.yaml")}, "mappe.yaml/x": file(""),
		"stor.yaml": {Data: make([]byte, strict.MaxBytes+1)},
	})
	var codes []string
	for _, p := range problems {
		codes = append(codes, p.File+" "+p.Code)
	}
	want := []string{"b.yaml BP001", "c.yml BP046", "d.yaml BP009", "l.yaml BP003", "mappe.yaml BP003", "stor.yaml BP002"}
	if !slices.Equal(codes, want) {
		t.Errorf("problems %v, want %v", codes, want)
	}
	if _, ok := set.Plan("loen"); !ok || len(set.Plans) != 1 || set.Organisation == nil {
		t.Errorf("the good plan is missing: %+v", set)
	}
	if _, ok := set.Plan("findes-ikke"); ok {
		t.Error("a plan is found that is not there")
	}
}

func TestFolderThatCannotBeRead(t *testing.T) {
	set, problems := NewReader().Load(os.DirFS(filepath.Join(t.TempDir(), "mangler")))
	if set == nil || !problems.Failed() || problems[0].Code != "BP011" {
		t.Errorf("problems %v", problems)
	}
	_, problems = NewReader().Load(fstest.MapFS{"loen.yaml": small("loen")})
	if len(problems) != 1 || problems[0].Code != "BP047" {
		t.Errorf("without organisation: %v", problems)
	}
	_, problems = NewReader().Load(refusing{fstest.MapFS{organisationFile: file(smallOrganisation)}})
	if len(problems) != 1 || problems[0].Code != "BP011" {
		t.Errorf("with a file that may not be opened: %v", problems)
	}
}

type refusing struct{ fstest.MapFS }

func (refusing) Open(string) (fs.File, error) { return nil, errors.New("permission denied") }

// TestReaderKeepsWhatDidNotChange: the same plan comes back for the same bytes,
// also with its problems; a changed file is read again, a deleted one forgotten.
func TestReaderKeepsWhatDidNotChange(t *testing.T) {
	folder := fstest.MapFS{organisationFile: file(smallOrganisation), "a.yaml": small("a"), "b.yaml": small("b"), "x.yaml": file("id: [")}
	reader := NewReader()
	first, before := reader.Load(folder)
	folder["b.yaml"] = file(strings.Replace(string(folder["b.yaml"].Data), "2d", "3d", 1))
	second, after := reader.Load(folder)
	if first.Plans[0] != second.Plans[0] || first.Plans[1] == second.Plans[1] || second.Plans[1].Objectives.RTO != 3*24*60 {
		t.Error("the reader kept the wrong file")
	}
	if !reflect.DeepEqual(before, after) || len(before) == 0 {
		t.Errorf("problems changed: %v, %v", before, after)
	}
	delete(folder, "b.yaml")
	if third, _ := reader.Load(folder); len(third.Plans) != 1 {
		t.Error("a deleted plan stays")
	}
}

func TestLoadIsTheSameForAll(t *testing.T) {
	folder, reader := fstest.MapFS{organisationFile: file(smallOrganisation)}, NewReader()
	for i := range 50 {
		id := fmt.Sprintf("system-%02d", i)
		folder[id+".yaml"] = file(strings.Replace(fmt.Sprintf(smallPlan, id), "team: fagsystemer", "team: fagsystemr", i%2))
	}
	_, want := NewReader().Load(folder)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			set, got := reader.Load(folder)
			if !reflect.DeepEqual(got, want) || len(set.Plans) != 50 || len(got) != 25 || got.Failed() {
				t.Errorf("%d plans, %d problems, want %d", len(set.Plans), len(got), len(want))
			}
		})
	}
	all.Wait()
}

func TestBrokenNeighbourIsNotToldTwice(t *testing.T) {
	_, problems := NewReader().Load(fstest.MapFS{
		organisationFile: file(smallOrganisation), "idp.yaml": file("id: ["),
		"loen.yaml": file(strings.Replace(fmt.Sprintf(smallPlan, "loen"), "depends_on: []", "depends_on: [{id: idp}]", 1)),
	})
	if len(problems) != 1 || problems[0].File != "idp.yaml" {
		t.Errorf("problems %v", problems)
	}
}
