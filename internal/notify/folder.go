package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"beredskab/internal/disk"
	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

type folderSender struct{ dir string }

// NewFolder makes a sender that writes each message into a folder instead of
// sending it: a .json file with everything and then a .txt file to read. Demo,
// tests and a municipality that tries the program out see there what would
// have been sent. The folder must exist.
func NewFolder(dir string) (Sender, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the message folder: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("opening the message folder: %s is a file; name a folder", dir)
	}
	return folderSender{dir}, nil
}

// Form is mail, because it is the richest form that a person can read in a file.
func (folderSender) Form() Form { return FormMail }

// Send writes the two files. A second try of the same notice replaces them.
func (s folderSender) Send(ctx context.Context, n outbox.Notice, m Message) Receipt {
	if err := ctx.Err(); err != nil {
		return Later("stopped before the message was written")
	}
	name := fileName(n)
	full, err := json.MarshalIndent(struct {
		ID       int64       `json:"id"`
		Key      string      `json:"key"`
		Kind     outbox.Kind `json:"kind"`
		Receiver string      `json:"receiver,omitempty"`
		Address  string      `json:"address,omitempty"`
		Channel  string      `json:"channel"`
		Link     string      `json:"link,omitempty"`
		Code     string      `json:"short_code,omitempty"`
		Message
	}{n.ID, n.Key, n.Kind, n.Receiver, n.Address, n.Channel, webLink(n.Facts.Link), tidy.Line(n.Facts.ShortCode, longestName), m}, "", "  ")
	if err != nil {
		return Refused("the message cannot be written as JSON: " + err.Error())
	}
	text := fmt.Sprintf("To: %s\nAddress: %s\nSubject: %s\n\n%s", tidy.Line(n.Receiver, longestName), tidy.Line(n.Address, longestName), m.Subject, m.Text)
	for _, file := range []struct{ end, content string }{{".json", string(full) + "\n"}, {".txt", text}} {
		err := disk.WriteFile(filepath.Join(s.dir, name+file.end), func(out io.Writer) error {
			_, err := io.WriteString(out, file.content)
			return err
		})
		if err != nil {
			return Later(tidy.Line("writing a message: "+err.Error(), LongestDetail))
		}
	}
	return Accepted("written to " + name + ".txt")
}

// fileName sorts by time and holds nothing that comes from a plan.
func fileName(n outbox.Notice) string {
	kind := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, string(n.Kind))
	return fmt.Sprintf("%s-%06d-%s-%s", n.CreatedAt.UTC().Format("20060102T150405Z"), n.ID, kind, digestID(n.Key)[:8])
}
