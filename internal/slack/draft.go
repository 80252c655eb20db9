package slack

import (
	"encoding/json"

	"beredskab/internal/facsimile"
	"beredskab/internal/notify"
	"beredskab/internal/outbox"

	"github.com/slack-go/slack"
)

// Draft is the message as Slack would get it.
func (poster) Draft(n outbox.Notice, m notify.Message) (facsimile.Wire, error) {
	body, err := json.Marshal(struct {
		Channel string        `json:"channel,omitempty"`
		Text    string        `json:"text"`
		Blocks  []slack.Block `json:"blocks"`
	}{n.Address, slackText(m.Parts), blocks(n, m.Parts)})
	return facsimile.Wire{Kind: "slack", To: n.Address, Type: "application/json", Body: string(body)}, err
}
