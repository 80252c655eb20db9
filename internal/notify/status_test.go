package notify

import (
	"testing"

	"beredskab/internal/outbox"
)

// reply is one way in which a mail relay can behave, and what must be made of it.
type reply struct {
	name    string
	rcpt    string // reply to RCPT TO
	silent  string // where it falls silent
	closed  bool   // nobody listens
	want    outbox.Outcome
	arrives bool // it has the message all the same
}

// TestReplies walks the table with the mail relay; those that speak HTTP have their own.
func TestReplies(t *testing.T) {
	for _, a := range []reply{
		{rcpt: "250 ok", want: outbox.Accepted, arrives: true},
		{rcpt: "251 will forward", want: outbox.Accepted, arrives: true},
		{rcpt: "551 not here, try elsewhere", want: outbox.GiveUp},
		{rcpt: "501 syntax", want: outbox.GiveUp},
		{rcpt: "530 authentication required", want: outbox.GiveUp},
		{rcpt: "554 refused", want: outbox.GiveUp},
		{rcpt: "550 no such mailbox", want: outbox.GiveUp},
		{rcpt: "450 too many", want: outbox.TryAgain},
		{rcpt: "451 local error", want: outbox.TryAgain},
		{rcpt: "452 no space", want: outbox.TryAgain},
		{rcpt: "421 shutting down", want: outbox.TryAgain},
		{name: "timeout", silent: "EHLO", want: outbox.TryAgain},
		{name: "accepted, then silence", silent: ".", want: outbox.TryAgain, arrives: true},
		{name: "connection refused", closed: true, want: outbox.TryAgain},
	} {
		t.Run(a.name+a.rcpt, func(t *testing.T) {
			r := newRelay(t, &relay{rcpt: a.rcpt, silent: a.silent})
			o := mailOptions(r)
			if a.silent != "" {
				o.Timeout = patience
			}
			if a.closed {
				r.listener.Close()
			}
			s, err := NewMail(o)
			got := trySend(t, sender(t, s, err), sample(outbox.Request, "da", false))
			if got.Outcome != a.want || got.RetryAfter != 0 || got.Detail == "" {
				t.Errorf("got %+v, want %q and what happened", got, a.want)
			}
			if mails, _ := r.got(); (len(mails) == 1) != a.arrives {
				t.Errorf("the relay took %d mails", len(mails))
			}
		})
	}
}
