package approval

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// The objects of a receipt begin with one of these.
const (
	OfPlan     = "plan/"
	OfDocument = "document/"
)

// Receipt is one person's own word that he has read and understood one version of
// a plan or a governing document. It is never given for somebody else.
type Receipt struct {
	Object    string       `json:"object"`  // plan/esdh, document/it-sikkerhedspolitik
	Version   string       `json:"version"` // the plan's hash, the document's version
	By        rights.Basis `json:"by"`
	Shown     string       `json:"shown"` // Digest of the text that he signed under
	At        time.Time    `json:"at"`
	Assurance string       `json:"assurance"`
}

// Reading is what there is to be read and understood: one version that holds now.
type Reading struct {
	Object  string    `json:"object"`
	Version string    `json:"version"`
	Title   string    `json:"title"`
	Since   time.Time `json:"since"`
}

// Signed is the text that is signed under who has read it.
func (r Reading) Signed() string {
	return fmt.Sprintf("I have read and understood %s (%s), version %s, in force since %s.",
		r.Title, r.Object, r.Version, r.Since.UTC().Format(time.DateOnly))
}

// Key names the receipt: a person gives one for a version.
func (r Receipt) Key() string { return r.Object + "/" + r.Version + "/" + r.By.Person }

// Row is the receipt as a record.
func (r Receipt) Row() (record.Row, error) {
	system, _ := strings.CutPrefix(r.Object, "plan/")
	if system == r.Object {
		system = ""
	}
	return record.Row{Kind: KindReceipt, Key: r.Key(), System: system, Person: r.By.Person, State: r.Version, At: r.At}.Set(r)
}

// Check says why it is no receipt.
func (r Receipt) Check() error {
	switch {
	case r.By.Delegation != "": // a deputy has the role himself
		return fmt.Errorf("a receipt is %s's own to give, not %s's: %w", r.By.OnBehalfOf, r.By.Person, rights.ErrNotAllowed)
	case r.Object == "" || r.Version == "" || r.By.Person == "" || r.At.IsZero() || r.Assurance == "":
		return errors.New("a receipt says what was read in which version, by whom, when, and how the program knows")
	case len(r.Shown) != 2*sha256.Size:
		return errors.New("a receipt carries the digest of the text that was shown")
	}
	return nil
}

// Verification is an attempt to reach a contact, to see whether number and address
// still lead to somebody (G4).
type Verification struct {
	System  string    `json:"system,omitzero"` // whose contact it is; empty: the organisation's
	Whom    string    `json:"whom"`            // a person or mailbox
	Channel string    `json:"channel"`         // phone, mail, sms, radio
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Reached bool      `json:"reached"`
	Note    string    `json:"note,omitzero"` // needed when nobody was reached
}

// Key names the attempt.
func (v Verification) Key() string {
	return strings.Join([]string{v.System, v.Whom, v.Channel, v.At.UTC().Format("20060102T150405.000000")}, "/")
}

// Row is the attempt as a record.
func (v Verification) Row() (record.Row, error) {
	state := "reached"
	if !v.Reached {
		state = "not_reached"
	}
	return record.Row{Kind: KindVerification, Key: v.Key(), System: v.System, Person: v.Whom, State: state, At: v.At}.Set(v)
}

// Check says why it verifies nothing.
func (v Verification) Check() error {
	switch {
	case v.Whom == "" || v.Channel == "" || v.By == "" || v.At.IsZero():
		return errors.New("a verified contact says whom, by which channel, who tried, and when")
	case v.By == v.Whom:
		return fmt.Errorf("%s cannot be reached by himself: let somebody else call", v.Whom)
	case !v.Reached && v.Note == "":
		return fmt.Errorf("%s was not reached: write what happened", v.Whom)
	}
	return nil
}

// Training is that a person was taught something, and how long that is good for.
type Training struct {
	Person   string    `json:"person"`
	Subject  string    `json:"subject"`
	At       time.Time `json:"at"`
	Until    time.Time `json:"until,omitzero"` // zero: for ever
	By       string    `json:"by"`             // who records it
	Evidence string    `json:"evidence,omitzero"`
}

// Key names the training.
func (t Training) Key() string {
	return strings.Join([]string{t.Person, t.Subject, t.At.UTC().Format("20060102T150405")}, "/")
}

// Row is the training as a record.
func (t Training) Row() (record.Row, error) {
	return record.Row{Kind: KindTraining, Key: t.Key(), Person: t.Person, State: t.Subject, Due: t.Until, At: t.At}.Set(t)
}

// Check says why it is no training.
func (t Training) Check() error {
	switch {
	case t.Person == "" || t.Subject == "" || t.By == "" || t.At.IsZero():
		return errors.New("a training says who was taught what, when, and who says so")
	case strings.Contains(t.Subject, "/"):
		return fmt.Errorf("the subject %q: write it without a slash", t.Subject)
	case !t.Until.IsZero() && !t.Until.After(t.At):
		return fmt.Errorf("the training of %s in %s would end before it began: write a later end", t.Person, t.Subject)
	}
	return nil
}
