package trace

import (
	"fmt"
	"slices"

	"beredskab/internal/frame"
	"beredskab/internal/outbox"
)

// settingsPage shows what is in force. It is changed in the settings file, by whoever
// runs the machine.
type settingsPage struct {
	Settings []Setting
	Channels []Channel
	Tests    []message
	Beside   []tab
}

// recent is among how many messages the newest tests are looked for.
const (
	recent     = 200
	mostTests  = 10
	tooLongTo  = 320 // characters of an address
	testedPath = "/settings"
)

func (p *Part) settings(v *frame.Visit) error {
	pg := settingsPage{Settings: p.Settings(), Channels: p.Channels(), Beside: beside(v)}
	list, err := p.Register.Notices(v.Context(), outbox.Filter{Limit: recent})
	if err != nil {
		return fmt.Errorf("looking for tests of channels: %w", err)
	}
	for _, n := range list {
		if n.Kind == outbox.Test && len(pg.Tests) < mostTests {
			pg.Tests = append(pg.Tests, message{n, mark(n.State)})
		}
	}
	return v.Show("trace/settings", pg)
}

// test tries a channel, as a real message would meet it.
func (p *Part) test(v *frame.Visit) error {
	channel, address := v.Field("channel"), v.Field("address")
	known := slices.ContainsFunc(p.Channels(), func(c Channel) bool { return c.Name == channel })
	switch {
	case !known:
		return v.Again(p.settings, frame.Wrong{Key: "trace.test.channel"})
	case len(address) > tooLongTo:
		return v.Again(p.settings, frame.Wrong{Key: "trace.test.address"})
	}
	d, err := p.Test(v.Context(), v.Actor(), channel, address, v.Texts.Lang)
	if err != nil {
		return v.Again(p.settings, err)
	}
	if d.Outcome != outbox.Accepted {
		return v.Go(testedPath, "trace.test.failed")
	}
	return v.Go(testedPath, "trace.tested")
}
