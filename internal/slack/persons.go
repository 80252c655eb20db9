package slack

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// How long it is known where a person is written to, and of how many at most.
const (
	personsKept = 12 * time.Hour
	mostPersons = 10_000
)

// persons finds where somebody is written to who is known by his mailbox.
type persons struct {
	api   *slack.Client
	mu    sync.Mutex
	known map[string]spot
}

type spot struct {
	channel string
	until   time.Time
}

// find gives the conversation with the person of that mailbox. The error is Slack's:
// users_not_found when it knows nobody of that name.
func (p *persons) find(ctx context.Context, mailbox string) (channel string, err error) {
	mailbox = strings.ToLower(mailbox)
	p.mu.Lock()
	at := p.known[mailbox]
	p.mu.Unlock()
	if time.Now().Before(at.until) {
		return at.channel, nil
	}
	user, err := p.api.GetUserByEmailContext(ctx, mailbox)
	if err != nil {
		return "", err
	}
	conversation, _, _, err := p.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user.ID}, ReturnIM: true})
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= mostPersons {
		clear(p.known)
	}
	p.known[mailbox] = spot{conversation.ID, time.Now().Add(personsKept)}
	return conversation.ID, nil
}
