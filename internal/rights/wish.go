package rights

import (
	"fmt"
	"slices"
	"time"

	"beredskab/internal/record"
)

// KindWish is the kind of record of wishes; the key of one is the person's ID.
const KindWish = "wish"

// Wish is how a person wants to be written to.
type Wish struct {
	Person   string `json:"person"`
	Channel  string `json:"channel,omitzero"`  // name of a channel that reaches persons; empty: mail
	Language string `json:"language,omitzero"` // da or en; empty: that of the organisation
}

// Row is the wish as the register keeps it.
func (w Wish) Row(at time.Time) (record.Row, error) {
	return record.Row{Kind: KindWish, Key: w.Person, Person: w.Person, At: at}.Set(w)
}

// Check says what is wrong with a wish where those channels reach persons.
func (w Wish) Check(channels []string) error {
	switch {
	case w.Language != "" && w.Language != "da" && w.Language != "en":
		return fmt.Errorf("messages are written in da or en, not in %q", w.Language)
	case w.Channel != "" && !slices.Contains(channels, w.Channel):
		return fmt.Errorf("no channel %q reaches persons; choose among %v", w.Channel, channels)
	}
	return nil
}
