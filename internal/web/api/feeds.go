package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"beredskab/internal/door"
	"beredskab/internal/ical"
	"beredskab/internal/phrase"
	"beredskab/internal/web/api/feed"
)

type feedInput struct {
	Body struct {
		Kind     string `json:"kind" enum:"person,team,system"`
		ID       string `json:"id" minLength:"1" maxLength:"64" doc:"One's own ID, or that of a team or a system"`
		Language string `json:"language,omitempty" enum:"da,en"`
	}
}

type feedView struct {
	Schema string `json:"schema"`
	Path   string `json:"path" doc:"Where the calendar is. Whoever knows it can read it; it is shown this once"`
}

func feeds(a *API, h huma.API) {
	o := operation{id: "make-feed", method: http.MethodPost, path: "/api/v1/feeds", summary: "Make a secret address for a calendar of drills; the one before it ends", status: http.StatusCreated, tag: "calendars"}
	add(a, h, o, func(ctx context.Context, c *caller, in *feedInput) (*body[feedView], error) {
		path, err := a.Feed(ctx, c.Actor, in.Body.Kind, in.Body.ID, in.Body.Language)
		if err != nil {
			return nil, err
		}
		return answered(feedView{"beredskab.feed.v1", path}), nil
	})
}

// Feed makes a secret address for a calendar of drills, and gives its path. It is
// about a person, a team or a system, by ID; an address that the actor had for the
// same ends. Pages offer it with this too.
func (a *API) Feed(ctx context.Context, by door.Actor, kind, id, lang string) (path string, err error) {
	if lang == "" {
		lang = phrase.Languages()[0]
	}
	token, err := a.calendars().Make(ctx, by, feed.Of{Kind: kind, ID: id}, lang)
	if err != nil {
		return "", err
	}
	return "/feeds/" + token + ".ics", nil
}

func (a *API) calendars() *feed.Feeds {
	return &feed.Feeds{Door: a.Door, Register: a.Register, Texts: func(lang string) *phrase.Phrases { return a.texts[lang] }, Origin: a.Origin}
}

// feed answers a program that has subscribed to a calendar.
func (a *API) feed(w *answer, r *http.Request) error {
	token, ics := strings.CutSuffix(r.PathValue("file"), ".ics")
	text, err := []byte(nil), feed.ErrNoFeed
	if ics {
		text, err = a.calendars().Read(r.Context(), token)
	}
	if errors.Is(err, feed.ErrNoFeed) {
		if err := a.unknown.take(a.from(r)); err != nil {
			return err
		}
		return refuse(http.StatusNotFound, "not_found", "There is no calendar at this address.", "Its owner makes a new one; then the old one ends.")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", ical.Media)
	w.Header().Set("Cache-Control", "private, max-age=900")
	_, err = w.Write(text)
	return err
}
