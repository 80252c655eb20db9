package notary

import (
	"context"
	"time"
)

// every is how often the log is signed while something is appended to it.
const every = 15 * time.Minute

// parting is how long a server that stops may take to sign the log.
const parting = 10 * time.Second

// Soon has the log signed without waiting for its time, such as after a drill.
func (n *Notary) Soon() {
	select {
	case n.soon <- struct{}{}:
	default: // it is wished already
	}
}

// Attend signs the log now and then until ctx ends. Only the node that leads
// does, so that a log has one row of checkpoints and not one from each node; what
// is wished soon is signed by the node that knows of it.
func (n *Notary) Attend(ctx context.Context, leads func() bool) {
	for {
		by := leads
		select {
		case <-ctx.Done():
			return
		case <-n.soon:
			by = func() bool { return true }
		case <-time.After(every):
		}
		n.attest(ctx, by)
	}
}

// Part signs the log of a server that was told to stop, whose ctx has ended.
func (n *Notary) Part(ctx context.Context, leads func() bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	n.attest(ctx, leads)
}

func (n *Notary) attest(ctx context.Context, leads func() bool) {
	if !leads() {
		return
	}
	if _, err := n.Checkpoint(ctx); err != nil && ctx.Err() == nil {
		n.Log.Error("the log could not be signed and anchored", "error", err)
	}
}
