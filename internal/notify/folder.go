package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"beredskab/internal/disk"
	"beredskab/internal/facsimile"
	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

type folderSender struct {
	dir string
	of  Sender // whose messages they are; nil: mails that no channel would send
}

// NewFolder makes a sender that writes each message into a folder instead of
// sending it: a .json file with everything and then a .txt file to read. Demo,
// tests and a municipality that tries the program out see there what would
// have been sent. The folder must exist.
func NewFolder(dir string) (Sender, error) { return Instead(dir, nil) }

// Instead is such a folder in the place of a channel: it gets what that channel's
// sender would have handed over, byte for byte. The sender is asked for it, and
// sends nothing.
func Instead(dir string, of Sender) (Sender, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the message folder: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("opening the message folder: %s is a file; name a folder", dir)
	}
	return folderSender{dir, of}, nil
}

// Form is that of the channel, and otherwise mail, because it is the richest form that a
// person can read in a file.
func (s folderSender) Form() Form {
	if s.of != nil {
		return s.of.Form()
	}
	return FormMail
}

// Draft is what the channel would have handed over.
func (s folderSender) Draft(n outbox.Notice, m Message) (facsimile.Wire, error) {
	return draft(s.of, n, m)
}

// Check looks whether the folder takes files.
func (s folderSender) Check(context.Context) []Check {
	c := Check{What: "messages are written into " + s.dir + " and sent to nobody", OK: true}
	const mayWrite = 2
	if err := syscall.Access(s.dir, mayWrite); err != nil {
		c.OK, c.Detail, c.Next = false, "it cannot be written: "+err.Error(), "give the folder to the server's user"
	}
	return []Check{c}
}

// Send writes the two files. A second try of the same notice replaces them.
func (s folderSender) Send(ctx context.Context, n outbox.Notice, m Message) Receipt {
	if err := ctx.Err(); err != nil {
		return Later("stopped before the message was written")
	}
	wire, err := s.Draft(n, m)
	if err != nil {
		return Refused(tidy.Line(err.Error(), LongestDetail))
	}
	name := fileName(n)
	full, err := json.MarshalIndent(sent(n, m, wire), "", "  ")
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

// sent is the message as its file holds it.
func sent(n outbox.Notice, m Message, wire facsimile.Wire) facsimile.Sent {
	f := n.Facts
	return facsimile.Sent{
		ID: n.ID, Key: n.Key, Kind: string(n.Kind), Receiver: n.Receiver, Address: n.Address, Channel: n.Channel, Language: n.Language,
		At: n.CreatedAt.UTC(), System: f.System, Run: f.Run, Step: f.Step, Asks: f.Asks,
		Link: webLink(f.Link), Code: tidy.Line(f.ShortCode, longestName), Subject: m.Subject, Text: m.Text, HTML: m.HTML, Wire: wire,
	}
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
