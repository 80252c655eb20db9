package approval

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/plan"
	"beredskab/internal/record"
)

// Document is one version of a governing document, such as a policy, and the body
// that approved it (R1, R2, R43). Its dates are days, written as 2015-04-22.
type Document struct {
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	Version     string        `json:"version"`
	ApprovedBy  string        `json:"approved_by"`
	ApprovedAt  string        `json:"approved_at"`
	ValidFrom   string        `json:"valid_from"`
	Supersedes  string        `json:"supersedes,omitzero"`   // the version before it
	Reviewed    string        `json:"reviewed,omitzero"`     // last found to need no change
	ReviewEvery plan.Duration `json:"review_every,omitzero"` // minutes; zero: a year
	Case        string        `json:"case,omitzero"`         // number in the records system
}

// Key names the version of the document.
func (d Document) Key() string { return d.ID + "/" + d.Version }

// Row is the document as a record, changed at that moment.
func (d Document) Row(at time.Time) (record.Row, error) {
	return record.Row{Kind: KindDocument, Key: d.Key(), State: cmp.Or(d.ValidFrom, "draft"), Due: d.due(), At: at}.Set(d)
}

// Approved tells whether the body that decides on it has said yes.
func (d Document) Approved() bool { return d.ApprovedAt != "" }

// Decide gives the draft as it was approved: by which body, on which day, valid from
// which day on. What is valid already is never changed, only followed by a newer
// version (R43).
func (d Document) Decide(by, approvedAt, validFrom, file string) (Document, error) {
	if d.Approved() {
		return d, fmt.Errorf("%s was approved by %s on %s: a changed document is a new version: %w", d.Key(), d.ApprovedBy, d.ApprovedAt, ErrNotNow)
	}
	d.ApprovedBy, d.ApprovedAt, d.ValidFrom, d.Case = by, approvedAt, cmp.Or(validFrom, approvedAt), cmp.Or(file, d.Case)
	return d, d.check()
}

// Review gives the document as it was found on that day to need no change, which
// begins its time until the next review anew.
func (d Document) Review(day string) (Document, error) {
	if !d.Approved() {
		return d, fmt.Errorf("%s is a draft: only what is approved is reviewed: %w", d.Key(), ErrNotNow)
	}
	if day < max(d.ApprovedAt, d.Reviewed) {
		return d, fmt.Errorf("%s was looked at later than %s, on %s: write the day of the newest review", d.Key(), day, max(d.ApprovedAt, d.Reviewed))
	}
	d.Reviewed = day
	return d, d.check()
}

func (d Document) due() time.Time {
	from, err := time.Parse(time.DateOnly, max(d.ApprovedAt, d.Reviewed))
	if err != nil {
		return time.Time{}
	}
	return from.Add(cmp.Or(d.ReviewEvery.Std(), year))
}

func (d Document) check() error {
	errs := []error{}
	for what, value := range map[string]string{"an id": d.ID, "a title": d.Title, "a version": d.Version, "the body that approved it": cmp.Or(d.ApprovedBy, d.draft())} {
		if value == "" {
			errs = append(errs, fmt.Errorf("%s: write %s", d.Key(), what))
		}
	}
	if strings.ContainsAny(d.ID+d.Version, "/ ") {
		errs = append(errs, fmt.Errorf("%s: write id and version without a slash or a space", d.Key()))
	}
	if d.draft() != "" {
		return errors.Join(errs...)
	}
	for what, value := range map[string]string{"approved_at": d.ApprovedAt, "valid_from": d.ValidFrom, "reviewed": cmp.Or(d.Reviewed, d.ApprovedAt)} {
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %s is %q: write a day such as 2015-04-22", d.Key(), what, value))
		}
	}
	if d.ValidFrom < d.ApprovedAt {
		errs = append(errs, fmt.Errorf("%s: it cannot be valid from %s when it was approved on %s", d.Key(), d.ValidFrom, d.ApprovedAt))
	}
	slices.SortFunc(errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// draft is "draft" where nothing is said of an approval.
func (d Document) draft() string {
	if d.ApprovedBy+d.ApprovedAt+d.ValidFrom+d.Reviewed == "" {
		return "draft"
	}
	return ""
}

// ValidOn is the version of a document that is valid on that day: the one that
// became valid last. ok is false before the first.
func ValidOn(list []Document, id string, at time.Time) (valid Document, ok bool) {
	day := at.Format(time.DateOnly)
	for _, d := range list {
		if d.ID == id && d.Approved() && d.ValidFrom <= day && (!ok || d.ValidFrom > valid.ValidFrom) {
			valid, ok = d, true
		}
	}
	return valid, ok
}

// CheckDocuments says everything that keeps the list from having exactly one valid
// version of each document at any day from its first on: a version twice, two from
// the same day, a version that does not name the one before it. A draft has no
// place in that order yet.
func CheckDocuments(list []Document) error {
	list = slices.SortedFunc(slices.Values(list), func(a, b Document) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.ValidFrom, b.ValidFrom), cmp.Compare(a.Version, b.Version))
	})
	errs := []error{}
	seen := map[string]bool{}
	for _, d := range list {
		errs = append(errs, d.check())
		if seen[d.Key()] {
			errs = append(errs, fmt.Errorf("%s stands there twice: a changed document is a new version", d.Key()))
		}
		seen[d.Key()] = true
	}
	list = slices.DeleteFunc(list, func(d Document) bool { return d.draft() != "" })
	for i, d := range list {
		if i == 0 || list[i-1].ID != d.ID {
			continue // The first may supersede one from before the register.
		}
		before := list[i-1]
		if before.ValidFrom == d.ValidFrom {
			errs = append(errs, fmt.Errorf("%s and %s are both valid from %s: only one can be", before.Key(), d.Key(), d.ValidFrom))
		}
		if d.Supersedes != before.Version {
			errs = append(errs, fmt.Errorf("%s supersedes %q, and the version before it is %q: write that", d.Key(), d.Supersedes, before.Version))
		}
	}
	return errors.Join(errs...)
}
