package supervisor

import (
	"context"
	"errors"
	"fmt"

	"beredskab/internal/fault"
)

// Run gives the command to a supervisor, waits for it, and reads from the spool what became of the command. A context cancelled with
// cause ErrAbort ends the command; any other cancellation leaves it running and returns ErrDetached.
//
// What is on disk when the command starts: the attempt's name, put there by us while the supervisor writes its start. The
// supervisor waits for both, and starts nothing if we die before.
func (h *Host) Run(ctx context.Context, c Command) (Result, error) {
	r := c.Attempt
	if h.spool.holds(r) {
		return Refuse(ErrStarted)
	}
	s, err := h.take()
	if err != nil {
		return Refuse(err)
	}
	if err := h.spool.claim(s.record, r); err != nil {
		s.drop()
		return Refuse(err)
	}
	fault.Point("spool.named")
	err = s.give(order{Command: c, BootID: h.bootID})
	if err == nil {
		err = h.spool.settle()
	}
	if err != nil {
		// Without the word nothing starts.
		s.drop()
		return Refuse(err)
	}
	fault.Point("spool.settled")
	a, err := s.word()
	fault.Point("supervisor.answered")
	switch {
	case err != nil:
		s.drop()
		return h.unstarted(r, fmt.Errorf("the supervisor died: %w", err))
	case a.Refused != "":
		s.drop()
		res, err := Refuse(errors.New(a.Refused))
		res.Fences, res.Missing = a.Start.Fences, a.Start.Missing
		return res, err
	}
	h.options.Started(r, a.Start.Process)
	return h.await(ctx, r, s)
}

// unstarted is the answer when the supervisor gave none: usually nothing was started, but only the spool can tell.
func (h *Host) unstarted(r Attempt, err error) (Result, error) {
	res, known := h.collect(r)
	if errors.Is(known, ErrNotStarted) {
		return Refuse(err)
	}
	return res, known
}

// await waits for the last word of a supervisor that is our child, or for its death.
func (h *Host) await(ctx context.Context, r Attempt, s *supervision) (Result, error) {
	defer func() { _ = s.line.Close() }()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if last, _ := s.from.ReadString('\n'); last != endedLine {
			<-s.gone
		}
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		if !errors.Is(context.Cause(ctx), ErrAbort) {
			return Result{}, ErrDetached
		}
		_ = s.process.Signal(abortSignal)
		<-ended
	}
	return h.collect(r)
}
