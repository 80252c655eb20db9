package attest

import (
	"context"
	"fmt"
	"slices"

	"beredskab/internal/app"
	"beredskab/internal/door"
	"beredskab/internal/notary"
)

// answer is what the commands about the signed log answer.
type answer struct {
	Schema     string          `json:"schema"`
	Log        *notary.Head    `json:"log,omitempty"`
	File       string          `json:"file,omitempty"`
	Checkpoint string          `json:"checkpoint,omitempty"`
	Anchors    []string        `json:"anchors,omitempty"`
	Key        string          `json:"key,omitempty"`
	Keys       []string        `json:"keys,omitempty"` // trusted from the first entry on
	Lost       []notary.Head   `json:"lost,omitempty"`
	Verdict    *notary.Verdict `json:"verdict,omitempty"`

	words string // the same in sentences
}

const schema = "beredskab.attest.v1"

// exportLog writes the log into a file.
func exportLog(ctx context.Context, a *app.App, by door.Actor, file string) (*answer, error) {
	head, err := a.Notary.ExportFile(ctx, by, file)
	if err != nil {
		return nil, err
	}
	return &answer{
		Schema: schema, Log: &head, File: file,
		words: fmt.Sprintf("Exported: %s\n%d entries, root %s\nNext: beredskab-verify --key KEY %s, with the key that `beredskab audit key` gives\n", file, head.Size, head.Root, file),
	}, nil
}

// auditLog reads the register's own log through.
func auditLog(ctx context.Context, a *app.App) (*answer, error) {
	v, err := a.Notary.Audit(ctx)
	if err != nil {
		return nil, err
	}
	words := fmt.Sprintf("The log has %d entries, all as they were written. Its root is %s.\n%d checkpoints of the register and %d in anchors fit; %d entries since the last checkpoint are not signed yet.\n",
		v.Size, v.Root, v.Checkpoints, v.Anchored, v.Unsigned)
	if v.Anchored == 0 {
		words += "No checkpoint is kept outside: a log that was put back or written anew would look the same. Name a file on another machine under `anchor`.\n"
	}
	if v.Problem != "" {
		words = "NOT AS WRITTEN: " + v.Problem + "\n"
	}
	return &answer{Schema: schema, Verdict: &v, words: words}, nil
}

// anchorLog signs the log and adds the checkpoint to those files, else to those
// of the settings.
func anchorLog(ctx context.Context, a *app.App, files []string) (*answer, error) {
	text, err := a.Notary.Checkpoint(ctx)
	if err == nil {
		err = a.Notary.Anchor(ctx, text, files...)
	}
	if err != nil {
		return nil, err
	}
	files = append(files, a.Settings.Anchor...)
	words := text
	for _, file := range files {
		words += "Kept in " + file + "\n"
	}
	if len(files) == 0 {
		words += "Kept in the register only. Name a file on another machine under `anchor` in the settings, or after this command.\n"
	}
	return &answer{Schema: schema, Checkpoint: text, Anchors: files, words: words}, nil
}

// logKey shows what auditors are given: the public keys trusted from the first
// entry on, this folder's before the others, and the one that signs now when it
// took the place of another.
func logKey(ctx context.Context, a *app.App) (*answer, error) {
	own, first, err := a.Notary.Key(ctx)
	words := ""
	for _, key := range first {
		if key == own {
			words = own + "\n" + words
		} else {
			words += key + "\n"
		}
	}
	if !slices.Contains(first, own) {
		words += "signs now: " + own + "\n"
	}
	return &answer{Schema: schema, Key: own, Keys: first, words: words}, err
}

// rotateKey lets a new key sign.
func rotateKey(ctx context.Context, a *app.App, by door.Actor) (*answer, error) {
	public, err := a.Notary.Rotate(ctx, by)
	return &answer{Schema: schema, Key: public, words: "Signs from now on: " + public + "\n" +
		"The key before it is deleted. Auditors keep the key that they have: the log tells them of the new one, signed by both.\n"}, err
}

// acceptLoss records that a part of the log is lost.
func acceptLoss(ctx context.Context, a *app.App, by door.Actor, reason string) (*answer, error) {
	was, err := a.Notary.AcceptLoss(ctx, by, reason)
	words := ""
	for _, h := range was {
		words += fmt.Sprintf("Lost: what %s says of %d entries with root %s\n", h.Place, h.Size, h.Root)
	}
	return &answer{Schema: schema, Lost: was, words: words + "The log says so, and a new checkpoint is signed. Keep this text for the auditors.\n"}, err
}
