// Package press makes a PDF of a page, through a Chromium that is on the
// machine: the same document, with its headings, tables and pictures tagged for
// those who hear it read out. It knows nothing of what the page says.
package press

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrNoBrowser says that no browser is there to make a PDF with.
var ErrNoBrowser = errors.New("no Chromium is on this machine: install one (on Debian the package chromium), " +
	"name it in the settings, or open the HTML in any browser and print it, which gives the same pages")

// Browser is a Chromium, Chrome or Edge.
type Browser struct {
	Path string
	// NoSandbox gives up Chromium's own sandbox. Chromium refuses to start as
	// root with it, and where the kernel gives ordinary users no namespaces. The
	// page that is printed is our own: it holds no script, loads nothing, and its
	// texts are escaped; still, prefer to run as an ordinary user.
	NoSandbox bool
}

// Find looks for a browser by its usual names.
func Find() (path string, err error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNoBrowser
}

// Print writes the page as PDF. The browser gets a folder of its own that is
// removed afterwards, no network and no more time than ctx.
func (b Browser) Print(ctx context.Context, page []byte, w io.Writer) (err error) {
	if b.Path == "" {
		return ErrNoBrowser
	}
	dir, err := os.MkdirTemp("", "beredskab-pdf-")
	if err != nil {
		return fmt.Errorf("making a folder to print in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	in, out := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(in, page, 0o600); err != nil {
		return fmt.Errorf("laying out the page to print: %w", err)
	}
	said, err := b.run(ctx, dir, in, out)
	if err != nil {
		return b.explain(ctx, err, said)
	}
	pdf, err := os.ReadFile(out)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return b.explain(ctx, errors.New("it wrote no PDF"), said)
	}
	if _, err := w.Write(pdf); err != nil {
		return fmt.Errorf("writing the PDF: %w", err)
	}
	return nil
}

func (b Browser) run(ctx context.Context, dir, in, out string) (said string, err error) {
	args := []string{
		"--headless=new", "--disable-gpu", "--disable-extensions", "--no-first-run", "--no-default-browser-check", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND",
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf=" + out,
	}
	if b.NoSandbox {
		args = append(args, "--no-sandbox")
	}
	cmd := exec.CommandContext(ctx, b.Path, append(args, (&url.URL{Scheme: "file", Path: in}).String())...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TMPDIR=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_CACHE_HOME=" + dir}
	// The browser has many processes, and all of them end with it: they are a
	// group of their own.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	end := func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Cancel = end
	// A file, not a pipe: nobody waits for a process that holds it open.
	words, err := os.Create(filepath.Join(dir, "said"))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, words.Close()) }()
	cmd.Stdout, cmd.Stderr = words, words
	if err = cmd.Start(); err != nil {
		return "", err
	}
	err = cmd.Wait()
	_ = end() // There may be none left to end.
	text, _ := os.ReadFile(words.Name())
	return string(text[max(0, len(text)-2000):]), err
}

// explain says what to do when the browser did not print.
func (b Browser) explain(ctx context.Context, err error, said string) error {
	switch {
	case ctx.Err() != nil:
		err = fmt.Errorf("%w: give it more time, or print the HTML from a browser", ctx.Err())
	case errors.Is(err, os.ErrNotExist):
		err = fmt.Errorf("%w: %w", err, ErrNoBrowser)
	case strings.Contains(said, "no-sandbox") || strings.Contains(said, "sandbox"):
		err = fmt.Errorf("%w: its sandbox cannot start; run as an ordinary user rather than root, or allow printing without the sandbox in the settings", err)
	default:
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(said))
	}
	return fmt.Errorf("printing with %s: %w", b.Path, err)
}
