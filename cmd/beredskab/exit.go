package main

import (
	"context"
	"errors"
	"fmt"

	"beredskab/cmd/beredskab/folder"
	"beredskab/cmd/beredskab/site"
	"beredskab/internal/afterrun"
	"beredskab/internal/app"
	"beredskab/internal/approval"
	"beredskab/internal/bundle"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/evidence"
	"beredskab/internal/followup"
	"beredskab/internal/kept"
	"beredskab/internal/recovery"
	"beredskab/internal/yearly"
)

// exitCode is what a command ends with; help and documentation are made from
// this table.
type exitCode struct {
	code    int
	meaning string
}

// exitCodes are all codes (spec/ux.md 6.2). One that is not listed means failure.
func exitCodes() []exitCode {
	return []exitCode{
		{0, "done; checks clean; drill within its accepted time"},
		{1, "failed (input, output, or inside the program)"},
		{2, "wrong use, a flag is missing, or the settings cannot be used"},
		{3, "ran, and found something: a rule broken, a step failed, a time exceeded"},
		{4, "not allowed"},
		{5, "not found"},
		{6, "conflict: somebody else was first, or holds it"},
		{7, "partly delivered: some messages failed"},
		{8, "time ran out while waiting"},
		{130, "interrupted"},
	}
}

// errFound says that the command ran and found something; what it found has
// been printed.
var errFound = errors.New("found something")

// errPartly says that some messages were not delivered.
var errPartly = errors.New("partly delivered")

// errWaited says that time ran out while waiting.
var errWaited = errors.New("time ran out")

// usage is an error about how the command was used.
func usage(format string, args ...any) error {
	return fmt.Errorf("%w: %s", folder.ErrUsage, fmt.Sprintf(format, args...))
}

// codeOf maps an error to its exit code: the one table of the program.
func codeOf(err error) int {
	var refused *drill.Refusal
	var against *followup.Refusal
	var circle *recovery.CycleError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return 130
	case errors.Is(err, errFound), errors.As(err, &circle), errors.Is(err, bundle.ErrDamaged), errors.Is(err, bundle.ErrStranger), errors.Is(err, evidence.ErrChanged):
		return 3
	case errors.Is(err, folder.ErrUsage), errors.Is(err, site.ErrWords), errors.Is(err, app.ErrSettings), errors.Is(err, evidence.ErrTooLarge):
		return 2
	case errors.Is(err, door.ErrNotAllowed), errors.As(err, &against) && against.Self:
		return 4
	case errors.Is(err, folder.ErrNotFound), errors.Is(err, kept.ErrNotFound), errors.Is(err, drill.ErrNoDrill), errors.Is(err, evidence.ErrMissing):
		return 5
	case errors.Is(err, kept.ErrConflict), errors.Is(err, door.ErrBusy), errors.As(err, &refused), against != nil, errors.Is(err, approval.ErrNotNow), errors.Is(err, yearly.ErrNotNow), errors.Is(err, app.ErrLocked), errors.Is(err, app.ErrInUse), errors.Is(err, site.ErrExists), errors.Is(err, afterrun.ErrSeen):
		return 6
	case errors.Is(err, errPartly):
		return 7
	case errors.Is(err, errWaited), errors.Is(err, context.DeadlineExceeded):
		return 8
	default:
		return 1
	}
}
