package mask

import "io"

// stars stand for a secret, however long it is.
const stars = "***"

// Writer passes on what is written to it with every known secret replaced by three stars. It is not safe for concurrent use.
type Writer struct {
	to       io.Writer
	matchers []*matcher
	held     []byte // the end of the stream, which may be the beginning of a secret
	offset   int64  // of held in the stream
	spans    []span // secrets in held, in order, none overlapping another
}

// span is a secret's place in the stream.
type span struct {
	from, to int64
	shown    bool // its stars have gone out already
}

// New gives a Writer that hides these secrets. Those shorter than Least are not hidden.
func New(to io.Writer, secrets []string) *Writer {
	w := &Writer{to: to}
	var whole, broken []string
	for _, s := range secrets {
		if len(s) >= Least {
			whole, broken = append(whole, written(s)...), append(broken, coded(s)...)
		}
	}
	if len(whole) > 0 {
		w.matchers = []*matcher{newMatcher(whole, false), newMatcher(broken, true)}
	}
	return w
}

// Write takes the next piece of the stream. The error is the target's.
func (w *Writer) Write(p []byte) (int, error) {
	if len(w.matchers) == 0 {
		return w.to.Write(p)
	}
	end := w.offset + int64(len(w.held))
	w.held = append(w.held, p...)
	safe := end + int64(len(p))
	for _, m := range w.matchers {
		for i, c := range p {
			if from := m.step(c, end+int64(i)); from >= 0 {
				w.hide(from, end+int64(i)+1)
			}
		}
		safe = min(safe, m.begin(safe))
	}
	return len(p), w.pass(safe)
}

// Close passes on what was kept back. The beginning of a secret at the very end is hidden as if the rest had come: a command
// that is killed while it writes must not show most of it.
func (w *Writer) Close() error {
	end := w.offset + int64(len(w.held))
	for _, m := range w.matchers {
		if m.state != 0 && m.nodes[m.state].depth >= Least {
			w.hide(m.begin(end), end)
		}
		m.state = 0
	}
	if len(w.held) == 0 {
		return nil
	}
	return w.pass(end)
}

// hide adds a secret to spans, and joins it with those that it overlaps. The matchers come one after the other, so that spans may
// also be needed in the middle.
func (w *Writer) hide(from, to int64) {
	merged, at := span{from: from, to: to}, 0
	if n := len(w.spans); n == 0 || w.spans[n-1].to <= from {
		w.spans = append(w.spans, merged)
		return
	}
	var kept []span
	for _, s := range w.spans {
		switch {
		case s.to <= from:
			kept, at = append(kept, s), len(kept)+1
		case s.from >= to:
			kept = append(kept, s)
		default:
			merged.from, merged.to = min(merged.from, s.from), max(merged.to, s.to)
			merged.shown = merged.shown || s.shown
		}
	}
	w.spans = append(append(append(w.spans[:0:0], kept[:at]...), merged), kept[at:]...)
}

// pass lets out what stands before an offset.
func (w *Writer) pass(safe int64) error {
	var out []byte
	at := w.offset
	for len(w.spans) > 0 && w.spans[0].from < safe {
		s := &w.spans[0]
		if s.from > at {
			out = append(out, w.held[at-w.offset:s.from-w.offset]...)
		}
		if !s.shown {
			out, s.shown = append(out, stars...), true
		}
		at = min(s.to, safe)
		if s.to > safe {
			s.from = safe
			break
		}
		w.spans = w.spans[1:]
	}
	if at < safe {
		out = append(out, w.held[at-w.offset:safe-w.offset]...)
	}
	w.held = append(w.held[:0], w.held[safe-w.offset:]...)
	w.offset = safe
	if len(out) == 0 {
		return nil
	}
	_, err := w.to.Write(out)
	return err
}
