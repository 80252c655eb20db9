package picture

import (
	"fmt"
	"html"
	"html/template"
	"strings"

	"rsc.io/qr"
)

// quiet is how many modules of white readers need around a QR code.
const quiet = 4

// Code draws a text as a QR code, for cameras that read it from a screen or from paper;
// label says what it holds. A module is that many pixels wide; with 0 the page says how
// large the code is. The page says the same in letters, so that a text which does not
// fit is only left out.
func Code(text, label string, module int) template.HTML {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return ""
	}
	var path strings.Builder // a run of dark modules at a time
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x, y, run, run)
				x += run
			}
		}
	}
	side, size := code.Size+2*quiet, ""
	if module > 0 {
		size = fmt.Sprintf(` width="%d" height="%d"`, side*module, side*module)
	}
	return template.HTML(fmt.Sprintf( //#nosec G203 -- digits of ours, and a label that is escaped
		`<svg role="img" aria-label="%s"%s viewBox="-%d -%d %d %d" shape-rendering="crispEdges"><rect x="-%d" y="-%d" width="%d" height="%d" fill="#fff"/><path d="%s" fill="#000"/></svg>`,
		html.EscapeString(label), size, quiet, quiet, side, side, quiet, quiet, side, side, path.String()))
}
