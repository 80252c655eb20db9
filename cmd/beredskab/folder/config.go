package folder

import (
	"errors"
	"fmt"
	"io"

	"beredskab/internal/app"
	"beredskab/internal/line"
)

// ConfigList is what `beredskab config show` answers.
type ConfigList struct {
	Schema   string       `json:"schema"`
	File     string       `json:"file"` // empty when there is none
	Settings []settingRow `json:"settings"`

	origin bool
}

type settingRow struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

// Config lists every setting; the text names origins when they are wanted.
func Config(s *app.Settings, origin bool) *ConfigList {
	v := &ConfigList{Schema: "beredskab.config.v1", File: s.File, Settings: []settingRow{}, origin: origin}
	for _, l := range s.List() {
		v.Settings = append(v.Settings, settingRow(l))
	}
	return v
}

// Text prints one line a setting.
func (v *ConfigList) Text(out io.Writer) {
	rows := [][]string{}
	for _, s := range v.Settings {
		row := []string{s.Key, line.Dash(s.Value)}
		if v.origin {
			row = append(row, s.Origin)
		}
		rows = append(rows, row)
	}
	Table(out, rows)
}

// Validation is what `beredskab config validate` answers when all is well.
type Validation struct {
	Schema string `json:"schema"`
	File   string `json:"file"`
	OK     bool   `json:"ok"`
}

// Validate reads what the settings name, as the server does at its start.
// Errors wrap app.ErrSettings.
func Validate(s *app.Settings) (*Validation, error) {
	return &Validation{"beredskab.validate.v1", s.File, true}, usable(s)
}

// Text prints one line.
func (v *Validation) Text(out io.Writer) {
	if v.File == "" {
		fmt.Fprintln(out, "There is no settings file; the defaults can be used.")
		return
	}
	fmt.Fprintf(out, "%s: the settings can be used\n", v.File)
}

// usable reads what the settings name, as the server does at its start, and
// sends nothing. Errors wrap app.ErrSettings.
func usable(s *app.Settings) error {
	_, channels := s.Courier()
	_, catalogue := s.Catalogue()
	_, forget, allowed := Actions(s)
	if allowed == nil {
		forget()
	} else if catalogue != nil {
		allowed = nil // It is the same trouble.
	}
	if err := errors.Join(channels, catalogue, allowed); err != nil {
		return fmt.Errorf("%w: %w", app.ErrSettings, err)
	}
	return nil
}
