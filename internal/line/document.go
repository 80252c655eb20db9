package line

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/disk"
	"beredskab/internal/report"
)

// Document says in which language and form a document is to be written, and where.
type Document struct {
	lang, form, file string
	forms            []string
}

// pdf is a form of every document that has HTML, through a browser.
const pdf = "pdf"

// Document gives a command the flags of one that writes a document in those forms,
// or as PDF; the first is the usual one.
func (l Line) Document(cmd *cobra.Command, forms ...report.Form) *Document {
	d := &Document{}
	for _, f := range forms {
		d.forms = append(d.forms, string(f))
		if f == report.HTML {
			d.forms = append(d.forms, pdf)
		}
	}
	flags := cmd.Flags()
	flags.StringVar(&d.lang, "lang", report.Languages()[0], "language of the document: da or en")
	flags.StringVarP(&d.form, "format", "f", "", strings.Join(d.forms, ", ")+" (default: as --out is called, else "+d.forms[0]+")")
	flags.StringVar(&d.file, "out", "", "write to this file instead of the terminal")
	return d
}

// check refuses what no document can be written as, before anything is opened.
func (l Line) check(d *Document) error {
	if d.form == "" {
		d.form = d.forms[0]
		if ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(d.file)), "."); ext == "htm" {
			d.form = string(report.HTML)
		} else if slices.Contains(d.forms, ext) {
			d.form = ext
		}
	}
	switch {
	case !slices.Contains(d.forms, d.form):
		return l.Usage("-f %q is no form of this document; write %s", d.form, strings.Join(d.forms, ", "))
	case !slices.Contains(report.Languages(), d.lang):
		return l.Usage("--lang %q is no language of a document; write %s", d.lang, strings.Join(report.Languages(), " or "))
	case d.form == pdf && d.file == "":
		return l.Usage("a PDF is not for the terminal; name a file: --out %s.pdf", "report")
	}
	return nil
}

// Write opens the program, makes a document and writes it where it is wanted: to
// the terminal, or to a file that is there whole or not at all. give is asked once
// the flags are found right. Only its owner may read the file: a plan can be
// confidential.
func (l Line) Write(ctx context.Context, d *Document, give func(a *app.App, out io.Writer, form report.Form, lang string) error) error {
	if err := l.check(d); err != nil {
		return err
	}
	form := report.Form(d.form)
	if d.form == pdf {
		form = report.HTML
	}
	var made bytes.Buffer
	err := l.Within(ctx, func(a *app.App) error { return give(a, &made, form, d.lang) })
	text := made.Bytes()
	if err == nil && d.form == pdf {
		text, err = l.printed(ctx, text)
	}
	if err != nil {
		return err
	}
	if d.file == "" {
		_, err := l.Out.Write(text)
		return err
	}
	path := l.Path(d.file)
	if err := disk.WriteFile(path, func(out io.Writer) error { _, err := out.Write(text); return err }); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	sum := sha256.Sum256(text)
	written := map[string]any{"schema": "beredskab.document.v1", "file": path, "bytes": len(text), "sha256": hex.EncodeToString(sum[:])}
	return l.Print(written, func(out io.Writer) { fmt.Fprintln(out, "written to "+path) })
}

// printed makes a PDF of a page.
func (l Line) printed(ctx context.Context, page []byte) ([]byte, error) {
	path, err := report.FindBrowser()
	if err != nil {
		return nil, err
	}
	defer l.Working("printing")()
	var out bytes.Buffer
	// Chromium refuses to start as root with its own sandbox.
	err = report.PDF(ctx, report.Browser{Path: path, NoSandbox: os.Geteuid() == 0}, page, &out)
	return out.Bytes(), err
}
