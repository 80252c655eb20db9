package register

import "beredskab/internal/outbox"

// Other names for the outbox, until its users have moved to that package.
type (
	NoticeKind      = outbox.Kind
	NoticeState     = outbox.State
	DeliveryOutcome = outbox.Outcome
	Notice          = outbox.Notice
	Facts           = outbox.Facts
	Delivery        = outbox.Delivery
)

const (
	NoticeReminder   = outbox.Reminder
	NoticeStarted    = outbox.Started
	NoticeRequest    = outbox.Request
	NoticeEscalation = outbox.Escalation
	NoticeUnknown    = outbox.Unknown
	NoticeFinished   = outbox.Finished
	NoticeMissed     = outbox.Missed
	NoticeFinding    = outbox.Finding
	NoticeTest       = outbox.Test
	NoticeOwed       = outbox.Owed
	NoticeDelivered  = outbox.Delivered
	NoticeExpired    = outbox.Expired
	NoticeRefused    = outbox.Refused
	Delivered        = outbox.Accepted
	TryAgain         = outbox.TryAgain
	GiveUp           = outbox.GiveUp
)
