// Package places knows where messages stand in Slack that change later: the summary of a
// run, and the questions to persons. It is a small register, so that any node, and one
// that was started anew, goes on with them.
package places

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"beredskab/internal/door"
	"beredskab/internal/kept"
	"beredskab/internal/outbox"
	"beredskab/internal/record"
)

// The kinds of record: the summary of a run, by the run; a question to a person, by its
// notice.
const (
	Board    = "slack_board"
	Question = "slack_asked"
)

// The states of a message: it may still change, or it says the last word.
const (
	Live    = "live"
	Settled = "settled"
)

// Places are kept behind that door. A nil one keeps nothing.
type Places struct{ Door *door.Door }

// Stand is where one message stands.
type Stand struct {
	Run      string `json:"run"`
	Step     string `json:"step,omitzero"`
	Channel  string `json:"channel"`
	Message  string `json:"message"` // its timestamp, which names it
	Language string `json:"language,omitzero"`
	Seq      int    `json:"seq,omitzero"` // of the run, as the message tells it
}

// Put keeps where a message stands; what another node wrote meanwhile is a conflict.
func (p *Places) Put(ctx context.Context, kind, key string, s Stand, rev int, state string) error {
	err := p.Door.Update(ctx, func(tx door.Tx) error {
		row, err := record.Row{Kind: kind, Key: key, System: s.Run, State: state, At: p.Door.Now().Wall, Rev: rev + 1}.Set(s)
		if err != nil {
			return err
		}
		return tx.PutRecord(ctx, row)
	})
	if err != nil {
		return fmt.Errorf("keeping where the message about %s Stand in Slack: %w", key, err)
	}
	return nil
}

// Asked notes a question to a person. That a note is lost costs only that the question
// is not struck out later.
func (p *Places) Asked(ctx context.Context, n outbox.Notice, channel, message string) error {
	if p == nil || n.Facts.Step == "" {
		return nil
	}
	err := p.Put(ctx, Question, strconv.FormatInt(n.ID, 10), Stand{
		Run: n.Facts.Run, Step: n.Facts.Step, Channel: channel, Message: message, Language: n.Language,
	}, 0, Live)
	if errors.Is(err, kept.ErrConflict) { // a second try of the same message: the newest stands
		return nil
	}
	return err
}

// Thread is the message under which those about that run stand in the channel; empty:
// there is none, and they stand for themselves.
func (p *Places) Thread(ctx context.Context, run string) string {
	if p == nil || run == "" {
		return ""
	}
	s, _, err := p.get(ctx, Board, run)
	if err != nil {
		return ""
	}
	return s.Message
}

func (p *Places) get(ctx context.Context, kind, key string) (s Stand, rev int, err error) {
	err = p.Door.View(ctx, func(tx door.Tx) error {
		row, err := tx.Record(ctx, kind, key)
		if err != nil {
			return err
		}
		rev = row.Rev
		s, err = record.Read[Stand](row)
		return err
	})
	return s, rev, err
}

// Held is one place with its record's revision.
type Held struct {
	Stand
	Key string
	Rev int
}

// Live are the messages of that kind that may still change.
func (p *Places) Live(ctx context.Context, kind string) (list []Held, err error) {
	err = p.Door.View(ctx, func(tx door.Tx) error {
		list = nil
		rows, err := tx.Records(ctx, kind, record.Filter{State: Live})
		if err != nil {
			return err
		}
		for _, row := range rows {
			s, err := record.Read[Stand](row)
			if err != nil {
				return err
			}
			list = append(list, Held{s, row.Key, row.Rev})
		}
		return nil
	})
	return list, err
}

// Settle says that the message of that notice says the last word already.
func (p *Places) Settle(ctx context.Context, notice int64) error {
	if p == nil || notice == 0 {
		return nil
	}
	key := strconv.FormatInt(notice, 10)
	s, rev, err := p.get(ctx, Question, key)
	if errors.Is(err, kept.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	return p.Put(ctx, Question, key, s, rev, Settled)
}
