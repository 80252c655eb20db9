package line_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/line"
)

// A command that fails leaves the folder to the next one, and prints nothing.
func TestActClosesWhatItOpened(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	l := line.Line{
		Open: func(ctx context.Context) (*app.App, error) {
			s, err := app.Load(map[string]string{"dir": dir}, func(string) (string, bool) { return "", false }, dir)
			if err != nil {
				return nil, err
			}
			return app.Open(ctx, s, app.Use, slog.New(slog.DiscardHandler))
		},
		Print: func(_ any, text func(io.Writer)) error { text(&out); return nil },
	}
	torn := errors.New("torn")
	for _, want := range []error{torn, nil} {
		var opened *app.App
		err := l.Act(t.Context(), fmt.Sprintf("done with %v", want), func(a *app.App) error { opened = a; return want })
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if _, err := opened.Office.Book(t.Context()); err == nil {
			t.Error("the register is still open")
		}
	}
	if out.String() != "done with <nil>\n" {
		t.Errorf("printed %q", out.String())
	}
}
