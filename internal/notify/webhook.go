package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// WebhookOptions names one receiver of signed webhooks (Standard Webhooks 1.0).
type WebhookOptions struct {
	URL     string
	Secrets []string         // "whsec_" and base64 of 24 to 64 bytes; several while a key is being changed
	Timeout time.Duration    // for one try; 0 means 10 seconds
	Now     func() time.Time // for the signature's timestamp; nil means time.Now
}

type webhookSender struct {
	url     string
	secrets [][]byte
	http    *http.Client
	now     func() time.Time
}

// NewWebhook makes a sender that posts JSON to one address, signed with each
// of the secrets. It always posts to that address, whatever a notice says.
func NewWebhook(o WebhookOptions) (Sender, error) {
	if err := ServerURL("the address of the webhook", o.URL); err != nil {
		return nil, err
	}
	if len(o.Secrets) == 0 {
		return nil, fmt.Errorf("a webhook needs a secret; make one of 32 random bytes in base64 with whsec_ in front")
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	s := webhookSender{url: o.URL, http: HTTPClient(o.Timeout), now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	for i, secret := range o.Secrets {
		coded, ok := strings.CutPrefix(secret, "whsec_")
		key, err := base64.StdEncoding.DecodeString(coded)
		if !ok || err != nil || len(key) < 24 || len(key) > 64 {
			return nil, fmt.Errorf("webhook secret number %d is not valid; write whsec_ and base64 of 24 to 64 random bytes", i+1)
		}
		s.secrets = append(s.secrets, key)
	}
	return s, nil
}

func (webhookSender) Form() Form { return FormText }

// Send posts the payload. The id stays the same at every try of a notice, so
// that a receiver can tell a repetition.
func (s webhookSender) Send(ctx context.Context, n outbox.Notice, m Message) Receipt {
	body, err := json.Marshal(payloadOf(n, m))
	if err != nil {
		return Refused("the payload cannot be written: " + tidy.Line(err.Error(), LongestDetail))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return Refused("the request cannot be made; check the webhook's address in the settings")
	}
	id, now := "msg_"+digestID(n.Key), s.now()
	timestamp := strconv.FormatInt(now.Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "beredskab")
	request.Header.Set("Webhook-Id", id)
	request.Header.Set("Webhook-Timestamp", timestamp)
	request.Header.Set("Webhook-Signature", s.sign(id, timestamp, body))
	answer, err := s.http.Do(request)
	if err != nil {
		return JudgeError(err)
	}
	defer answer.Body.Close()
	// The answer's text is of no interest, but reading it lets the connection be used again.
	_, _ = io.Copy(io.Discard, answer.Body)
	return JudgeStatus(answer.StatusCode, retryAfter(answer.Header.Get("Retry-After"), now))
}

// sign makes one "v1" signature for each secret over id, timestamp and body.
func (s webhookSender) sign(id, timestamp string, body []byte) string {
	signatures := make([]string, len(s.secrets))
	for i, key := range s.secrets {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, timestamp)
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}

// payload is what a receiver gets: thin, with a link to the rest.
type payload struct {
	Type      string      `json:"type"`
	Timestamp time.Time   `json:"timestamp"` // when it happened, not when it was sent
	Data      payloadData `json:"data"`
}

type payloadData struct {
	Key        string     `json:"key"`
	Title      string     `json:"title"`
	Language   string     `json:"language"`
	Incident   bool       `json:"incident"`
	Receiver   string     `json:"receiver,omitempty"`
	System     string     `json:"system,omitempty"`
	SystemName string     `json:"system_name,omitempty"`
	Run        string     `json:"run,omitempty"`
	Drill      string     `json:"drill,omitempty"`
	Step       string     `json:"step,omitempty"`
	StepNumber int        `json:"step_number,omitempty"`
	Steps      int        `json:"steps,omitempty"`
	AnswerBy   *time.Time `json:"answer_by,omitempty"`
	StartsAt   *time.Time `json:"starts_at,omitempty"`
	Verdict    string     `json:"verdict,omitempty"`
	Measured   *bool      `json:"measured,omitempty"` // only when a run has finished
	RTAMinutes int        `json:"rta_minutes,omitempty"`
	RTOMinutes int        `json:"rto_minutes,omitempty"`
	Code       string     `json:"code,omitempty"`
	Link       string     `json:"link,omitempty"`
	ShortCode  string     `json:"short_code,omitempty"` // leads to the step without the link
}

func payloadOf(n outbox.Notice, m Message) payload {
	f := n.Facts
	p := payload{Type: eventType(n), Timestamp: n.CreatedAt.UTC(), Data: payloadData{
		Key: n.Key, Title: m.Subject, Language: language(n.Language, ""), Incident: f.Incident, Receiver: n.Receiver,
		System: f.System, SystemName: f.SystemName, Run: f.Run, Drill: f.Drill, Step: f.Step, StepNumber: f.StepNumber, Steps: f.Steps,
		AnswerBy: known(f.AnswerBy), StartsAt: known(f.StartsAt), Verdict: f.Verdict,
		RTAMinutes: f.RTAMinutes, RTOMinutes: f.RTOMinutes, Code: f.Code, Link: webLink(f.Link), ShortCode: tidy.Line(f.ShortCode, longestName),
	}}
	if n.Kind == outbox.Finished {
		p.Data.Measured = &f.Measured
	}
	return p
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// eventType names what happened, as programs know it (spec/ux.md 10).
func eventType(n outbox.Notice) string {
	run := "drill."
	if n.Facts.Incident {
		run = "crisis."
	}
	switch n.Kind {
	case outbox.Reminder:
		return run + "upcoming"
	case outbox.Started:
		return run + "started"
	case outbox.Finished:
		return run + "finished"
	case outbox.Missed:
		return run + "missed"
	case outbox.Request:
		return "step.requested"
	case outbox.Escalation:
		return "step.escalated"
	case outbox.Unknown:
		return "step.unknown"
	case outbox.Stalled:
		return "step.stalled"
	case outbox.Finding:
		return "finding.opened"
	case outbox.Test:
		return "test"
	default:
		return "notice." + string(n.Kind)
	}
}

// digestID is a short stable name for a key of any length and content.
func digestID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}
