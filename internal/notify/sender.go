package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/outbox"
	"beredskab/internal/tidy"
)

// Sender carries messages to the outside through one kind of channel. Send
// tries once and answers within its own time limit, also when ctx has none; it
// never panics and never reports success that the other side did not give.
type Sender interface {
	Form() Form
	Send(ctx context.Context, n outbox.Notice, m Message) Receipt
}

// Checker is a Sender that can look whether it would work, without sending anything to
// anybody: what doctor tells.
type Checker interface {
	Check(ctx context.Context) []Check
}

// Check is one thing that was looked at, and how it is.
type Check struct {
	What   string // such as "the relay offers TLS"
	OK     bool
	Detail string // what was found; never a secret
	Next   string // what to do when it is not OK
}

// Receipt is how one try ended, in the sender's judgement.
type Receipt struct {
	Outcome    outbox.Outcome
	Detail     string        // what the other side answered and, when it refused, what to do next; never a secret
	RetryAfter time.Duration // the other side asked not to be tried again before; 0 when it said nothing
	Silent     bool          // no answer came within the time limit
	Closed     bool          // the other side takes nothing more, ever
}

func Accepted(detail string) Receipt {
	return Receipt{Outcome: outbox.Accepted, Detail: detail}
}

func Later(detail string) Receipt {
	return Receipt{Outcome: outbox.TryAgain, Detail: detail}
}

func Refused(detail string) Receipt {
	return Receipt{Outcome: outbox.GiveUp, Detail: detail}
}

const (
	DefaultTimeout = 10 * time.Second
	longestAnswer  = 64 << 10 // bytes of an answer's body that are read
	LongestDetail  = 300
)

// JudgeStatus says what an HTTP status means for a message. Servers that are
// busy or broken are tried again; an answer that will be the same next time is not.
func JudgeStatus(status int, retryAfter time.Duration) Receipt {
	detail := fmt.Sprintf("answered %d %s", status, http.StatusText(status))
	switch {
	case status >= 200 && status < 300:
		return Accepted(detail)
	case status >= 300 && status < 400:
		return Refused(detail + "; redirects are not followed: put the final address into the settings")
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests, status >= 500:
		return Receipt{Outcome: outbox.TryAgain, Detail: detail, RetryAfter: retryAfter}
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Refused(detail + "; check the channel's token or secret in the settings")
	case status == http.StatusNotFound, status == http.StatusGone:
		return Refused(detail + "; the address is no longer in use: put the new one into the settings")
	default:
		return Refused(detail + "; the receiver does not accept the message: try \"beredskab notify test\"")
	}
}

// RetryAfter reads the header of that name: seconds or a date (RFC 9110, 10.2.3).
func RetryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
		return time.Duration(min(max(seconds, 0), 7*24*3600)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// JudgeError says what it means that no answer came. The message may have
// arrived all the same; it is tried again, because twice is better than never (F17).
func JudgeError(err error) Receipt {
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return Receipt{Outcome: outbox.TryAgain, Detail: "no answer within the time limit; the message may have arrived", Silent: true}
	}
	return Later(withoutAddress(err))
}

// withoutAddress drops the address from an HTTP client's error: the address of
// an incoming webhook is itself a secret.
func withoutAddress(err error) string {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	return tidy.Line(err.Error(), LongestDetail)
}

// HTTPClient makes a client that follows no redirect, gives up after
// timeout and reads no more than longestAnswer bytes of an answer.
func HTTPClient(timeout time.Duration) *http.Client {
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: timeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    timeout,
		MaxResponseHeaderBytes: longestAnswer,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	return &http.Client{
		Transport:     boundedReads{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       timeout,
	}
}

// boundedReads cuts the body of every answer, whoever reads it.
type boundedReads struct{ next http.RoundTripper }

func (b boundedReads) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, longestAnswer), answer.Body}
	return answer, nil
}

// ServerURL checks an address that comes from the settings.
func ServerURL(what, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%s is not a web address; write it in full, beginning with https://", what)
	}
	return nil
}
