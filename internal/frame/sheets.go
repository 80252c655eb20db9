package frame

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"time"

	"beredskab/internal/phrase"
)

// sheets are all pages in one language.
type sheets struct {
	texts *phrase.Phrases
	pages map[string]*template.Template // by PART/PAGE
}

// suffix ends the file of every template.
const suffix = ".html.tmpl"

func readSheets(files fs.FS, lang string) (*sheets, error) {
	texts, err := phrase.New("web", lang)
	if err != nil {
		return nil, err
	}
	s := &sheets{texts: texts, pages: map[string]*template.Template{}}
	around, err := template.New("").Funcs(s.words()).ParseFS(files, "layout"+suffix, "parts"+suffix, "looks"+suffix)
	if err != nil {
		return nil, fmt.Errorf("reading what stands around the pages: %w", err)
	}
	return s, fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		page, ours := strings.CutSuffix(name, suffix)
		if err != nil || entry.IsDir() || !ours || page == "layout" || page == "parts" || page == "looks" {
			return err
		}
		t, err := around.Clone()
		if err == nil {
			t, err = t.ParseFS(files, name)
		}
		if err != nil {
			return fmt.Errorf("reading the page %s: %w", page, err)
		}
		s.pages[page] = t
		return nil
	})
}

// write executes one template of a page.
func (s *sheets) write(w io.Writer, page, name string, data Sheet) error {
	t, ok := s.pages[page]
	if !ok {
		return fmt.Errorf("there is no page %q", page)
	}
	if err := t.ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("writing the page %s: %w", page, err)
	}
	return nil
}

// words are what templates say things with.
func (s *sheets) words() template.FuncMap {
	p := s.texts
	return template.FuncMap{
		"say": p.Say, "has": p.Has, "word": p.Word, "count": p.Count, "join": p.Join,
		"moment": p.Moment, "second": p.Second, "date": p.Date, "day": p.Day,
		"clock": func(t time.Time) string { return shortClock(p, t) },
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"span":  p.Span, "signed": p.Signed, "minutes": func(n int) string { return p.Span(time.Duration(n) * time.Minute) },
		"number": p.Number, "whole": func(n int) string { return p.Whole(int64(n)) },
		"add":  func(a, b int) int { return a + b },
		"dict": dict, "path": join, "svg": func(text string) template.HTML { return template.HTML(text) }, // #nosec: pictures of ours alone
		"lines": func(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") },
		"short": func(text string) string { return text[:min(len(text), 12)] },
		"or2":   func(a, b string) string { return cmp.Or(a, b) },
	}
}

// shortClock is the time of day to the minute; a time without one is a dash.
func shortClock(p *phrase.Phrases, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(p.Zone)
	return fmt.Sprintf("%02d.%02d", t.Hour(), t.Minute())
}

// dict makes a map of names and values, for templates that take several.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict takes names and values in pairs")
	}
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("the name %v of a dict is no text", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}

// join makes a path of parts, each of which is escaped: "/systems/esdh".
func join(parts ...any) string {
	escaped := make([]string, len(parts))
	for i, part := range parts {
		escaped[i] = url.PathEscape(fmt.Sprint(part))
	}
	return "/" + path.Join(escaped...)
}
