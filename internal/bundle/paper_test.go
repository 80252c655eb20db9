package bundle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/bundle"
)

func TestReadPaper(t *testing.T) {
	const want = "2026-07 omsorg s1 2026-11-23T08:12:00Z 2026-11-23T08:30:00Z NN set af to"
	for name, text := range map[string]string{
		"danish":     "\ufeffØvelse;System;Trin;Dato;Begyndt kl.;Slut kl.;Navn/init.;Bemærkning\r\n2026-07;omsorg;s1;2026-11-23;9.12;9.30;NN;set af to\r\n",
		"english":    "run,system,step,started,ended,by,note\n2026-07,omsorg,s1,2026-11-23 09:12,2026-11-23T09:30,NN,set af to\n\n,,,,,,\n",
		"written so": "by;note;run;system;step;started;ended\nNN;\"set af to\";2026-07;omsorg;s1;23.11.2026 09.12;2026-11-23T08:30:00Z\n",
		"ticks": `{"schema": "beredskab.ticks.v1", "bundle": "ab", "times": [
 {"run": "2026-07", "system": "omsorg", "step": "s1", "started": "2026-11-23T09:12:00+01:00", "ended": "2026-11-23T09:30:00+01:00", "by": "NN", "note": "set af to"}]}`,
	} {
		times, err := bundle.ReadPaper(name, []byte(text))
		if err != nil || len(times) != 1 {
			t.Errorf("%s: %v, %v", name, times, err)
			continue
		}
		p := times[0]
		got := strings.Join([]string{p.Run, p.System, p.Step, p.Started.UTC().Format(time.RFC3339), p.Ended.UTC().Format(time.RFC3339), p.By, p.Note}, " ")
		if got != want || p.Assured != "paper" || p.Line != 2 {
			t.Errorf("%s: got %s, %s, line %d", name, got, p.Assured, p.Line)
		}
	}
}

func TestReadPaperSaysWhere(t *testing.T) {
	const head = "run;system;step;date;started;ended;by;note\n"
	for text, want := range map[string]string{
		"":                         "no times",
		head:                       "no times",
		"\xff":                     "UTF-8",
		"system;step\n":            "1:1: the column started is missing",
		"system;trin;step;start\n": "1:13: the column step stands here twice",
		"system;step;started;what\nomsorg;s1;2026-11-23 09:00;\n":      `1:21: there is no column "what"`,
		head + "ærø;oms;s1;2026-11-23;9;;;\n":                          `2:23: "2026-11-23 9" is not a time`,
		head + "1;;s1;2026-11-23;09:12;;;\n":                           "2:3: the system is missing",
		head + "1;omsorg;;2026-11-23;09:12;;;\n":                       "2:10: the step is missing",
		head + "1;omsorg;s1;;09:12;;;\n":                               `2:14: "09:12" has no date`,
		head + "1;omsorg;s1;2026-11-23;kl. 9;;;\n":                     `2:24: "2026-11-23 kl. 9" is not a time`,
		head + "1;omsorg;s1;2026-11-23;;;;\n":                          "2:24: there is no time",
		head + "1;omsorg;s1;2026-11-23;23:50;00:20;;\n":                "2:30: the step ended before it began; after midnight write the date too, such as 2026-11-24 00:20",
		head + "1;omsorg;s1;2026-03-29;02:30;;;\n":                     "2:24: 2026-03-29 02:30 never was",
		head + "1;omsorg;s1;2026-10-25;02:30;;;\n":                     "write 2026-10-25 02:30+02:00 for the first",
		head + "1;omsorg;s1;2026-11-23;09:12;;;;more\n":                `2:33: "more" stands below no column`,
		head + "1;oms\"org;s1;2026-11-23;09:12;;;\n":                   "2:6: bare \" in non-quoted-field",
		`{"schema": "beredskab.ticks.v2", "bundle": "a", "times": []}`: "1:12: ",
		`{"schema": "beredskab.ticks.v1", "bundle": "a", "times": [{"system": "omsorg", "step": "s1", "started": "soon"}]}`: `1:105: "soon" is not a time`,
		`{"schema": "beredskab.ticks.v1", "bundle": "a", "times": [{"system": "omsorg", "step": "s1", "begun": "x"}]}`:      "1:94: ",
		`{"schema": `: "1:",
	} {
		times, err := bundle.ReadPaper("times.csv", []byte(text))
		var at *bundle.PaperError
		if err == nil || len(times) > 0 || !errors.As(err, &at) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	_, err := bundle.ReadPaper("times.csv", []byte(head+"1;omsorg;s1;;9;;;\n1;;s1;2026-11-23;09:12;;;\n"))
	if err == nil || strings.Count(err.Error(), "times.csv:") != 2 {
		t.Errorf("not every problem is told: %v", err)
	}
	if _, err := bundle.ReadPaper("t", []byte("system;step;started\na;b;2026-10-25 02:30+01:00\n")); err != nil {
		t.Errorf("the second passing: %v", err)
	}
}

// FuzzReadPaper: no file makes the reader panic; every time that it gives is
// whole and stands in the file, and every problem says where.
func FuzzReadPaper(f *testing.F) {
	for _, text := range []string{
		"run;system;step;date;started;ended;by;note\n1;omsorg;s1;2026-11-23;09:12;9.30;;\n", "system,step,started\na,b,2026-10-25 02:30\n",
		`{"schema": "beredskab.ticks.v1", "bundle": "a", "times": [{"system": "a", "step": "b", "started": "2026-11-23T09:12:00Z"}]}`,
		"system;step;started\n\"a\nb\";c;\"", "{", "\ufeff", "system,step,started\na,b,.\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		times, err := bundle.ReadPaper("f", src)
		lines := strings.Count(string(src), "\n") + 2 // a bracket that is open at the end stands below it
		for _, p := range times {
			if err != nil || p.System == "" || p.Step == "" || p.Started.IsZero() && p.Ended.IsZero() || p.Assured != bundle.Paper || p.Line < 1 || p.Line > lines {
				t.Errorf("%+v, %v", p, err)
			}
		}
		var at *bundle.PaperError
		if len(times) == 0 && (!errors.As(err, &at) || at.Line > lines || at.Line > 0 && at.Column < 1) {
			t.Errorf("%v", err)
		}
	})
}
