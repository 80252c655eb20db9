// Package approval is what people have said of the versions of a plan, and what
// follows from it: which version waits for whom, and which one is in force. An act
// is never changed and never taken back; a state is never stored, it is what the
// acts give at a moment (R27, R32, R43, R44). The governing documents, receipts,
// verified contacts and training that an auditor asks for beside it stand here too.
package approval

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/plan"
	"beredskab/internal/record"
	"beredskab/internal/rights"
)

// The kinds of record. The key of each body is its Key.
const (
	KindAct          = "approval"
	KindDocument     = "governing_document"
	KindReceipt      = "receipt"
	KindVerification = "contact_verification"
	KindTraining     = "training"
)

// Kind is what an act says.
type Kind string

// The acts on a version.
const (
	Submitted    Kind = "submitted"     // it came from the files and asks for its approval
	Confirmed    Kind = "confirmed"     // the owner has read it; again later, at each review
	Accepted     Kind = "accepted"      // MTPD, RTO and RPO as they were shown are accepted
	Approved     Kind = "approved"      // it is in force from now on
	ChangesAsked Kind = "changes_asked" // it goes back, with comments
	Withdrawn    Kind = "withdrawn"     // its author takes it back before it is approved
	Retired      Kind = "retired"       // it is in force no longer, and nothing takes its place
)

// Act is one thing that somebody has said of one version.
type Act struct {
	System    string       `json:"system"`
	Seq       int          `json:"seq"` // in the system, from 1 without gaps: the order of what was said
	Kind      Kind         `json:"kind"`
	Version   string       `json:"version"` // hash of the plan
	By        rights.Basis `json:"by"`
	At        time.Time    `json:"at"`
	Assurance string       `json:"assurance"`      // login, link, code, slack, paper, system
	Shown     string       `json:"shown,omitzero"` // Digest of the text that was on the screen

	Authors  []string    `json:"authors,omitempty"` // submitted: persons who may have written it
	Claim    string      `json:"claim,omitzero"`    // submitted: what the commit says of its author; never trusted
	Values   *Objectives `json:"values,omitempty"`  // accepted
	Review   *Review     `json:"review,omitempty"`  // approved
	Comments []Comment   `json:"comments,omitempty"`
	Reason   string      `json:"reason,omitzero"` // withdrawn, retired
}

// Objectives are the times that an owner accepts (R13).
type Objectives struct {
	MTPD plan.Duration `json:"mtpd"` // minutes
	RTO  plan.Duration `json:"rto"`
	RPO  plan.Duration `json:"rpo"`
}

// Review is what an approver was shown, word by word.
type Review struct {
	Against    string    `json:"against,omitzero"` // the version in force that it was compared with; empty: none
	Difference []string  `json:"difference"`       // in sentences
	Commands   []Command `json:"commands"`         // all that the version starts on machines
}

// Act is what somebody says of that version who has read this.
func (r Review) Act(kind Kind, of *plan.Plan) Act {
	act := Act{Kind: kind, Version: of.Hash(), Shown: r.Digest()}
	switch kind {
	case Accepted:
		values := VersionOf(of).Objectives
		act.Values = &values
	case Approved:
		act.Review = &r
	}
	return act
}

// Command is what one step starts, with every parameter in its place.
type Command struct {
	Step string   `json:"step"`
	Argv []string `json:"argv"`
}

// Comment is what is asked to be changed in one section of the plan.
type Comment struct {
	Section string `json:"section"`
	Text    string `json:"text"`
}

// Version is what the rules must know of a plan version.
type Version struct {
	System     string
	Hash       string
	Class      int
	Objectives Objectives
}

// VersionOf is the version that the plan is.
func VersionOf(p *plan.Plan) Version {
	return Version{
		System: p.ID, Hash: p.Hash(), Class: p.RecoveryClass,
		Objectives: Objectives{MTPD: p.Objectives.MTPD, RTO: p.Objectives.RTO, RPO: p.Objectives.RPO},
	}
}

// Digest is the SHA-256 of a text as it was shown, in hex.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Digest is the SHA-256 of everything that the approver was shown.
func (r Review) Digest() string {
	text, err := json.Marshal(r)
	if err != nil {
		return "" // Strings and lists of strings: it cannot fail, and no act has this digest.
	}
	return Digest(string(text))
}

// Key names the act: each has its place in the order, and only one can have it.
func (a Act) Key() string { return fmt.Sprintf("%s/%06d", a.System, a.Seq) }

// Row is the act as a record.
func (a Act) Row() (record.Row, error) {
	return record.Row{Kind: KindAct, Key: a.Key(), System: a.System, Person: a.By.Person, State: string(a.Kind), At: a.At}.Set(a)
}

// wrote are the persons whom a submitted act keeps from approving: those whom its
// claim means, and whoever submitted it, for else the claim could be a false one.
func (a Act) wrote() []string {
	if a.By.Role == matrix.Service || a.By.Person == "" || slices.Contains(a.Authors, a.By.Person) {
		return a.Authors
	}
	return append(slices.Clone(a.Authors), a.By.Person)
}

// check says what is missing in an act, whatever the state.
func (a Act) check() error {
	errs := []error{}
	say := func(ok bool, what string) {
		if !ok {
			errs = append(errs, errors.New(what))
		}
	}
	say(a.System != "" && a.Version != "", "write which version of which system")
	say(a.By.Person != "" && !a.At.IsZero() && a.Assurance != "", "write who says it, when, and how the program knows")
	switch a.Kind {
	case Submitted:
		say(len(a.wrote()) > 0 || a.Claim != "", "write who wrote the version, or what its commit says")
	case Confirmed:
		say(len(a.Shown) == 2*sha256.Size, "write the digest of the text that was shown")
	case Accepted:
		say(a.Values != nil, "write the MTPD, RTO and RPO that were shown")
		say(len(a.Shown) == 2*sha256.Size, "write the digest of the text that was shown")
	case Approved:
		say(a.Review != nil && a.Review.Digest() == a.Shown, "write the difference and the commands that were shown, and their digest")
	case ChangesAsked:
		say(len(a.Comments) > 0 && !slices.ContainsFunc(a.Comments, func(c Comment) bool { return strings.TrimSpace(c.Text) == "" }),
			"write what is to be changed, section by section")
	case Withdrawn, Retired:
		say(strings.TrimSpace(a.Reason) != "", "write the reason")
	default:
		say(false, fmt.Sprintf("there is no act %q", a.Kind))
	}
	return errors.Join(errs...)
}
