package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// answer is held back until it is whole: so that one that breaks down is never
// sent in half, its hash can be its ETag, and it can be kept.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

func (w *answer) Header() http.Header { return w.header }

func (w *answer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *answer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// problem makes the answer that of a problem, whatever stood there.
func (w *answer) problem(p *problem, err error) {
	w.status = p.Status
	w.body.Reset()
	w.header.Del("ETag")
	w.header.Set("Content-Type", problemType)
	var wait *later
	if errors.As(err, &wait) {
		w.header.Set("Retry-After", strconv.Itoa(wait.seconds))
	}
	if p.Status == http.StatusUnauthorized {
		w.header.Set("WWW-Authenticate", `Bearer realm="beredskab"`)
	}
	_ = json.NewEncoder(&w.body).Encode(p) // of texts and numbers
}

// send gives the answer out. One that whoever asks has already is not sent again.
func (w *answer) send(out http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if reads && w.status == http.StatusOK && w.header.Get("ETag") == "" {
		sum := sha256.Sum256(w.body.Bytes())
		w.header.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	}
	h := out.Header()
	for name, values := range w.header {
		h[name] = values
	}
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	if reads && w.status == http.StatusOK && matches(r.Header.Get("If-None-Match"), w.header.Get("ETag")) {
		h.Del("Content-Type")
		out.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(w.body.Len()))
	out.WriteHeader(w.status)
	_, _ = out.Write(w.body.Bytes()) // whoever asked may be gone
}

// matches tells whether one of those tags is that one; "*" is any.
func matches(tags, tag string) bool {
	for item := range strings.SplitSeq(tags, ",") {
		item = strings.TrimPrefix(strings.TrimSpace(item), "W/")
		if item != "" && (item == tag || item == "*") {
			return true
		}
	}
	return false
}

// tag is the ETag of a run at that event.
func tag(seq int) string { return fmt.Sprintf(`"%d"`, seq) }

// seqOf reads the tag of a run; nothing is asked for where there is none, or any.
func seqOf(match string) (seq int, asked bool, err error) {
	if match = strings.TrimSpace(match); match == "" || match == "*" {
		return 0, false, nil
	}
	number, ours := strings.CutPrefix(match, `"`)
	number, ends := strings.CutSuffix(number, `"`)
	if seq, err = strconv.Atoi(number); err != nil || !ours || !ends || seq < 0 {
		return 0, true, refuse(http.StatusPreconditionFailed, "moved_on", "If-Match is not the ETag of this run.", "Read the run; its answer has the ETag.")
	}
	return seq, true, nil
}
