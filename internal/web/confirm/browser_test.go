package confirm_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/report"
)

// S6: a scanner that opens each link in a whole browser and lets every script run for
// a while, as some do, changes nothing.
func TestABrowserChangesNothing(t *testing.T) {
	browser, err := report.FindBrowser()
	if err != nil {
		fmt.Printf("S6: no browser is on this machine, so that part was not tried: %v\n", err)
		return
	}
	h := newHouse(t, true)
	var paths []string
	for _, step := range []string{"link", "kode"} {
		path, _ := h.sent(step)
		paths = append(paths, path)
	}
	server := httptest.NewServer(h.pages)
	defer server.Close()
	before := h.snapshot()
	for _, path := range paths {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		out, err := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
			"--lang=da", "--virtual-time-budget=10000", "--dump-dom", server.URL+path).Output()
		cancel()
		if err != nil && !errors.Is(err, exec.ErrWaitDelay) || !strings.Contains(string(out), "<form") {
			t.Fatalf("the browser has shown %s as %.300s: %v", path, out, err)
		}
	}
	if h.snapshot() != before || h.step("link").State != drill.Asked {
		t.Error("a browser that looked has changed the register")
	}
}
