package site

import (
	"fmt"
	"time"

	"beredskab/internal/notary"
)

// behind is how far an anchor may be behind the newest signature: a server signs
// every 15 minutes.
const behind = time.Hour

// anchors looks whether the log is signed, and whether that is kept outside.
func (e Examination) anchors(signed time.Time, places []notary.Place) Line {
	if signed.IsZero() {
		return Line{"log", Warn, "it was never signed", "beredskab serve signs it every 15 minutes; beredskab audit anchor does now"}
	}
	text := "signed " + age(signed, e.Now)
	for _, p := range places {
		switch {
		case p.Problem != nil:
			return Line{"log", Warn, text + "; the anchor " + p.Anchor + " cannot be read: " + p.Problem.Error(), "see that it can be reached; until then nobody can tell that the log was not put back"}
		case p.At.IsZero():
			return Line{"log", Warn, text + "; the anchor " + p.Anchor + " has no checkpoint yet", "beredskab audit anchor, and read what it says"}
		case signed.Sub(p.At) > behind:
			return Line{"log", Warn, fmt.Sprintf("%s; the newest checkpoint in the anchor %s is of %s", text, p.Anchor, age(p.At, e.Now)), "beredskab audit anchor, and read what it says"}
		}
	}
	if len(places) == 0 {
		return Line{"log", Warn, text + "; no checkpoint is kept outside", "name a file on another machine under `anchor` in the settings"}
	}
	return Line{Name: "log", Level: OK, Text: fmt.Sprintf("%s, and kept in %d anchors", text, len(places))}
}
