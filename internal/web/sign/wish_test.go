package sign_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"beredskab/internal/governance"
)

// TestWish: somebody says on his own page how he wants to be written to; what is no
// channel is refused, and changes nothing.
func TestWish(t *testing.T) {
	h := newHouse(t, nil)
	b := h.browser("192.0.2.1")
	b.invite(owner)
	h.has(b.page("/me"), "Beskeder til mig", `<option value="slack">slack</option>`)
	if w := b.ask("/me/wish", url.Values{"channel": {"slack"}, "language": {"en"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("wishing: %d", w.Code)
	}
	h.has(b.page("/me?done=wish"), `<option value="slack" selected>`, `<option value="en" selected>`, "Gemt")
	w := b.ask("/me/wish", url.Values{"channel": {"brevdue"}, "language": {"da"}})
	if w.Code == http.StatusSeeOther || !strings.Contains(b.read("/me/wish", w), "Vælg en kanal") {
		t.Errorf("a channel that there is not: %d", w.Code)
	}
	wish, err := governance.New(h.door).Preferred(t.Context(), owner)
	if h.ok(err); wish.Channel != "slack" || wish.Language != "en" {
		t.Errorf("kept: %+v", wish)
	}
}
