package press

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browser is a program that stands in for a Chromium and does what script says;
// $out is the PDF that it was asked for, $in the page.
func browser(t *testing.T, script string) Browser {
	t.Helper()
	path := filepath.Join(t.TempDir(), "browser")
	head := "#!/bin/sh\nfor a; do case $a in --print-to-pdf=*) out=${a#*=};; file://*) in=${a#file://};; esac; done\n"
	if err := os.WriteFile(path, []byte(head+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return Browser{Path: path}
}

// TestPrint: the page reaches the browser and its PDF the caller, and nothing
// is left behind.
func TestPrint(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var got bytes.Buffer
	b := browser(t, `{ printf '%%PDF-1.7 '; cat "$in"; } > "$out"; sleep 600 & exit 0`)
	if err := b.Print(t.Context(), []byte("<p>Årsrapport</p>"), &got); err != nil || got.String() != "%PDF-1.7 <p>Årsrapport</p>" {
		t.Errorf("%v: %q", err, got.String())
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("%v: left behind: %v", err, left)
	}
}

// TestNoPDF: who gets no PDF is told why, and what to do.
func TestNoPDF(t *testing.T) {
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		b    Browser
		want string
	}{
		"none":    {t.Context(), Browser{}, "open the HTML in any browser"},
		"gone":    {t.Context(), Browser{Path: "/nowhere/chromium"}, "install one"},
		"sandbox": {t.Context(), browser(t, "echo 'Running as root without --no-sandbox is not supported' >&2; exit 1"), "run as an ordinary user"},
		"failed":  {t.Context(), browser(t, "echo out of paper >&2; exit 3"), "out of paper"},
		"nothing": {t.Context(), browser(t, "exit 0"), "wrote no PDF"},
		"no pdf":  {t.Context(), browser(t, `echo hello > "$out"`), "wrote no PDF"},
		"slow":    {short, browser(t, "exec sleep 600"), "give it more time"},
	} {
		var got bytes.Buffer
		err := c.b.Print(c.ctx, []byte("x"), &got)
		if err == nil || !strings.Contains(err.Error(), c.want) || got.Len() > 0 {
			t.Errorf("%s: %v and %q", name, err, got.String())
		}
		if none := name == "none" || name == "gone"; errors.Is(err, ErrNoBrowser) != none {
			t.Errorf("%s: no browser is %v", name, !none)
		}
	}
}

// TestChromium prints with the Chromium of this machine when there is one: the
// PDF is tagged. Without one the caller is told so.
func TestChromium(t *testing.T) {
	path, err := Find()
	if err != nil {
		if !errors.Is(err, ErrNoBrowser) {
			t.Error(err)
		}
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var got bytes.Buffer
	page := []byte(`<!DOCTYPE html><html lang="da"><title>Prøve</title><h1>Prøve</h1><p>Tekst</p></html>`)
	if err := (Browser{Path: path, NoSandbox: os.Getuid() == 0}).Print(ctx, page, &got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(got.Bytes(), []byte("/MarkInfo")) || !bytes.Contains(got.Bytes(), []byte("/StructTreeRoot")) {
		t.Error("the PDF is not tagged")
	}
}
