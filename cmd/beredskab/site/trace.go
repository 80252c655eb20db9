package site

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"beredskab/internal/door"
	"beredskab/internal/governance"
	"beredskab/internal/kept"
)

// Trace is what `beredskab audit log` answers.
type Trace struct {
	Schema  string      `json:"schema"`
	Entries []traceView `json:"entries"`

	list []kept.Entry
}

type traceView struct {
	Seq   int64           `json:"seq"`
	Hash  string          `json:"leaf_hash"`
	Entry json.RawMessage `json:"entry"`
}

// ListTrace lists the log, newest first, for somebody who may read it.
func ListTrace(ctx context.Context, o *governance.Office, by door.Actor, f kept.EntryFilter) (*Trace, error) {
	list, err := o.ReadLog(ctx, by, f)
	if err != nil {
		return nil, err
	}
	v := &Trace{Schema: "beredskab.log.v1", Entries: []traceView{}, list: list}
	for _, e := range list {
		v.Entries = append(v.Entries, traceView{e.Seq, hex.EncodeToString(e.Hash), e.Bytes})
	}
	return v, nil
}

// Text prints one line an entry.
func (v *Trace) Text(out io.Writer) {
	for _, e := range v.list {
		fmt.Fprintf(out, "%6d  %s  %-8s %-18s %-30s %s\n", e.Seq, e.At.Local().Format("2006-01-02 15:04:05"), e.Outcome, e.Act, e.Object, e.Actor)
	}
}
