// Package rights holds the people of the installation, what roles they have been
// given and for how long, and decides on that ground who may do what. It keeps no
// state of its own: a Book is made of the records as they stand.
package rights

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"beredskab/internal/record"
)

// The kinds of record. The key of a person is his ID, of the others their Key.
const (
	KindPerson     = "person"
	KindGrant      = "grant"
	KindDelegation = "delegation"
)

// Person is one human being, or one named service account. What is shown of a
// person is never what identifies him: that is his accounts.
type Person struct {
	ID       string    `json:"id"` // says nothing about the person, such as p-7; never used again
	Name     string    `json:"name"`
	Mail     string    `json:"mail,omitzero"` // shown and written to, never trusted
	Phone    string    `json:"phone,omitzero"`
	Unit     string    `json:"unit,omitzero"`
	Accounts []Account `json:"accounts,omitempty"`
	Disabled time.Time `json:"disabled,omitzero"` // from this moment on nothing is allowed
	Why      string    `json:"why,omitzero"`      // he was disabled
}

// Account is how somebody signs in: an OIDC issuer with the subject that it vouches
// for, or a user name of the machine under the issuer Local, such as drift,
// drift@kommune.dk or KOMMUNE\drift.
type Account struct {
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
}

// Local is the issuer of the operating system's own accounts.
const Local = "local"

// Slack begins the issuer of an account in a workspace of Slack, such as
// slack:T024BE7LD. It tells who answers there, and lets nobody in.
const Slack = "slack:"

// SignsIn tells whether somebody comes in with that account.
func (a Account) SignsIn() bool { return !strings.HasPrefix(a.Issuer, Slack) }

// String writes the account as ParseAccount reads it.
func (a Account) String() string {
	if a.Issuer == Local {
		return a.Subject
	}
	return a.Issuer + "|" + a.Subject
}

// ParseAccount reads a user name of the machine, https://issuer|subject, or
// slack:WORKSPACE|USER.
func ParseAccount(text string) (Account, error) {
	issuer, subject, remote := strings.Cut(strings.TrimSpace(text), "|")
	if !remote {
		issuer, subject = Local, issuer
	}
	a := Account{Issuer: issuer, Subject: subject}
	return a, a.check()
}

func (a Account) check() error {
	switch {
	case a.Subject == "" || a.Issuer == "":
		return errors.New("an account needs a name: write a user name of this machine, or https://issuer|subject")
	case a.Issuer != Local && a.SignsIn() && !strings.HasPrefix(a.Issuer, "https://"):
		return fmt.Errorf("the issuer %q is no https address: write https://issuer|subject", a.Issuer)
	case a.Issuer == Local && strings.ContainsAny(a.Subject, " \t/:"):
		return fmt.Errorf("%q is no user name of a machine: write it as `id -un` prints it, or https://issuer|subject", a.Subject)
	}
	return nil
}

// SignsInAs tells whether that account is the person's.
func (p Person) SignsInAs(a Account) bool { return slices.Contains(p.Accounts, a) }

// DisabledAt tells whether the person is disabled at that moment.
func (p Person) DisabledAt(at time.Time) bool {
	return !p.Disabled.IsZero() && !at.Before(p.Disabled)
}

// Row is the person as a record, changed at that moment.
func (p Person) Row(at time.Time) (record.Row, error) {
	state := "enabled"
	if !p.Disabled.IsZero() {
		state = "disabled"
	}
	return record.Row{Kind: KindPerson, Key: p.ID, Person: p.ID, State: state, At: at}.Set(p)
}

func (p Person) check() error {
	errs := []error{}
	if p.ID == "" || strings.ContainsAny(p.ID, "/ ") {
		errs = append(errs, fmt.Errorf("the person %q has no proper id: write one such as p-7", p.ID))
	}
	if strings.TrimSpace(p.Name) == "" {
		errs = append(errs, fmt.Errorf("the person %s has no name", p.ID))
	}
	if p.Mail != "" && !isMail(p.Mail) {
		errs = append(errs, fmt.Errorf("%s: %q is no mail address", p.ID, p.Mail))
	}
	if !p.Disabled.IsZero() && p.Why == "" {
		errs = append(errs, fmt.Errorf("%s: write why the person was disabled", p.ID))
	}
	for _, a := range p.Accounts {
		if err := a.check(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p.ID, err))
		}
	}
	return errors.Join(errs...)
}

func isMail(text string) bool {
	name, host, ok := strings.Cut(text, "@")
	return ok && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(text, " \r\n\t,;<>") && !strings.Contains(host, "@")
}
