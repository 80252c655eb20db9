package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"beredskab/internal/notify"
	"beredskab/internal/tidy"
)

// Check asks a known gateway what is left on the account, which also shows whether it
// lets us in; of another it looks whether it answers. Nothing is sent.
func (s smsSender) Check(ctx context.Context) []notify.Check {
	if s.balance == "" {
		return []notify.Check{reached(ctx, s.http, "the gateway's host answers", s.URL)}
	}
	c := notify.Check{What: "the gateway lets us in"}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.balance, nil)
	if err != nil {
		c.Detail, c.Next = "the address cannot be used", "correct url, or leave it out"
		return []notify.Check{c}
	}
	for _, line := range s.Headers {
		name, value, _ := strings.Cut(line, ":")
		request.Header.Set(name, strings.TrimSpace(value))
	}
	answer, err := s.http.Do(request)
	if err != nil {
		c.Detail, c.Next = notify.JudgeError(err).Detail, "ask for an opening to "+request.URL.Host
		return []notify.Check{c}
	}
	defer answer.Body.Close()
	c.Detail = fmt.Sprintf("answered %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	if answer.StatusCode != http.StatusOK {
		c.Next = "look whether the key is right, and whether the gateway takes requests from this machine's address"
		return []notify.Check{c}
	}
	var account struct {
		Credit   any    `json:"credit"` // a number, or a text with Danish signs
		Currency string `json:"currency"`
	}
	c.OK = true
	if json.NewDecoder(answer.Body).Decode(&account) == nil && account.Credit != nil {
		const longest = 40
		c.Detail = tidy.Line(fmt.Sprintf("left on the account: %v %s", account.Credit, account.Currency), longest+len("left on the account: "))
	}
	return []notify.Check{c}
}
