package trace

import (
	"bytes"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/notary"
)

// verifyPage says what the log is held against.
type verifyPage struct {
	Places  []place
	Verdict *notary.Verdict // nil: nobody has asked now
	Busy    bool            // somebody else reads the log just now
	At      time.Time
}

// place is a file elsewhere that gets each checkpoint.
type place struct {
	Name    string
	At      time.Time
	Missing bool
	Problem string
}

// verify shows where checkpoints are kept, and reads the whole log when it is asked
// to. That changes nothing, so that a link may lead to it.
func (p *Part) verify(v *frame.Visit) error {
	pg := verifyPage{At: v.Now}
	for _, at := range p.Notary.Places() {
		one := place{Name: at.Anchor, At: at.At, Missing: at.At.IsZero()}
		if at.Problem != nil {
			one.Problem = at.Problem.Error()
		}
		pg.Places = append(pg.Places, one)
	}
	if v.Query("now") == "" {
		return v.Show("trace/verify", pg)
	}
	if pg.Busy = !p.reading.TryLock(); pg.Busy {
		return v.Show("trace/verify", pg)
	}
	defer p.reading.Unlock()
	verdict, err := p.Notary.Audit(v.Context())
	if err != nil {
		return err
	}
	pg.Verdict = &verdict
	return v.Show("trace/verify", pg)
}

// export hands the log out as auditors get it, and the public key that it is checked
// by beside it; that it was done is its last line.
func (p *Part) export(v *frame.Visit) error {
	var out bytes.Buffer
	if _, err := p.Notary.Export(v.Context(), v.Actor(), &out); err != nil {
		return err
	}
	return v.Send("log-"+v.Now.In(v.Texts.Zone).Format("2006-01-02")+".jsonl", "application/x-ndjson", out.Bytes())
}
