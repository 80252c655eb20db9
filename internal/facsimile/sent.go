package facsimile

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Sent is one message that lies in a folder instead of with its receiver, with all that
// the receiver would have: its link among it.
type Sent struct {
	ID       int64     `json:"id"` // of the message in the outbox
	Key      string    `json:"key"`
	Kind     string    `json:"kind"` // of the message
	Receiver string    `json:"receiver,omitempty"`
	Address  string    `json:"address,omitempty"`
	Channel  string    `json:"channel"`
	Language string    `json:"language,omitempty"`
	At       time.Time `json:"at,omitzero"`
	System   string    `json:"system,omitempty"`
	Run      string    `json:"run,omitempty"`
	Step     string    `json:"step,omitempty"`
	Asks     string    `json:"asks,omitempty"` // the kind of the step, where an answer is wanted
	Link     string    `json:"link,omitempty"`
	Code     string    `json:"short_code,omitempty"`
	Subject  string    `json:"subject"`
	Text     string    `json:"text"`
	HTML     string    `json:"html,omitempty"`
	Wire     Wire      `json:"wire"`
}

// Folder gives what lies in the folder, newest first. A file that is just being
// written, or is no message, is passed over.
func Folder(files fs.FS) (list []Sent, err error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, fmt.Errorf("looking into the folder of messages: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading a message: %w", err)
		}
		var one Sent
		if json.Unmarshal(text, &one) == nil && one.ID > 0 && !strings.HasPrefix(name, ".") {
			list = append(list, one)
		}
	}
	Newest(list)
	return list, nil
}

// Newest puts the newest first.
func Newest(list []Sent) {
	slices.SortFunc(list, func(a, b Sent) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
}
