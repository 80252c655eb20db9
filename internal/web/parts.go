package web

import (
	"context"
	"slices"

	"beredskab/internal/door"
	"beredskab/internal/frame"
	"beredskab/internal/web/api"
	"beredskab/internal/web/calendar"
	"beredskab/internal/web/confirm"
	"beredskab/internal/web/drills"
	"beredskab/internal/web/files"
	"beredskab/internal/web/follow"
	"beredskab/internal/web/help"
	"beredskab/internal/web/home"
	"beredskab/internal/web/papers"
	"beredskab/internal/web/people"
	"beredskab/internal/web/sign"
	"beredskab/internal/web/systems"
	"beredskab/internal/web/trace"
)

// parts are the routes of every part of the pages.
func (s *Site) parts(calendars feed) []frame.Route {
	return slices.Concat(
		sign.New(sign.Options{
			Gate: s.Gate, OIDC: s.SignIn, Demo: s.Guest != "",
			Wishes: sign.Wishes{Read: s.Office.Preferred, Write: s.Office.Prefer, Channels: s.Register.Reaching()},
		}).Routes(),
		systems.New(systems.Options{
			Door: s.Door, Register: s.Register, Office: s.Office, Dossier: s.Dossier, Copies: s.Copies, Commands: s.Commands, Author: s.Author, File: s.File,
		}).Routes(),
		follow.New(follow.Options{Door: s.Door, Register: s.Register, Office: s.Office, Judge: s.Judge}).Routes(),
		people.New(people.Options{Register: s.Register, Office: s.Office, Dossier: s.Dossier, Invite: s.Gate.Invite, Origin: s.Origin}).Routes(),
		papers.New(papers.Options{Register: s.Register, Office: s.Office, Bureau: s.Bureau, Dossier: s.Dossier, Desk: s.Desk, Copies: s.Copies, Bundle: s.Bundle}).Routes(),
		trace.New(trace.Options{
			Door: s.Door, Register: s.Register, Office: s.Office, Notary: s.Notary, Origin: s.Origin,
			Settings: s.Settings, Channels: s.Channels, Draft: s.Draft, Sent: s.Sent, Test: s.Try, Resend: s.Resend,
		}).Routes(),
		home.New(home.Options{Door: s.Door, Register: s.Register, Office: s.Office, Dossier: s.Dossier, Copies: s.Copies}).Routes(),
		calendar.New(calendar.Options{Register: s.Register, Feed: calendars, Origin: s.Origin}).Routes(),
		help.New(help.Options{Register: s.Register}).Routes(),
		confirm.New(confirm.Options{Door: s.Door, Register: s.Register, Gate: s.Gate}).Routes(),
		drills.New(drills.Options{Door: s.Door, Register: s.Register, Office: s.Office}).Routes(),
		files.New(files.Options{Register: s.Register, Office: s.Office, Desk: s.Desk}).Routes(),
	)
}

// programs answers those that act for people.
func (s *Site) programs() (*api.API, error) {
	return api.New(api.Options{
		Door: s.Door, Register: s.Register, Office: s.Office, Bureau: s.Bureau, Desk: s.Desk, Objects: objects{s.Door}, Gate: s.Gate,
		Check: s.Check, Broken: s.Broken, Reached: reached(s.Proxies), Origin: s.Origin, Version: s.Version, Log: s.Log,
	})
}

// feed makes the secret address of a calendar that other programs follow.
type feed func(ctx context.Context, by door.Actor, kind, id, lang string) (path string, err error)
