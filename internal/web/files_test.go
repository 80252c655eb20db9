package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"beredskab/internal/access"
	"beredskab/internal/frame"
	"beredskab/internal/record"
	"beredskab/internal/register"
)

// send sends a file with its fields to the files of a run, as that person, and gives the
// page that follows.
func (b *borough) send(who, run, name, content string, pairs ...string) (status int, page string) {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		b.ok(form.WriteField(pairs[i], pairs[i+1]))
	}
	if name != "" {
		part, err := form.CreateFormFile("file", name)
		b.ok(err)
		_, err = io.WriteString(part, content)
		b.ok(err)
	}
	b.ok(form.Close())
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.origin+"/drills/"+run+"/files", &body)
	b.ok(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	answer, page := b.fetch(who, r)
	return answer.StatusCode, page
}

// see opens a page as that person.
func (b *borough) see(who, path string) (*http.Response, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.origin+path, nil)
	b.ok(err)
	return b.fetch(who, r)
}

func (b *borough) fetch(who string, r *http.Request) (*http.Response, string) {
	b.t.Helper()
	token, err := b.app.Gate().Begin(b.t.Context(), b.ids[who], access.ByProvider)
	b.ok(err)
	r.AddCookie(&http.Cookie{Name: frame.Cookie, Value: token})
	answer, err := http.DefaultTransport.RoundTrip(r) // follows nothing
	b.ok(err)
	text, err := io.ReadAll(answer.Body)
	b.ok(err)
	b.ok(answer.Body.Close())
	return answer, string(text)
}

// A picture that shows something of a run is kept as evidence, is seen beside the run, and
// stands in its log; what is not what it says, or is nothing, is refused, and nothing is
// handed out that a browser would carry out.
func TestFilesOfARun(t *testing.T) {
	b := newBorough(t)
	run, err := b.app.Register.Open(t.Context(), b.actor("leder"), register.Opening{System: "esdh", Drill: "gendan"})
	b.ok(err)
	const png = "\x89PNG\r\n\x1a\n and more"
	for _, c := range []struct {
		who, name, content, class string
		status                    int
		want                      string
	}{
		{"leder", "", "", "internal", 422, "Vælg en fil"},
		{"leder", "tom.txt", "", "internal", 422, "Filen er tom"},
		{"leder", "falsk.png", "<script>alert(1)</script>", "internal", 422, "falsk.png er ikke et billede"},
		{"leder", "a.txt", "x", "hemmelig", 409, "is not a classification"},
		{"direktion", "a.txt", "x", "internal", 403, ""},
		{"leder", `..\skærm:1.png`, png, "internal", 303, ""},
		{"leder", "igen.png", png, "internal", 409, "added the same file"},
		{"leder", "side.html", "<html><script>alert(1)</script>", "confidential", 303, ""},
		{"leder", "stor.bin", strings.Repeat("x", 25<<20+1), "internal", 422, "højst 25 MiB"},
	} {
		if status, page := b.send(c.who, run, c.name, c.content, "class", c.class, "note", "viser svaret", "step", "start"); status != c.status || !strings.Contains(page, c.want) || strings.Contains(page, "⟦") {
			t.Errorf("%s by %s: %d, want %d with %q", c.name, c.who, status, c.status, c.want)
		}
	}
	all, err := b.app.Office.Evidence(t.Context(), record.Filter{System: "esdh"})
	b.ok(err)
	if len(all) != 2 || all[0].Name != "skærm-1.png" || all[0].Media != "image/png" || all[0].Step != "start" || all[1].Name != "side.html" {
		t.Fatalf("kept: %+v", all)
	}
	_, page := b.see("leder", "/drills/"+run+"/files?done=files.added")
	for _, want := range []string{"skærm-1.png", "Start reservesystemet", "viser svaret", "Filen er gemt", fmt.Sprintf(`<img src="/drills/%s/files/%s"`, run, all[0].SHA256)} {
		if !strings.Contains(page, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	if strings.Contains(page, `<img src="/drills/`+run+"/files/"+all[1].SHA256) || strings.Contains(page, "⟦") {
		t.Error("a page is shown as a picture, or a text is missing")
	}
	if _, page = b.see("leder", "/drills/"+run); !strings.Contains(page, "Fil lagt ind: skærm-1.png – viser svaret") || !strings.Contains(page, "/drills/"+run+"/files") {
		t.Error("the run does not tell of the file")
	}
	answer, body := b.see("leder", "/drills/"+run+"/files/"+all[0].SHA256)
	if body != png || answer.Header.Get("Content-Type") != "image/png" || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "sandbox") || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the picture: %v", answer.Header)
	}
	answer, _ = b.see("leder", "/drills/"+run+"/files/"+all[1].SHA256)
	if kind := answer.Header.Get("Content-Type"); kind != "application/octet-stream" || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("a page is handed out as %s: %v", kind, answer.Header)
	}
	if answer, _ = b.see("leder", "/drills/"+run+"/files/"+strings.Repeat("0", 64)); answer.StatusCode != http.StatusNotFound {
		t.Errorf("what there is not: %s", answer.Status)
	}
}
