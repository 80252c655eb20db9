package gateway

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/facsimile"
	"beredskab/internal/notify"
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

// WebhookLives is how long a webhook is worth sending: a receiver may be away over a
// weekend (Standard Webhooks: about three days).
const WebhookLives = 72 * time.Hour

// WebhookPolicy is how a webhook is tried again in that time: at once, as everything,
// and after some hours every few of them.
func WebhookPolicy() notify.Policy {
	return notify.Policy{FirstPause: 5 * time.Second, LongestPause: 4 * time.Hour}
}

type webhookSender struct {
	url     string
	secrets [][]byte
	http    *http.Client
	now     func() time.Time
}

// NewWebhook makes a sender that posts JSON to one address, signed with each
// of the secrets. It always posts to that address, whatever a notice says.
func NewWebhook(o WebhookOptions) (notify.Sender, error) {
	if err := notify.ServerURL("the address of the webhook", o.URL); err != nil {
		return nil, err
	}
	if len(o.Secrets) == 0 {
		return nil, fmt.Errorf("a webhook needs a secret; make one of 32 random bytes in base64 with whsec_ in front")
	}
	if o.Timeout <= 0 {
		o.Timeout = notify.DefaultTimeout
	}
	s := webhookSender{url: o.URL, http: notify.HTTPClient(o.Timeout), now: o.Now}
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

func (webhookSender) Form() notify.Form { return notify.FormText }

// Send posts the payload. The id stays the same at every try of a notice, so
// that a receiver can tell a repetition; the timestamp is that of the try, so that an
// old request that somebody kept can be told too. 410 means that the receiver wants
// nothing more, ever.
func (s webhookSender) Send(ctx context.Context, n outbox.Notice, m notify.Message) notify.Receipt {
	body, err := json.Marshal(payloadOf(n, m))
	if err != nil {
		return notify.Refused("the payload cannot be written: " + tidy.Line(err.Error(), notify.LongestDetail))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return notify.Refused("the request cannot be made; check the webhook's address in the settings")
	}
	id, now := webhookID(n), s.now()
	timestamp := strconv.FormatInt(now.Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "beredskab")
	request.Header.Set("Webhook-Id", id)
	request.Header.Set("Webhook-Timestamp", timestamp)
	request.Header.Set("Webhook-Signature", s.sign(id, timestamp, body))
	answer, err := s.http.Do(request)
	if err != nil {
		return notify.JudgeError(err)
	}
	defer answer.Body.Close()
	// The answer's text is of no interest, but reading it lets the connection be used again.
	_, _ = io.Copy(io.Discard, answer.Body)
	r := notify.JudgeStatus(answer.StatusCode, notify.RetryAfter(answer.Header.Get("Retry-After"), now))
	r.Closed = answer.StatusCode == http.StatusGone
	return r
}

// webhookID is the id of a notice, the same at every try.
func webhookID(n outbox.Notice) string { return "msg_" + notify.StableID(n) }

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

// Draft is the request that the receiver would get. Its signature is made when it is
// sent.
func (webhookSender) Draft(n outbox.Notice, m notify.Message) (facsimile.Wire, error) {
	body, err := json.Marshal(payloadOf(n, m))
	return facsimile.Wire{
		Kind: "webhook", Type: "application/json", Body: string(body),
		Head: []facsimile.Line{{Name: "Webhook-Id", Text: webhookID(n)}, {Name: "Webhook-Signature", Text: "v1,…"}},
	}, err
}

// Check looks whether the receiver's host answers, and whether a change of key was
// finished. Nothing is posted.
func (s webhookSender) Check(ctx context.Context) []notify.Check {
	list := []notify.Check{reached(ctx, s.http, "the receiver's host answers", s.url)}
	if len(s.secrets) > 1 {
		list = append(list, notify.Check{
			What: "the key is being changed", OK: true,
			Detail: fmt.Sprintf("%d secrets sign each request; when the receiver has the new one, take the old one out of secret_files", len(s.secrets)),
		})
	}
	return list
}
