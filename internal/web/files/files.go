// Package files is the page about what shows something of a run: pictures of screens,
// logs and lists that somebody kept as evidence. Who may add and who may see it governance
// decides; here a file is looked at before it is taken in, and handed out so that no
// browser takes it for a page.
package files

import (
	"cmp"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"beredskab/internal/afterrun"
	"beredskab/internal/duty"
	"beredskab/internal/evidence"
	"beredskab/internal/followup"
	"beredskab/internal/frame"
	"beredskab/internal/governance"
	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/register"
)

// Options are what the page works with.
type Options struct {
	Register *register.Register
	Office   *governance.Office
	Desk     *afterrun.Desk
}

// Part is the page.
type Part struct{ Options }

// New gives the page.
func New(o Options) *Part { return &Part{o} }

// Routes are the page and its acts.
func (p *Part) Routes() []frame.Route {
	run := frame.Need{Permission: matrix.PlanInternal, Run: "run"}
	return []frame.Route{
		{Method: http.MethodGet, Path: "/drills/{run}/files", Need: run, Handle: p.list},
		{Method: http.MethodPost, Path: "/drills/{run}/files", Need: run, Form: frame.Files, Handle: p.add},
		{Method: http.MethodGet, Path: "/drills/{run}/files/{hash}", Need: run, Handle: p.open},
	}
}

// page is what there is of one run.
type page struct {
	Run, Path, System string
	Tone              string // drill or incident
	Files             []file
	Steps, Classes    []option
	Step, Class, Note string
	May               bool
	Limit             int // MiB of one file
}

type option struct{ Value, Text string }

// file is one file of evidence.
type file struct {
	followup.Evidence
	Path, Step, Who string
	Picture         bool // that a browser may show in the page
	KiB             int
}

func (p *Part) list(v *frame.Visit) error {
	row, run, err := p.Register.Run(v.Context(), v.Path("run"))
	if err != nil {
		return err
	}
	of := run.Plan
	if of == nil { // a run from before this register
		of = &plan.Plan{ID: row.System}
	}
	out := page{
		Run: row.ID, Path: "/drills/" + row.ID + "/files", System: cmp.Or(of.Name, row.System), Limit: int(p.Desk.Limit >> 20), Tone: "drill",
		Step: v.Field("step"), Class: cmp.Or(v.Field("class"), "internal"), Note: v.Field("note"), May: v.May(matrix.Drill, matrix.Execute, duty.About(of, "")),
	}
	if row.Incident {
		out.Tone = "incident"
	}
	for i := range run.Steps {
		out.Steps = append(out.Steps, option{run.Steps[i].ID, run.Steps[i].Title})
	}
	for _, class := range []string{"internal", "confidential", "public"} {
		out.Classes = append(out.Classes, option{class, v.Texts.Say("files.class." + class)})
	}
	all, err := p.Office.Evidence(v.Context(), record.Filter{System: row.System})
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(all) {
		if e.Run != row.ID {
			continue
		}
		const kib = 1 << 10
		one := file{Evidence: e, Path: out.Path + "/" + e.SHA256, Who: v.Book.Name(e.By.Person), KiB: int((e.Size + kib - 1) / kib)}
		media, inline := e.Served()
		one.Picture = inline && strings.HasPrefix(media, "image/") && e.Class != "confidential" // to see that one is a line in the log
		if s, found := run.Find(e.Step); found {
			one.Step = s.Title
		}
		out.Files = append(out.Files, one)
	}
	return v.Show("files/list", out)
}

// add takes a file in, and says so in the log of the run, so that whoever looks at the
// live page hears of it.
func (p *Part) add(v *frame.Visit) error {
	src, head, err := v.Request.FormFile("file")
	if err != nil {
		return v.Again(p.list, frame.Wrong{Key: "files.wrong.none"})
	}
	defer src.Close()
	e := followup.Evidence{
		Run: v.Path("run"), Step: v.Field("step"), Class: v.Field("class"), Note: v.Field("note"), Name: named(head.Filename),
	}
	if e.Media, err = looked(src, head); err == nil {
		e, err = p.Desk.Keep(v.Context(), v.Actor(), e, src)
	}
	if errors.Is(err, evidence.ErrTooLarge) {
		err = frame.Wrong{Key: "files.wrong.large", Values: []any{int(p.Desk.Limit >> 20)}}
	}
	if err != nil {
		return v.Again(p.list, err)
	}
	text := v.Texts.Say("files.added", e.Name)
	if e.Note != "" {
		text += " – " + e.Note
	}
	if err := p.Register.Note(v.Context(), v.Actor(), e.Run, e.Step, text); err != nil {
		return v.Go("/drills/"+e.Run+"/files", "files.added.quietly")
	}
	return v.Go("/drills/"+e.Run+"/files", "files.added")
}

// named is a file's name as it can be kept on any system.
func named(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`/:*?"<>|`, r) {
			return '-'
		}
		return r
	}, name)
}

// looked is what the file itself says that it is. One that calls itself a picture, and is
// none, is refused: whoever opens it later could be deceived.
func looked(src multipart.File, head *multipart.FileHeader) (media string, err error) {
	const enough = 512 // bytes that tell what something is
	start := make([]byte, enough)
	n, err := io.ReadFull(src, start)
	if n == 0 {
		return "", frame.Wrong{Key: "files.wrong.empty"}
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", err
	}
	media = http.DetectContentType(start[:n])
	picture := slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp"}, strings.ToLower(filepath.Ext(head.Filename)))
	if picture && !strings.HasPrefix(media, "image/") {
		return "", frame.Wrong{Key: "files.wrong.picture", Values: []any{named(head.Filename)}}
	}
	_, err = src.Seek(0, io.SeekStart)
	return media, err
}

// open hands a file out: a picture or a plain text to be looked at, everything else to be
// saved.
func (p *Part) open(v *frame.Visit) error {
	e, src, err := p.Desk.Open(v.Context(), v.Actor(), v.Path("hash"))
	if err != nil {
		return err
	}
	defer src.Close()
	body, err := io.ReadAll(src)
	if err != nil {
		return err
	}
	media, inline := e.Served()
	if !inline {
		return v.Send(e.Name, media, body)
	}
	v.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'")
	return v.Write(media, body)
}
