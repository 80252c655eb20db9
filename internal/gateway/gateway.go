// Package gateway hands messages to other programs over HTTP: to a flow of Microsoft
// Teams, to a gateway of SMS, to whoever takes signed webhooks.
package gateway

import (
	"context"
	"net/http"
	"net/url"

	"beredskab/internal/notify"
)

// reached looks whether somebody answers at the root of an address, by whatever way
// requests go out. The address itself, which may be a secret, is not asked for.
func reached(ctx context.Context, client *http.Client, what, address string) notify.Check {
	u, err := url.Parse(address)
	if err != nil {
		return notify.Check{What: what, Detail: "the address cannot be read", Next: "write it in full, beginning with https://"}
	}
	root := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, root.String(), nil)
	if err != nil {
		return notify.Check{What: what, Detail: "the address cannot be read", Next: "write it in full, beginning with https://"}
	}
	answer, err := client.Do(request)
	if err != nil {
		return notify.Check{What: what, Detail: notify.JudgeError(err).Detail, Next: "ask for an opening to " + u.Host}
	}
	_ = answer.Body.Close() // a HEAD has none
	return notify.Check{What: what, OK: true, Detail: u.Host}
}
