package web

import (
	"slices"

	"beredskab/internal/frame"
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
