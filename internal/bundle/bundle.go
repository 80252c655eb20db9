// Package bundle makes the plan that is at hand when everything is down
// (spec/ux.md 7, spec/domain.md 0 no. 7): a folder that opens from file://
// without a server, a book, a poster and a card to print, an encrypted copy with
// everything in it, and the program itself for the crisis laptop. What it makes
// is signed, says on each page which version it is and from when, and can be
// verified on a machine that has nothing but the folder.
//
// What is handed around in the open leaves out what the plans call confidential,
// and every telephone number and mailbox. The encrypted copy leaves out nothing.
package bundle

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"beredskab/internal/disk"
	"beredskab/internal/plan"
)

// The parts of a bundle. Each but the last is a signed folder of its own, so
// that one that was copied to a stick verifies without the others.
const (
	PartOpen   = "open"         // for file://, owners' PCs and USB sticks
	PartPrint  = "print"        // card, book and poster with telephone numbers
	PartLaptop = "laptop"       // program, plans, register and every page
	PartSealed = "full.tar.age" // every page, encrypted
)

// Input is all that a bundle is made from.
type Input struct {
	Set        *plan.Set            // the plans in force; of a system without one, the newest
	Approved   map[string]time.Time // by system, since when its plan is in force; one that is not there is marked as not approved
	Hashes     map[string]string    // by system, the hash in the register; nil: that of Set
	Contacts   []Contact            // persons of the register; they stand in the closed parts only
	Measured   map[string]int       // valid recovery times in minutes by system (check.MeasuredTimes)
	Checkpoint string               // newest signed checkpoint of the register's log; may be empty
	Program    string               // version of the program
	Moment     time.Time            // when the plans were read; shown on each page
	Language   string               // da or en
	Key        ed25519.PrivateKey
	Seal       Seal          // who can open the encrypted copy; the zero value makes none
	Print      bool          // also lay out card and book in the open, for those who print them
	Laptop     *Laptop       // also make the copy that runs; nil: no
	StaleAfter time.Duration // when pages begin to warn of their age; 0: 30 days
	Keep       int           // how many of the newest bundles stay; 0: 5
}

// Contact is a person or a post that is called in a crisis.
type Contact struct {
	Role, Name, Phone, Mailbox, Hours string
}

// Laptop is what makes the copy that runs.
type Laptop struct {
	Program  string // path of the program's own binary
	Plans    string // folder of the plan files
	Register string // path of a verified backup of the register; empty: none
}

// Built is a bundle that is in place and synced.
type Built struct {
	Folder   string // its path
	Manifest Manifest
	Removed  []string // names of older bundles that Keep let go
}

// Build makes a bundle below the folder root and puts it in place whole or not at
// all: a power loss leaves the newest earlier one, never half of this one. The
// plans may hold problems; a cycle among them costs the computed order, which
// the pages then say, and never the bundle.
func Build(root string, in Input) (built Built, err error) {
	if err := in.complete(); err != nil {
		return built, fmt.Errorf("building the bundle: %w", err)
	}
	if err := disk.MakeFolder(root); err != nil {
		return built, fmt.Errorf("building the bundle: %w", err)
	}
	temporary, err := os.MkdirTemp(root, unfinished)
	if err != nil {
		return built, fmt.Errorf("building the bundle: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temporary)) }()
	if built.Manifest, err = in.layout(temporary); err != nil {
		return built, fmt.Errorf("building the bundle: %w", err)
	}
	if err := disk.SyncAll(temporary); err != nil {
		return built, fmt.Errorf("building the bundle: %w", err)
	}
	if built.Folder, err = place(root, temporary, nameOf(built.Manifest)); err != nil {
		return built, fmt.Errorf("putting the bundle in place: %w", err)
	}
	built.Removed, err = prune(root, in.Keep, in.Moment)
	return built, err
}

// complete fills in what may be left out, and refuses what may not.
func (in *Input) complete() error {
	if in.StaleAfter == 0 {
		in.StaleAfter = 30 * 24 * time.Hour
	}
	if in.Keep == 0 {
		in.Keep = 5
	}
	if in.Hashes == nil && in.Set != nil {
		in.Hashes = map[string]string{}
		for _, p := range in.Set.Plans {
			in.Hashes[p.ID] = p.Hash()
		}
	}
	in.Moment = in.Moment.UTC().Truncate(time.Second)
	switch {
	case in.Set == nil || len(in.Set.Plans) == 0:
		return errors.New("there is no plan to put into it; adopt and approve one first")
	case in.Set.Organisation == nil:
		return errors.New("organisation.yaml is missing or wrong, and the call list stands in it; correct it first")
	case in.Moment.IsZero():
		return errors.New("the moment is missing")
	case len(in.Key) != ed25519.PrivateKeySize:
		return errors.New("the signing key is missing, and a copy that nobody can verify is none")
	case in.Keep < 1:
		return fmt.Errorf("%d bundles cannot be kept; write 1 or more", in.Keep)
	}
	for _, p := range in.Set.Plans {
		if !slug(p.ID) {
			return fmt.Errorf("a plan is called %q, which cannot name a page; correct its id first", p.ID)
		}
	}
	_, err := in.Seal.recipients()
	return err
}

// layout writes every part and signs the whole.
func (in *Input) layout(folder string) (Manifest, error) {
	open, err := newEdition(in, false)
	if err != nil {
		return Manifest{}, err
	}
	full, err := newEdition(in, true)
	if err != nil {
		return Manifest{}, err
	}
	pages, err := open.pages()
	if err != nil {
		return Manifest{}, err
	}
	everything, err := full.pages()
	if err != nil {
		return Manifest{}, err
	}
	b := builder{in: in, head: open.Head}
	b.sign(filepath.Join(folder, PartOpen), PartOpen, pages)
	if in.Print {
		b.sign(filepath.Join(folder, PartPrint), PartPrint, everything.only(full.printed()...))
	}
	if in.Seal.wanted() {
		b.seal(filepath.Join(folder, PartSealed), everything)
	}
	if in.Laptop != nil {
		b.laptop(filepath.Join(folder, PartLaptop), everything)
	}
	guide, err := open.text("README")
	if err != nil {
		return Manifest{}, err
	}
	return b.sign(folder, "bundle", files{"README.txt": guide}), b.err
}

// slug tells whether an id is one that the plan format allows: then it is a file
// name, an anchor and a CSS name as well.
func slug(id string) bool {
	return id != "" && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && id[0] != '-'
}
