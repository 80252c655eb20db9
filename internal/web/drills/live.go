package drills

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/frame"
	"beredskab/internal/report"
)

// live shows a run: the command centre while it goes on, and what it came to. Who
// wants JSON with ?part=1 gets the parts of the page that change, by their id.
func (p *Part) live(v *frame.Visit) error {
	s, err := p.scene(v.Context(), v.Path("run"))
	if err != nil {
		return err
	}
	t := p.teller(v, s)
	if v.Query("part") == "" || !strings.Contains(v.Request.Header.Get("Accept"), "application/json") {
		return v.Show("drills/live", t.page())
	}
	parts, err := t.parts()
	if err != nil {
		return err
	}
	body, err := json.Marshal(frame.Piece{Parts: parts})
	if err != nil {
		return fmt.Errorf("writing the parts of the live page: %w", err)
	}
	return v.Write("application/json", body)
}

// parts are the insides of everything on the page that changes, by their id.
func (t *teller) parts() (map[string]string, error) {
	page := t.page()
	page.Cut = rand.Text()
	text, err := t.v.Part("drills/live", "run-parts", page)
	if err != nil {
		return nil, err
	}
	cuts := strings.Split(text, page.Cut)[1:]
	out := make(map[string]string, len(cuts)/2)
	for pair := range slices.Chunk(cuts, 2) {
		out[pair[0]] = pair[1]
	}
	return out, nil
}

// stream tells whoever looks of each event as it comes, in the parts of the page on
// which he does. The number of a piece is that of the newest event that it holds, so
// that a browser which was away goes on from there.
func (p *Part) stream(look func(*teller) (map[string]string, error)) func(*frame.Visit) error {
	return func(v *frame.Visit) error {
		run := v.Path("run")
		first := p.hub.known(run)
		if first == nil {
			var err error
			if first, err = p.scene(v.Context(), run); err != nil {
				return err
			}
		}
		w := p.hub.join(v.Context(), run, first)
		defer p.hub.part(run, w)
		out, err := v.Open()
		if err != nil {
			return nil // whoever asked is gone
		}
		live := glance{out: out, look: look, seen: map[string]string{}}
		for {
			s, news := w.now()
			if err := live.show(p.teller(v, s)); err != nil || !out.Wait(news) {
				return nil // nobody looks any more, or the page is loaded again
			}
		}
	}
}

// glance is what one viewer has on his page.
type glance struct {
	out  *frame.Stream
	look func(*teller) (map[string]string, error)
	seen map[string]string // parts, by id
	of   *scene
	at   time.Time
}

// again is how often a page on which nothing happens is made anew: its bar grows with
// the time, and clocks tick by themselves.
const again = time.Minute

// show sends what is not as it was. The first time the page itself has just been made,
// unless something has happened since.
func (g *glance) show(t *teller) error {
	if g.of == t.scene && t.now.Sub(g.at) < again {
		return nil
	}
	parts, err := g.look(t)
	if err != nil {
		return err
	}
	piece := frame.Piece{Parts: changed(g.seen, parts), Say: t.newsOf(g.out.After)}
	made := g.of == nil && g.out.After == t.run.Seq
	g.seen, g.of, g.at = parts, t.scene, t.now
	if made || len(piece.Parts) == 0 {
		return nil
	}
	return g.out.Send(t.run.Seq, piece)
}

// changed are the parts that are not as they were.
func changed(was, is map[string]string) map[string]string {
	out := maps.Clone(is)
	maps.DeleteFunc(out, func(id, text string) bool { return was[id] == text })
	return out
}

// newsOf is one sentence on what happened after that event, for who listens to the
// page; of several, the newest that is not merely a request.
func (t *teller) newsOf(after int) string {
	if len(t.events) == 0 || after == 0 {
		return ""
	}
	last := t.events[len(t.events)-1]
	if last.Seq <= after {
		return ""
	}
	return t.sentence(last)
}

// wall shows a run on a big screen: nothing to press.
func (p *Part) wall(v *frame.Visit) error {
	s, err := p.scene(v.Context(), v.Path("run"))
	if err != nil {
		return err
	}
	return v.Show("drills/wall", p.teller(v, s).page())
}

// wall is the one part of the big screen.
func (t *teller) wall() (map[string]string, error) {
	text, err := t.v.Part("drills/wall", "wall", t.page())
	return map[string]string{"wall": text}, err
}

// report shows the report of a run as a document of its own, which may do nothing
// but stand there; with ?download=1 it is a file.
func (p *Part) report(v *frame.Visit) error {
	row, run, err := p.Register.Run(v.Context(), v.Path("run"))
	if err != nil {
		return err
	}
	if row.Imported {
		return v.Again(p.live, frame.Wrong{Key: "drills.wrong.imported"})
	}
	in := report.DrillInput{Run: run.Named(v.Book.Name), PlanHash: row.PlanHash, StepsHash: row.StepsHash, Scope: row.Scope, PrintedAt: p.Door.Now().Wall}
	if in.Draft, err = p.Register.Draft(v.Context(), row); err != nil {
		return err
	}
	if run.State == drill.Ended {
		e, err := p.Office.Evaluation(v.Context(), row.ID)
		if err != nil {
			return err
		}
		if e.EvaluatedBy != nil {
			in.Evaluation = &e
		}
	}
	var out bytes.Buffer
	if err := report.Drill(&out, in, report.HTML, v.Texts.Lang); err != nil {
		return err
	}
	if v.Query("download") != "" {
		return v.Send(row.ID+".html", "text/html; charset=utf-8", out.Bytes())
	}
	v.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:")
	return v.Write("text/html; charset=utf-8", out.Bytes())
}
