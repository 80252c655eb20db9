package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/outbox"
	"beredskab/internal/plan"
)

// TestSpread holds who is written to through what (spec/ux.md 4.1): a line for each
// case, channel by channel, with the address.
func TestSpread(t *testing.T) {
	routes := []outbox.Route{
		{Channel: "slack"},
		{Channel: "slack", Personal: true, Wish: true},
		{Channel: "mail", Personal: true},
		{Channel: "sms", Personal: true, Phone: true},
		{Channel: "hook", Language: "en"},
	}
	owner := outbox.Reader{Contact: plan.Contact{Role: "Systemejer", Mailbox: "ejer@x", Phone: "+4512345678"}}
	chatty, textual, silent, numb := owner, owner, owner, owner
	chatty.Channel, chatty.Language = "slack", "en"
	textual.Channel = "sms"
	silent.Mailbox, silent.Phone = "", ""
	numb.Channel, numb.Phone = "sms", ""
	for _, c := range []struct {
		name   string
		kind   outbox.Kind
		crisis bool
		only   []string
		reader outbox.Reader
		want   string
	}{
		{"a request comes by mail", outbox.Request, false, nil, owner, "mail:ejer@x:da"},
		{"and by the channel that somebody wants", outbox.Request, false, nil, chatty, "slack:ejer@x:en mail:ejer@x:en"},
		{"in a crisis to the telephone too", outbox.Request, true, nil, owner, "mail:ejer@x:da sms:+4512345678:da"},
		{"what informs comes once", outbox.Finished, false, nil, chatty, "slack:ejer@x:en"},
		{"by mail where nothing else is wanted", outbox.Finished, true, nil, owner, "mail:ejer@x:da"},
		{"a wish for text messages", outbox.Reminder, false, nil, textual, "sms:+4512345678:da"},
		{"a wish that cannot be met", outbox.Reminder, false, nil, numb, "mail:ejer@x:da"},
		{"nobody is left out without a trace", outbox.Request, false, nil, silent, "slack::da"},
		{"an alarm takes the channel that is called", outbox.Request, false, []string{"sms"}, owner, "sms:+4512345678:da"},
	} {
		n := outbox.Notice{Key: "k", Kind: c.kind, Language: "da", Only: c.only, Facts: outbox.Facts{Incident: c.crisis}}
		var got, common []string
		keys := map[string]bool{}
		for _, one := range n.Spread(routes, []outbox.Reader{c.reader}) {
			if keys[one.Key] {
				t.Errorf("%s: %s is owed twice", c.name, one.Key)
			}
			keys[one.Key] = true
			if strings.HasSuffix(one.Key, "/") {
				common = append(common, one.Channel+":"+one.Language)
				continue
			}
			got = append(got, fmt.Sprintf("%s:%s:%s", one.Channel, one.Address, one.Language))
		}
		if line := strings.Join(got, " "); line != c.want {
			t.Errorf("%s: %q, want %q", c.name, line, c.want)
		}
		if c.only == nil && !slices.Equal(common, []string{"slack:da", "hook:en"}) {
			t.Errorf("%s: the common channels get %v", c.name, common)
		}
	}
}
