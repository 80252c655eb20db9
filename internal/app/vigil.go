package app

import (
	"beredskab/internal/channels"
	"beredskab/internal/dossier"
	"beredskab/internal/outbox"
	"beredskab/internal/vigil"
)

// Dossier reads what people have said beside the plans.
func (a *App) Dossier() *dossier.Dossier { return dossier.New(a.door) }

// Vigil looks through the log for signs of misuse (R17).
func (a *App) Vigil() *vigil.Vigil {
	o := vigil.Options{Door: a.door, Command: "beredskab --dir " + a.Settings.Dir, Node: a.Settings.Node, Log: a.Log}
	for _, route := range channels.Routes(a.Settings.Channels) {
		o.Routes = append(o.Routes, outbox.Route(route))
	}
	return vigil.New(o)
}
