package web

import (
	"slices"

	"beredskab/internal/frame"
	"beredskab/internal/web/drills"
	"beredskab/internal/web/home"
)

// parts are the routes of every part of the pages.
func (s *Site) parts() []frame.Route {
	return slices.Concat(
		home.New(home.Options{Door: s.Door, Register: s.Register, Office: s.Office, Dossier: s.Dossier, Copies: s.Copies}).Routes(),
		drills.New(drills.Options{Door: s.Door, Register: s.Register, Office: s.Office}).Routes(),
	)
}
