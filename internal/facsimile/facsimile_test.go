package facsimile

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// Slack's markup is read as Slack reads it: marks count where words begin and end, what
// was escaped is text, and a mention leads nowhere.
func TestSlack(t *testing.T) {
	got, err := Read(Wire{Kind: "slack", To: "#drills", Body: `{"text":"ØVELSE &amp; mere","blocks":[
		{"type":"header","text":{"type":"plain_text","text":"🟦 ØVELSE *ikke fed*"}},
		{"type":"section","text":{"type":"mrkdwn","text":"*Svar* senest <https://b.test/c/x|her>\na_b_c &lt;!channel&gt; <@U1>"}},
		{"type":"context","elements":[{"type":"mrkdwn","text":"Kode ` + "`K7M-2QD`" + `"}]},
		{"type":"actions","block_id":"ask/7","elements":[
			{"type":"button","action_id":"yes","style":"primary","text":{"type":"plain_text","text":"Ja"},"value":"2026-07/data"},
			{"type":"button","action_id":"open","url":"https://b.test/c/x","text":{"type":"plain_text","text":"Åbn"}},
			{"type":"overflow","action_id":"more","options":[{"text":{"type":"plain_text","text":"Send videre"},"value":"pass"}]}]},
		{"type":"divider"},{"type":"video"}]}`})
	if err != nil {
		t.Fatal(err)
	}
	want := Look{Kind: "slack", To: "#drills", Subject: "ØVELSE & mere", Blocks: []Block{
		{Kind: "header", Lines: [][]Span{{{Text: "🟦 ØVELSE *ikke fed*"}}}},
		{Kind: "text", Lines: [][]Span{
			{{Text: "Svar", Strong: true}, {Text: " senest "}, {Text: "her", Link: "https://b.test/c/x"}},
			{{Text: "a_b_c <!channel> "}, {Text: "@U1", Strong: true}},
		}},
		{Kind: "small", Lines: [][]Span{{{Text: "Kode "}, {Text: "K7M-2QD", Set: true}}}},
		{Kind: "buttons", Buttons: []Button{
			{Label: "Ja", Value: "yes", Style: "primary"}, {Label: "Åbn", Link: "https://b.test/c/x", Value: "open"}, {Label: "Send videre", Value: "pass", Style: "menu"},
		}},
		{Kind: "line"},
		{Kind: "unknown", Lines: [][]Span{{{Text: "video"}}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !got.Answers() {
		t.Error("it can be answered")
	}
}

func TestTeams(t *testing.T) {
	got, err := Read(Wire{Kind: "teams", Body: `{"type":"message","attachments":[{"content":{"type":"AdaptiveCard","body":[
		{"type":"TextBlock","text":"ØVELSE","size":"large"},{"type":"Container","items":[{"type":"TextBlock","text":"1\\. **Log ind** [her](https://b.test)","isSubtle":true}]},
		{"type":"FactSet","facts":[{"title":"Kode","value":"K7M-2QD"}]},{"type":"Input.Text"},
		{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"*Ring* ","weight":"Bolder"},{"type":"TextRun","text":"nu"}]}],
		"actions":[{"type":"Action.OpenUrl","title":"Svar","url":"https://b.test/k"}]}}]}`})
	if err != nil {
		t.Fatal(err)
	}
	want := []Block{
		{Kind: "header", Lines: [][]Span{{{Text: "ØVELSE"}}}},
		{Kind: "small", Lines: [][]Span{{{Text: "1. "}, {Text: "Log ind", Strong: true}, {Text: " "}, {Text: "her", Link: "https://b.test"}}}},
		{Kind: "text", Lines: [][]Span{{{Text: "Kode ", Strong: true}, {Text: "K7M-2QD"}}}},
		{Kind: "unknown", Lines: [][]Span{{{Text: "Input.Text"}}}},
		{Kind: "text", Lines: [][]Span{{{Text: "*Ring* ", Strong: true}, {Text: "nu"}}}},
		{Kind: "buttons", Buttons: []Button{{Label: "Svar", Link: "https://b.test/k"}}},
	}
	if diff := cmp.Diff(want, got.Blocks); diff != "" || got.Answers() {
		t.Error(diff)
	}
	if _, err := Read(Wire{Kind: "teams", Body: `{}`}); err == nil {
		t.Error("nothing was read as a card")
	}
}

// A mail is read with its words as they were meant: encoded, in parts within parts, and
// with what it carries besides.
func TestMail(t *testing.T) {
	got, err := Read(Wire{Kind: "mail", Body: strings.ReplaceAll(`From: =?utf-8?q?Beredskab=C3=A6?= <b@k.test>
To: <ejer@k.test>
Subject: =?UTF-8?B?w5hWRUxTRQ==?=
Content-Type: multipart/mixed; boundary=a

--a
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

S=C3=A5dan
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+U8OlZGFuPC9wPg==
--b--
--a
Content-Type: text/calendar; method=REQUEST; name=invite.ics

BEGIN:VCALENDAR
--a--
`, "\n", "\r\n")})
	if err != nil {
		t.Fatal(err)
	}
	want := Look{
		Kind: "mail", From: "Beredskabæ <b@k.test>", To: "<ejer@k.test>", Subject: "ØVELSE", Text: "Sådan", HTML: "<p>Sådan</p>",
		Files: []string{"invite.ics (text/calendar)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Read(Wire{Kind: "mail", Body: "no mail"}); err == nil {
		t.Error("this was read as a mail")
	}
}

// A text message is as long as the telephone network counts it (GSM 03.38).
func TestUnits(t *testing.T) {
	for text, want := range map[string][2]int{
		"ØVELSE: æøå": {11, 1}, strings.Repeat("a", 160): {160, 1}, strings.Repeat("a", 161): {161, 2}, "€": {2, 1},
		strings.Repeat("a", 69) + "–": {70, 1}, strings.Repeat("a", 70) + "–": {71, 2}, "🟦": {2, 1}, strings.Repeat("a", 307): {307, 3},
	} {
		if used, messages := (Look{Text: text}).Units(); used != want[0] || messages != want[1] {
			t.Errorf("%.20s…: %d in %d, want %v", text, used, messages, want)
		}
	}
}

func TestFolder(t *testing.T) {
	list, err := Folder(fstest.MapFS{
		"a.json": {Data: []byte(`{"id":1,"at":"2026-11-23T09:00:00Z"}`)}, "b.json": {Data: []byte(`{"id":2,"at":"2026-11-23T09:00:00Z"}`)},
		"c.json": {Data: []byte(`{"id":3,"at":"2026-11-23T08:00:00Z"}`)}, "half.json": {Data: []byte(`{"id":4,`)}, "a.txt": {Data: []byte("x")},
	})
	if err != nil || len(list) != 3 || list[0].ID != 2 || list[1].ID != 1 || list[2].ID != 3 {
		t.Errorf("%+v, %v", list, err)
	}
}

// Whatever comes over the wire, reading it ends.
func FuzzRead(f *testing.F) {
	for _, kind := range []string{"slack", "teams", "mail", "sms", "webhook", "x"} {
		f.Add(kind, `{"blocks":[{"type":"section","text":{"text":"*_<a|b>_*"}}]}`)
		f.Add(kind, "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--")
	}
	f.Fuzz(func(_ *testing.T, kind, body string) {
		look, err := Read(Wire{Kind: kind, Body: body, Text: body})
		if err == nil {
			_, _ = look.Units()
			_ = look.Answers()
		}
	})
}
