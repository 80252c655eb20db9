package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// assets are the files that pages load: sheets, scripts, letters and pictures. They
// are packed once, at the start.
type assets map[string]asset

type asset struct {
	kind, tag    string
	plain, small []byte // small is packed; empty where that gains nothing
}

func newAssets(files fs.FS) (assets, error) {
	list := assets{}
	err := fs.WalkDir(files, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(src)
		a := asset{kind: kindOf(name), tag: `"` + hex.EncodeToString(sum[:8]) + `"`, plain: src}
		if !strings.HasSuffix(name, ".woff2") {
			a.small, err = pack(src)
		}
		list["/"+name] = a
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading what pages load: %w", err)
	}
	return list, nil
}

func kindOf(name string) string {
	if path.Ext(name) == ".woff2" {
		return "font/woff2"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func pack(src []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(src); err != nil {
		return nil, err
	}
	err = w.Close() // before the bytes are taken: it writes the last of them
	return out.Bytes(), err
}

// ServeHTTP gives a file, which the browser asks about again after an hour.
func (l assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := l[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("ETag", a.tag)
	h.Set("Vary", "Accept-Encoding")
	body := a.plain
	if len(a.small) > 0 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.small
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
