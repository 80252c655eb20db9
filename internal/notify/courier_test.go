package notify

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"beredskab/internal/outbox"
)

func folderCourier(t *testing.T, texts fstest.MapFS) (*Courier, string) {
	t.Helper()
	dir := t.TempDir()
	o := Options{Channels: []Channel{{Name: "folder", Kind: "folder", Sender: must[Sender](t)(NewFolder(dir)), Address: "vagt@kommune.example", Language: "en"}}}
	o.Now = func() time.Time { return time.Date(2026, time.November, 26, 8, 0, 0, 0, time.UTC) }
	if texts != nil {
		o.Texts = texts
	}
	return must[*Courier](t)(New(o)), dir
}

// TestFolderReceives reads back what would have been sent: default address and
// language of the channel included.
func TestFolderReceives(t *testing.T) {
	c, dir := folderCourier(t, nil)
	n := sample(outbox.Request, "", false)
	n.Channel, n.Address, n.Key = "folder", "", "../../etc/passwd"
	for range 2 {
		if d := c.Deliver(t.Context(), n); d.State != outbox.Delivered || d.Delivery.Outcome != outbox.Accepted {
			t.Fatalf("decision %+v", d)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, files[1].Name()))
	if err != nil || !strings.Contains(string(text), "Subject: DRILL: Confirm step 3 for Økonomisystem – please answer before 10:30") {
		t.Errorf("%s: %s, %v", files[1].Name(), text, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Kind, Address, Subject, Text, HTML, Link string }
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if got.Kind != "request" || got.Address != "vagt@kommune.example" || got.Link == "" || !strings.Contains(got.HTML, "<!DOCTYPE html>") {
		t.Errorf("JSON %+v", got)
	}
}

// TestFolderGone: a folder that cannot be written is tried again, not given up.
func TestFolderGone(t *testing.T) {
	c, dir := folderCourier(t, nil)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	n := sample(outbox.Test, "da", false)
	n.Channel = "folder"
	if d := c.Deliver(t.Context(), n); d.State != outbox.Owed || d.Delivery.RetryAt.IsZero() {
		t.Errorf("decision %+v", d)
	}
	if _, err := NewFolder(dir); err == nil {
		t.Error("a folder that does not exist is taken")
	}
}

func TestDeliverWithoutSending(t *testing.T) {
	c, dir := folderCourier(t, nil)
	old := sample(outbox.Request, "da", false)
	old.Channel, old.ExpiresAt = "folder", time.Date(2026, time.November, 26, 8, 0, 0, 0, time.UTC)
	if d := c.Deliver(t.Context(), old); d.State != outbox.Expired {
		t.Errorf("expired: %+v", d)
	}
	lost := sample(outbox.Request, "da", false)
	if d := c.Deliver(t.Context(), lost); d.State != outbox.Refused || !strings.Contains(d.Delivery.Detail, "folder") {
		t.Errorf("unknown channel: %+v", d)
	}
	odd := sample("gossip", "da", false)
	odd.Channel = "folder"
	if d := c.Deliver(t.Context(), odd); d.State != outbox.Refused || !strings.Contains(d.Delivery.Detail, "gossip") {
		t.Errorf("unknown kind: %+v", d)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	waiting := sample(outbox.Request, "da", false)
	waiting.Channel = "folder"
	if d := c.Deliver(stopped, waiting); d.State != outbox.Owed {
		t.Errorf("stopped: %+v", d)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("something was sent: %v, %v", files, err)
	}
}

// TestOwnTexts: a municipality changes what it names and keeps the rest; it
// cannot drop the word that tells drill from incident.
func TestOwnTexts(t *testing.T) {
	c, _ := folderCourier(t, fstest.MapFS{
		"da/request.tmpl": {Data: []byte(`{{define "subject"}}Kære kollega, svar på {{.Question}}{{end}}`)},
		"da/common.tmpl":  {Data: []byte(`{{define "date"}}{{.Day}}/{{.Month}}{{end}}`)},
	})
	text := must[string](t)(c.Preview(sample(outbox.Request, "da", false)))
	if !strings.HasPrefix(text, "ØVELSE: Kære kollega, svar på Viser") || !strings.Contains(text, "Beløbet skal være") {
		t.Errorf("preview:\n%s", text)
	}
	if text := must[string](t)(c.Preview(sample(outbox.Reminder, "da", false))); !strings.Contains(text, "26/november") {
		t.Errorf("preview:\n%s", text)
	}
}

func TestNewRefuses(t *testing.T) {
	folder := must[Sender](t)(NewFolder(t.TempDir()))
	broken := func(file, text string) Options { return Options{Texts: fstest.MapFS{file: {Data: []byte(text)}}} }
	for name, c := range map[string]struct {
		options Options
		says    string
	}{
		"does not parse":  {broken("da/request.tmpl", "{{define"), "da/request.tmpl"},
		"unknown field":   {broken("en/finding.tmpl", `{{define "title"}}{{.Nonsense}}{{end}}`), "en/finding.tmpl"},
		"six weekdays":    {broken("da/common.tmpl", `{{define "weekdays"}}a b c d e f{{end}}`), "weekdays"},
		"bad layout":      {broken("layout.html.tmpl", `{{.Nowhere}}`), "Nowhere"},
		"name twice":      {Options{Channels: []Channel{{Name: "a", Sender: folder}, {Name: "a", Sender: folder}}}, `"a"`},
		"no sender":       {Options{Channels: []Channel{{Name: "a"}}}, "no sender"},
		"no such channel": {Options{Channels: []Channel{{Name: "a", Sender: folder, Fallback: "b"}}}, `"b"`},
		"a circle":        {Options{Channels: []Channel{{Name: "a", Sender: folder, Fallback: "b"}, {Name: "b", Sender: folder, Fallback: "a"}}}, "itself"},
	} {
		if _, err := New(c.options); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
		}
	}
}

func TestChannelsAreListedByName(t *testing.T) {
	folder := must[Sender](t)(NewFolder(t.TempDir()))
	c := must[*Courier](t)(New(Options{Channels: []Channel{{Name: "slack", Sender: folder, Fallback: "mail"}, {Name: "mail", Sender: folder}}}))
	if list := c.Channels(); len(list) != 2 || list[0].Name != "mail" || list[1].Fallback != "mail" {
		t.Errorf("channels %+v", list)
	}
}
