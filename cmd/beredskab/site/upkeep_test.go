package site

import (
	"io"
	"strings"
	"testing"

	"beredskab/internal/app"
)

// A register in another folder refuses the server that it knows, unless its key
// comes along; with one in PostgreSQL the key stays where it is.
func TestAnotherFolderNeedsTheKey(t *testing.T) {
	for what, one := range map[string]struct {
		answer interface{ Text(io.Writer) }
		needs  bool
	}{
		"restored":            {Restored("/srv/new", app.Manifest{}), true},
		"moved to a folder":   {Moved(app.Move{To: "/srv/new"}), true},
		"moved to PostgreSQL": {Moved(app.Move{To: "postgres://db/b", URL: true}), false},
	} {
		var said strings.Builder
		one.answer.Text(&said)
		for _, step := range []string{"copy `node.key` from the server's old state folder into /srv/new", "beredskab --dir /srv/new node forget NAME"} {
			if strings.Contains(said.String(), step) != one.needs {
				t.Errorf("%s: %q in: %s", what, step, said.String())
			}
		}
		if !strings.HasSuffix(said.String(), "serve\n") {
			t.Errorf("%s: the server is not started at the end: %s", what, said.String())
		}
	}
}
