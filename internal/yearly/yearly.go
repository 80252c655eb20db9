// Package yearly is what becomes of the yearly report to Økonomiudvalget: its
// figures are frozen once, IT chefen approves them, and what the committee decided
// is recorded afterwards (R30, R39). The document itself is made by report, from
// the frozen bytes.
package yearly

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// Kind is the kind of record. Its key is the year.
const Kind = "yearly_report"

// ErrNotNow says that an act does not fit what has become of the report.
var ErrNotNow = errors.New("that cannot be done to the report now")

// Report is the report about one year.
type Report struct {
	Year      int        `json:"year"`
	SHA256    string     `json:"sha256"` // of the frozen figures, in hexadecimal
	Packed    []byte     `json:"packed"` // the frozen figures, as gzip
	Frozen    By         `json:"frozen"`
	Approved  *By        `json:"approved,omitempty"`
	Treated   *By        `json:"treated,omitempty"` // who recorded it
	Treatment *Treatment `json:"treatment,omitempty"`
}

// By is who did it and when.
type By struct {
	rights.Basis
	At time.Time `json:"at"`
}

// Treatment is what the committee did with the report.
type Treatment struct {
	On        string `json:"on"` // the day of the meeting, as 2027-03-18
	Committee string `json:"committee"`
	Item      string `json:"item,omitempty"`
	Decision  string `json:"decision"`
	Case      string `json:"case,omitempty"` // number in the records system
}

// Freeze takes the figures of a year. Until it is approved the report may be
// frozen again; was is what it was before, nil for the first time.
func Freeze(was *Report, year int, figures []byte, by By) (Report, error) {
	if was != nil && was.Approved != nil {
		return *was, fmt.Errorf("the report about %d was approved on %s and is frozen for good: %w", year, day(was.Approved.At), ErrNotNow)
	}
	packed, err := pack(figures)
	if err != nil {
		return Report{}, fmt.Errorf("packing the figures of %d: %w", year, err)
	}
	return Report{Year: year, SHA256: hashed(figures), Packed: packed, Frozen: by}, nil
}

// Approve is IT chefen's word on just those figures.
func (r Report) Approve(hash string, by By) (Report, error) {
	switch {
	case r.Approved != nil:
		return r, fmt.Errorf("the report about %d was approved already, on %s: %w", r.Year, day(r.Approved.At), ErrNotNow)
	case hash != "" && hash != r.SHA256:
		return r, fmt.Errorf("the report about %d has other figures now, %.12s: read them, and approve those: %w", r.Year, r.SHA256, ErrNotNow)
	}
	r.Approved = &by
	return r, nil
}

// Treat records what the committee decided. A later word replaces it: the log has
// both.
func (r Report) Treat(t Treatment, by By) (Report, error) {
	if r.Approved == nil {
		return r, fmt.Errorf("the report about %d is not approved yet: `beredskab report approve %d`: %w", r.Year, r.Year, ErrNotNow)
	}
	on, err := time.Parse(time.DateOnly, t.On)
	switch {
	case err != nil:
		return r, fmt.Errorf("the day of the meeting is %q: write a day such as 2027-03-18", t.On)
	case on.After(by.At):
		return r, fmt.Errorf("the meeting on %s is still to come: record what it decided afterwards: %w", t.On, ErrNotNow)
	case t.Committee == "" || t.Decision == "":
		return r, errors.New("write which committee treated the report, and what it decided")
	}
	r.Treated, r.Treatment = &by, &t
	return r, nil
}

// Figures are the frozen bytes, word for word.
func (r Report) Figures() ([]byte, error) {
	in, err := gzip.NewReader(bytes.NewReader(r.Packed))
	if err == nil {
		var figures []byte
		if figures, err = io.ReadAll(in); err == nil && hashed(figures) == r.SHA256 {
			return figures, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("the frozen figures of %d are not those that were frozen", r.Year), err)
}

// State says where the report stands.
func (r Report) State() string {
	switch {
	case r.Treated != nil:
		return "treated"
	case r.Approved != nil:
		return "approved"
	default:
		return "frozen"
	}
}

// Key names the report.
func (r Report) Key() string { return strconv.Itoa(r.Year) }

// Row is the report as a record.
func (r Report) Row() (record.Row, error) {
	return record.Row{Kind: Kind, Key: r.Key(), State: r.State()}.Set(r)
}

func pack(figures []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(figures)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

func hashed(figures []byte) string {
	sum := sha256.Sum256(figures)
	return hex.EncodeToString(sum[:])
}

func day(at time.Time) string { return at.Format(time.DateOnly) }
