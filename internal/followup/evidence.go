package followup

import (
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"beredskab/internal/record"
)

// Evidence is one file that shows something (ISO 27001 A.5.28). The file itself
// is kept by its hash beside the register; this is what is known of it.
type Evidence struct {
	SHA256 string `json:"sha256"` // of the bytes, in hex
	Name   string `json:"name"`   // a file name without folders
	Size   int64  `json:"size"`   // bytes
	Media  string `json:"media"`  // media type that the giver claims; never trusted, see Served
	Class  string `json:"class"`  // public, internal or confidential
	Run    string `json:"run,omitempty"`
	Step   string `json:"step,omitempty"`
	System string `json:"system,omitempty"`
	Node   string `json:"node,omitempty"` // the server in whose folder it was put
	By     By     `json:"by"`
	Note   string `json:"note,omitempty"`
}

// MaxEvidence is how many bytes one file may have unless the installation says
// otherwise: 25 MiB.
const MaxEvidence = 25 << 20

// NewEvidence takes a file in, as of By. limit is the greatest size in bytes; 0
// means MaxEvidence.
func NewEvidence(e Evidence, limit int64) (Evidence, error) {
	if limit <= 0 {
		limit = MaxEvidence
	}
	m := matter{"add", "evidence " + e.Name}
	if err := either(m.named(e.By), m.texts("the name", e.Name)); err != nil {
		return e, err
	}
	switch {
	case !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(e.SHA256):
		return e, m.refuse("its SHA-256 is not 64 characters of hex")
	case e.Name != path.Base(e.Name), e.Name == "." || e.Name == "..", strings.ContainsFunc(e.Name, unfit), len(e.Name) > 200:
		return e, m.refuse("its name is not a plain file name; write letters, digits, spaces, dots and dashes, and no folders")
	case e.Size <= 0:
		return e, m.refuse("the file is empty")
	case e.Size > limit:
		return e, m.refuse("the file has %d bytes; at most %d are kept, so split it or keep it elsewhere and note where", e.Size, limit)
	case !slices.Contains([]string{"public", "internal", "confidential"}, e.Class):
		return e, m.refuse("%q is not a classification; write public, internal or confidential", e.Class)
	case e.Run == "" && e.System == "":
		return e, m.refuse("it belongs to nothing; name the run or the system that it is about")
	case len(e.Note) > maxText:
		return e, m.refuse("the note has more than %d characters", maxText)
	}
	return e, nil
}

// unfit tells characters that have no place in a file name on any system, and
// those that nobody sees, such as the ones that turn the direction of writing.
func unfit(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`\/:*?"<>|`, r) }

// Served is the media type under which the file may be handed out, and whether a
// browser may show it in the page. Only plain text and pictures without scripts
// are ever shown; everything else is handed out to be saved, as bytes. Whoever
// serves it adds "nosniff", for the giver's claim may be a lie.
func (e Evidence) Served() (media string, inline bool) {
	claimed, _, err := mime.ParseMediaType(e.Media)
	if err != nil {
		claimed = ""
	}
	switch claimed {
	case "text/plain":
		return "text/plain; charset=utf-8", true
	case "image/png", "image/jpeg":
		return claimed, true
	default:
		return "application/octet-stream", false
	}
}

// Row is the evidence as a record. One file may show something of several steps,
// so what it is about is part of the key.
func (e Evidence) Row() (record.Row, error) {
	key := strings.Join([]string{e.SHA256, e.Run, e.Step, e.System}, "/")
	return record.Row{Kind: EvidenceKind, Key: key, System: e.System, Person: e.By.Person, State: e.Class, At: e.By.At}.Set(e)
}
