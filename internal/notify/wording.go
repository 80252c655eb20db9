package notify

import (
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"path"
	"strings"
	"text/template"
	"time"

	"beredskab/internal/outbox"
	"beredskab/templates"
)

// digestKind is the kind of the message that sums up several notices. It is
// never owed by the register; Digest makes it.
const digestKind outbox.Kind = "digest"

// Wording holds the texts of all messages in all languages. It is safe for
// concurrent use.
type Wording struct {
	sets  map[string]*template.Template // by language and kind
	words map[string]vocabulary         // by language
	text  *template.Template
	html  *htmltemplate.Template
	zone  *time.Location
}

// Languages lists the languages that messages are written in; the first is
// used when a notice and its channel name no other.
func Languages() []string { return []string{"da", "en"} }

// language picks the first language that we have.
func language(wanted, orElse string) string {
	for _, l := range []string{wanted, orElse} {
		for _, have := range Languages() {
			if l == have {
				return l
			}
		}
	}
	return Languages()[0]
}

func kinds() []outbox.Kind { return append(outbox.Kinds(), digestKind) }

// LoadWording reads the built-in texts and lays over them the files of
// overlay, which may be nil: da/request.tmpl there may define anew any of the
// names that da/request.tmpl here defines; what it leaves out stays as it was.
// layout.txt.tmpl and layout.html.tmpl are replaced whole. Times are shown in
// zone. A text that does not parse, or cannot say something about a notice, is
// an error that names its file.
func LoadWording(overlay fs.FS, zone *time.Location) (*Wording, error) {
	builtIn, err := fs.Sub(templates.FS, "notify")
	if err != nil {
		return nil, fmt.Errorf("opening the built-in messages: %w", err)
	}
	w := &Wording{sets: map[string]*template.Template{}, words: map[string]vocabulary{}, zone: zone}
	layers := []fs.FS{builtIn}
	if overlay != nil {
		layers = append(layers, overlay)
	}
	if err := w.loadLayouts(layers); err != nil {
		return nil, err
	}
	for _, lang := range Languages() {
		if err := w.loadLanguage(layers, lang); err != nil {
			return nil, err
		}
	}
	return w, w.tryAll()
}

func (w *Wording) loadLanguage(layers []fs.FS, lang string) error {
	for _, kind := range kinds() {
		set := template.New(lang).Option("missingkey=error")
		set.Funcs(template.FuncMap{"say": say, "join": join, "include": includer(set)})
		for _, file := range []string{"common.tmpl", string(kind) + ".tmpl"} {
			if err := parseLayers(layers, path.Join(lang, file), func(text string) error {
				_, err := set.Parse(text)
				return err
			}); err != nil {
				return err
			}
		}
		w.sets[setName(lang, string(kind))] = set
	}
	words, err := newVocabulary(w.sets[setName(lang, string(digestKind))])
	if err != nil {
		return fmt.Errorf("reading the words of %s/common.tmpl: %w", lang, err)
	}
	w.words[lang] = words
	return nil
}

func (w *Wording) loadLayouts(layers []fs.FS) error {
	number := template.FuncMap{"number": func(i int) int { return i + 1 }}
	if err := parseLayers(layers, "layout.txt.tmpl", func(text string) (err error) {
		w.text, err = template.New("layout.txt.tmpl").Funcs(number).Parse(text)
		return err
	}); err != nil {
		return err
	}
	return parseLayers(layers, "layout.html.tmpl", func(text string) (err error) {
		w.html, err = htmltemplate.New("layout.html.tmpl").Parse(text)
		return err
	})
}

// parseLayers hands the text of one file to parse, once for each layer that
// has it. The built-in layer always has it.
func parseLayers(layers []fs.FS, name string, parse func(string) error) error {
	for i, layer := range layers {
		text, err := fs.ReadFile(layer, name)
		if i > 0 && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("reading the message template %s: %w", name, err)
		}
		if err := parse(string(text)); err != nil {
			return fmt.Errorf("reading the message template %s: %w", name, err)
		}
	}
	return nil
}

// tryAll renders each kind once, so that a slip in a municipality's own
// template is told at the start and not when the message is needed.
func (w *Wording) tryAll() error {
	for _, lang := range Languages() {
		for _, kind := range kinds() {
			n := outbox.Notice{Kind: kind, Language: lang, Channel: "mail"}
			for _, form := range []Form{FormMail, FormSMS} {
				var err error
				if kind == digestKind {
					n.Kind = outbox.Reminder
					_, err = w.RenderDigest([]outbox.Notice{n}, form)
				} else {
					_, err = w.Render(n, form)
				}
				if err != nil {
					return fmt.Errorf("trying the message template %s/%s.tmpl: %w", lang, kind, err)
				}
			}
		}
	}
	return nil
}

func setName(lang, kind string) string { return lang + "/" + kind }

// say puts a fact into a phrase, or gives nothing when there is no fact.
func say(phrase string, fact any) string {
	if fact == nil || fact == "" || fact == 0 {
		return ""
	}
	return fmt.Sprintf(phrase, fact)
}

// join puts a mark between the texts that are not empty.
func join(mark string, texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t != "" {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, mark)
}

// includer lets a template use another one as a value.
func includer(set *template.Template) func(string, any) (string, error) {
	return func(name string, data any) (string, error) {
		var b strings.Builder
		err := set.ExecuteTemplate(&b, name, data)
		return b.String(), err
	}
}
