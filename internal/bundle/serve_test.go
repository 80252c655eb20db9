package bundle_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/bundle"
)

func TestHandlerShowsTheFolderToThisMachineOnly(t *testing.T) {
	folder := filepath.Join(build(t, sample(t, "da")).Folder, bundle.PartOpen)
	if err := os.Symlink("/etc/hostname", filepath.Join(folder, "out")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	server := httptest.NewServer(bundle.Handler(root))
	defer server.Close()
	for _, c := range []struct {
		method, path, host string
		status             int
		holds              string
	}{
		{"GET", "/", "", 200, "It-beredskab i Eksempel Kommune"},
		{"GET", "/index.html", "localhost:1", 200, "Reetableringsrækkefølge"},
		{"GET", "/plans/omsorg.html", "[::1]:80", 200, "Omsorgssystem"},
		{"GET", "/bundle.js", "", 200, "'use strict'"},
		{"HEAD", "/poster.html", "", 200, ""},
		{"GET", "/plans/", "", 404, ""},
		{"GET", "/plans/nothing.html", "", 404, ""},
		{"GET", "/../manifest.json", "", 200, "beredskab.bundle.v1"}, // it cannot lead out
		{"GET", "/%2e%2e/%2e%2e/README.txt", "", 404, ""},
		{"GET", "/out", "", 404, ""},
		{"POST", "/", "", 405, "nothing can be changed"},
		{"DELETE", "/index.html", "", 405, "nothing can be changed"},
		{"GET", "/", "evil.example", 403, "this machine only"},
		{"GET", "/", "127.0.0.1.evil.example:80", 403, "this machine only"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = c.host
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != c.status || !strings.Contains(string(text), c.holds) {
			t.Errorf("%s %s of %q: %d %.80s", c.method, c.path, c.host, response.StatusCode, text)
		}
		if !strings.Contains(response.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s %s: no policy", c.method, c.path)
		}
	}
	far := httptest.NewRequest("GET", "http://127.0.0.1/", nil)
	far.RemoteAddr = "192.0.2.7:4711"
	answer := httptest.NewRecorder()
	bundle.Handler(root).ServeHTTP(answer, far)
	if answer.Code != 403 {
		t.Errorf("another machine got %d", answer.Code)
	}
}
