package report

import (
	"beredskab/internal/phrase"
	"beredskab/internal/report/figures"
)

// What reports are made from. The register fills them, through app.
type (
	Figures      = figures.Figures
	Log          = figures.Log
	System       = figures.System
	Part         = figures.Part
	Run          = figures.Run
	Action       = figures.Action
	Dispensation = figures.Dispensation
	Supplier     = figures.Supplier
	Rule         = figures.Rule
	Evidence     = figures.Evidence
	Reading      = figures.Reading
	Change       = figures.Change
	Task         = figures.Task
	Words        = figures.Words
)

// ErrFrozen says that frozen figures cannot be read.
var ErrFrozen = figures.ErrFrozen

// Freeze gives the bytes of the figures: what is kept, hashed and shown.
func Freeze(f Figures) ([]byte, error) { return figures.Freeze(f) }

// thawed reads frozen figures, every text visible, with the SHA-256 of their
// bytes in hexadecimal.
func thawed(frozen []byte) (*Figures, string, error) {
	f, hash, err := figures.Thaw(frozen)
	if err != nil {
		return nil, "", err
	}
	phrase.Clean(f)
	return f, hash, nil
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// share is a part of a whole in percent, rounded down so that nothing is whole
// that is not.
func share(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return part * 100 / whole
}
