package sign

import (
	"context"

	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/rights"
)

// Wishes are how people want to be written to, and the channels among which they choose.
type Wishes struct {
	Read     func(ctx context.Context, person string) (rights.Wish, error)
	Write    func(ctx context.Context, a door.Actor, w rights.Wish, channels []string) error
	Channels []string
}

// choice is one of a list.
type choice struct{ Value, Text string }

// preference is what the page shows of it.
type preference struct {
	rights.Wish
	Languages, Channels []choice
}

func (p *Part) preference(v *frame.Visit) (w preference, err error) {
	if w.Wish, err = p.wishes.Read(v.Context(), v.Person.ID); err != nil {
		return w, err
	}
	for _, lang := range []string{"da", "en"} {
		w.Languages = append(w.Languages, choice{lang, v.Texts.Word("sign.wish.language", lang)})
	}
	for _, channel := range p.wishes.Channels {
		w.Channels = append(w.Channels, choice{channel, channel})
	}
	return w, nil
}

// wish keeps what somebody chose for himself.
func (p *Part) wish(v *frame.Visit) error {
	w := rights.Wish{Person: v.Person.ID, Language: v.Field("language"), Channel: v.Field("channel")}
	if w.Check(p.wishes.Channels) != nil {
		return v.Again(p.me, frame.Wrong{Key: "sign.wish.wrong"})
	}
	if err := p.wishes.Write(v.Context(), v.Actor(), w, p.wishes.Channels); err != nil {
		return v.Again(p.me, err)
	}
	return v.Go("/me", "wish")
}
