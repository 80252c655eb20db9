package notify_test

import (
	"strings"
	"testing"
	"time"

	"beredskab/internal/notify"
	"beredskab/internal/outbox"
)

// A link of the alert chain is asked one thing, in its own words, and answers yes or
// passes it on; a drill without a key person says so in every message.
func TestTheAlarmInWords(t *testing.T) {
	words, err := notify.LoadWording(nil, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string][]string{
		"da": {"ØVELSE: Har du modtaget alarmen?", "alarmkæden", "Den holdes uden nøglepersonen: Database.", "Ja, jeg har modtaget den"},
		"en": {"DRILL: Have you received the alarm?", "alert chain", "It is held without the key person: Database.", "Yes, I have received it"},
	} {
		n := outbox.Sample(outbox.Request, lang, false)
		n.Facts.Asks, n.Facts.Question, n.Facts.Todo, n.Facts.Without = outbox.AskedAlarm, "", nil, []string{"Database"}
		m, err := words.Render(n, notify.FormText)
		if err != nil {
			t.Fatal(err)
		}
		all := m.Parts.Subject + "\n" + m.Text
		for _, c := range m.Parts.Choices {
			all += "\n" + c.Label
		}
		for _, text := range want {
			if !strings.Contains(all, text) {
				t.Errorf("%s lacks %q:\n%s", lang, text, all)
			}
		}
		if len(m.Parts.Choices) != 2 || m.Parts.Choices[0].Value != "yes" || m.Parts.Choices[1].Value != "pass" {
			t.Errorf("%s: the answers are %+v", lang, m.Parts.Choices)
		}
		n = outbox.Sample(outbox.Finished, lang, false)
		n.Facts.Measured, n.Facts.Called, n.Facts.Reached = false, 7, 6
		if m, err = words.Render(n, notify.FormText); err != nil || !strings.Contains(m.Text, "6 ") {
			t.Errorf("%s: %v", m.Text, err)
		}
	}
}
