package register

import (
	"cmp"
	"fmt"
	"time"

	"beredskab/internal/drill"
	"beredskab/internal/outbox"
)

// How long a message is still worth sending. After that it expires and only the
// log and the outbox still know of it (DESIGN 2.5).
const (
	requestLives = 24 * time.Hour
	resultLives  = 72 * time.Hour
)

// tell owes the messages of one event of the run, in the event's transaction.
// The event's number is in the key: what is asked again is told again.
func (s *session) tell(kind outbox.Kind, step *drill.Step, level int) error {
	return s.send(kind, step, level, s.facts(kind, step))
}

func (s *session) facts(kind outbox.Kind, step *drill.Step) outbox.Facts {
	facts := outbox.About(kind, &s.run, s.org)
	if step != nil {
		facts.OfStep(&s.run, step, s.org, s.r.door.Now().Wall, cmp.Or(s.r.options.Command, "beredskab"))
	}
	return facts
}

func (s *session) send(kind outbox.Kind, step *drill.Step, level int, facts outbox.Facts) error {
	now := s.r.door.Now().Wall
	key, lives := fmt.Sprintf("%s/%s", s.row.ID, kind), resultLives
	if step != nil {
		seq := s.run.Seq
		if kind == outbox.Unknown || kind == outbox.Stalled {
			seq = 0 // once for each attempt, whoever notices
		}
		key, lives = fmt.Sprintf("%s/%s/%d/%d/%s", s.row.ID, step.ID, step.Attempt, seq, kind), requestLives
		if level >= 2 && step.Human() && step.State != drill.Failed {
			facts.Absent = s.org.Reach(s.run.Asks(step), s.run.Plan).Role
		}
	}
	n := outbox.Notice{Key: key, Kind: kind, Facts: facts, CreatedAt: now, ExpiresAt: now.Add(lives)}
	n.Began, n.AnyHour = s.run.Times.Start, s.run.Drill.OutsideHours
	if n.Call(&s.run, step, level) {
		return nil
	}
	return s.r.Spread(s.ctx, s.tx, s.org, n, outbox.Receivers(kind, &s.run, step, level, s.org))
}
