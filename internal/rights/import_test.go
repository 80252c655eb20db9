package rights

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"beredskab/internal/matrix"
)

const heading = "navn;mail;telefon;enhed;konto;rolle;system;hold;fra;til\r\n"

func TestImport(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, zone)
	excel := "\ufeff" + heading +
		"It-chef;it-chef@example.dk;'+45 00 00 00 11;It;itchef;it-chef;;;01-01-2026;\r\n" +
		"Ejer;ejer@example.dk;;Økonomi;https://login.example.dk|44-aa;Systemejer;esdh;;2026-01-01;31-12-2026\r\n" +
		";;;;https://login.example.dk|44-aa;SE;;;;\r\n" +
		";;;;;;;;;\r\n" +
		"\"Vagt; drift\";;;;vagt;it-vagt;;database;;\r\n" +
		"Uden rolle;;;;gaest;;;;;\r\n"
	persons, grants, err := NewBook(nil, nil, nil).Import("people.csv", []byte(excel), "p-1", at)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%+v", persons); !strings.Contains(got, "Phone:+45 00 00 00 11") || !strings.Contains(got, "Name:Vagt; drift") || len(persons) != 4 {
		t.Errorf("persons %s", got)
	}
	var keys []string
	for _, g := range grants {
		keys = append(keys, g.Key())
	}
	want := "p-1/it_manager//20251231T230000 p-2/system_owner/esdh/20251231T230000 p-2/system_owner/Økonomi/20261123T080000 p-3/technical_team/database/20261123T080000"
	if got := strings.Join(keys, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if to := grants[1].To; !to.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, zone)) {
		t.Errorf("the last day counts in full, got %s", to)
	}
	book := NewBook(persons, grants, nil)
	if err := book.Check(); err != nil {
		t.Fatal(err)
	}

	t.Run("again", func(t *testing.T) {
		p, g, err := book.Import("people.csv", []byte(excel), "p-1", at.Add(time.Hour))
		if len(p)+len(g) > 0 || err != nil {
			t.Errorf("the same sheet changed something: %v %v %v", p, g, err)
		}
	})
	t.Run("changed", func(t *testing.T) {
		p, g, err := book.Import("p.csv", []byte("account,name,role,to\nvagt,Vagthold,ITT,2026-12-01\nitchef,It-chef,it-chef,2025-01-01\n"), "p-1", at)
		if err == nil {
			t.Errorf("an end before the beginning: %v %v", p, g)
		}
		p, g, err = book.Import("p.csv", []byte("account,name,role,to\nny,Ny,REV,\nitchef,It-chefen,it-chef,2026-12-01\n"), "p-1", at)
		if err != nil || len(p) != 2 || p[0].ID != "p-5" || p[1].ID != "p-1" || p[1].Phone == "" || len(g) != 2 {
			t.Fatalf("%+v %+v %v", p, g, err)
		}
		if g[1].Key() != grants[0].Key() || g[1].To.IsZero() || g[0].Role != matrix.Auditor {
			t.Errorf("the end of a known grant: %+v", g[1])
		}
	})
}

// TestImportProblems holds that each mistake is said at its place, all of them at
// once, and that nothing comes of a sheet with one.
func TestImportProblems(t *testing.T) {
	gone := Person{ID: "p-1", Name: "a", Accounts: []Account{{Local, "gone"}}, Disabled: day(1, 1), Why: "left"}
	book := NewBook([]Person{gone}, nil, nil)
	for src, want := range map[string]string{
		"":                                                      "p.csv:1:1: the file is empty",
		"navn;konto;skostørrelse\n":                             `p.csv:1:12: there is no column "skostørrelse"`,
		"navn;konto;name\n":                                     "p.csv:1:12: the column name stands here twice",
		"navn;mail\n":                                           "p.csv:1:1: the column account is missing",
		heading + "A;;;;;;;;;":                                  "p.csv:2:1: who signs in",
		heading + "A;;;;a;konge;;;;":                            `p.csv:2:8: there is no role "konge": write one of KB`,
		heading + "Åse;;;Ø;a b;;;;;":                            `p.csv:2:9: "a b" is no user name`,
		heading + "A;b;;;a;;;;;":                                `p.csv:2:3: p-2: "b" is no mail address`,
		heading + "A;;;;a;SE;;;;":                               "p.csv:2:8: p-2, system owner: write of which system or unit",
		heading + "A;;;;a;SE;x;y;;":                             "p.csv:2:8: p-2, system owner for x: write a system, a unit or a team",
		heading + "A;;;;a;REV;;;i g;":                           `p.csv:2:14: "i g" is no date: write it as 2026-12-31`,
		heading + "A;;;;a;;esdh;;;":                             `p.csv:2:9: "esdh" belongs to a role`,
		heading + "A;;;;a;;;;;;mere":                            `p.csv:2:13: "mere" stands under no heading`,
		heading + "A;;;;gone;;;;;":                              "p.csv:2:6: p-1 was disabled",
		heading + ";;;;a;;;;;":                                  "p.csv:2:1: the person p-2 has no name",
		heading + "A;;;;a;;;;;\nB;;;;a;;;;;\nC;;;;b c;;;;;":     `p.csv:3:1: the account a has "A" in line 2`,
		heading + "A;;;;a;REV;;;;\n;;;;a;REV;;;;":               "p.csv:3:7: line 2 gives the same role",
		heading + "A\"B;;;;a;;;;;":                              "p.csv:2:2: bare",
		"navn;konto\nK\xf8benhavn;a\n":                          "p.csv:2:1: the text is not UTF-8: in Excel save as",
		heading + strings.Repeat("x;;;;a;;;;;\n", 1+(8<<20)/11): "p.csv:1:1: the file has 8 MiB",
	} {
		persons, grants, err := book.Import("p.csv", []byte(src), "p-1", day(11, 1))
		if err == nil || !strings.HasPrefix(err.Error(), want) || persons != nil || grants != nil {
			t.Errorf("want %q\ngot  %.300v", want, err)
		}
	}
	_, _, err := book.Import("p.csv", []byte(heading+"A;;;;a;konge;;;;\nB;b;;;b;;;;;\n"), "p-1", day(11, 1))
	if err == nil || strings.Count(err.Error(), "p.csv:") != 2 {
		t.Errorf("two mistakes are said at once, got %v", err)
	}
}

// FuzzImport holds that no file stops the program, and that what is read is sound.
func FuzzImport(f *testing.F) {
	f.Add([]byte("\ufeff" + heading + "A;a@x.dk;;It;a;SE;;;1.2.2026;\r\n"))
	f.Add([]byte("name,account,role\n\"a\"\"b\",https://x|y,ITC\n"))
	f.Add([]byte("name\taccount\n\xff"))
	f.Fuzz(func(t *testing.T, src []byte) {
		persons, grants, err := NewBook(nil, nil, nil).Import("f.csv", src, "p-0", day(1, 1))
		if err != nil {
			return
		}
		if err := NewBook(persons, grants, nil).Check(); err != nil {
			t.Errorf("what was read is not sound: %v", err)
		}
	})
}

func BenchmarkNewBook(b *testing.B) {
	for b.Loop() {
		NewBook(nil, nil, nil)
	}
}
