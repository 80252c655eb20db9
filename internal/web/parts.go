package web

import (
	"net/http"
	"slices"

	"beredskab/internal/frame"
	"beredskab/internal/web/api"
	"beredskab/internal/web/calendar"
	"beredskab/internal/web/confirm"
	"beredskab/internal/web/drills"
	"beredskab/internal/web/help"
	"beredskab/internal/web/home"
)

// parts are the routes of every part of the pages.
func (s *Site) parts() []frame.Route {
	return slices.Concat(
		home.New(home.Options{Door: s.Door, Register: s.Register, Office: s.Office, Dossier: s.Dossier, Copies: s.Copies}).Routes(),
		calendar.New(calendar.Options{Register: s.Register}).Routes(),
		help.New(help.Options{Register: s.Register}).Routes(),
		confirm.New(confirm.Options{Door: s.Door, Register: s.Register, Gate: s.Gate}).Routes(),
		drills.New(drills.Options{Door: s.Door, Register: s.Register, Office: s.Office}).Routes(),
	)
}

// programs answers those that act for people.
func (s *Site) programs(f *frame.Frame) (http.Handler, error) {
	a, err := api.New(api.Options{
		Door: s.Door, Register: s.Register, Office: s.Office, Bureau: s.Bureau, Desk: s.Desk, Objects: objects{s.Door}, Keys: s.Gate,
		Recognise: f.Recognise, Check: s.Check, Broken: s.Broken, Origin: s.Origin, Version: s.Version, Log: s.Log,
	})
	if err != nil {
		return nil, err
	}
	return a.Handler(), nil
}
