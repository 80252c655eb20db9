package bundle

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// cardLines is how many callers fit on a card of 85.6 by 54 mm.
const cardLines = 6

// Callers are those whom the card names: the alert chain in its order, as far as
// it has numbers.
func (e *edition) Callers() (list []caller) {
	for _, id := range e.Org.AlertChain.Order {
		if c := e.Call(id); c.Phone != "" && len(list) < cardLines {
			list = append(list, c)
		}
	}
	return list
}

// Places are the meeting places that the card has room for.
func (e *edition) Places() []string { return e.Org.MeetingPlaces[:min(4, len(e.Org.MeetingPlaces))] }

// Copies are the cards on one sheet; true for those that say it again.
func (e *edition) Copies() []bool { return []bool{false, true, true, true} }

// Frame is the side of a QR code with the white around it that readers need.
func (e *edition) Frame(size int) int { return size + 8 }

// VCard is the call list as a telephone reads it from the card, without a
// network.
func (e *edition) VCard() string {
	escape := strings.NewReplacer(`\`, `\\`, ",", `\,`, ";", `\;`, "\n", `\n`)
	lines := []string{"BEGIN:VCARD", "VERSION:3.0", "FN:" + escape.Replace(e.Say("card.contact", e.Org.Name)), "ORG:" + escape.Replace(e.Org.Name)}
	if e.Org.DutyPhone != "" {
		lines = append(lines, "TEL;TYPE=WORK,PREF:"+escape.Replace(e.Org.DutyPhone))
	}
	var notes []string
	for _, c := range e.Callers() {
		if c.Phone != e.Org.DutyPhone {
			lines = append(lines, "TEL;TYPE=WORK:"+escape.Replace(c.Phone))
		}
		notes = append(notes, escape.Replace(c.Role+": "+c.Phone))
	}
	return strings.Join(append(lines, "NOTE:"+strings.Join(notes, `\n`), "END:VCARD"), "\r\n")
}

// drawn is a QR code as a path of SVG, with its size in modules.
type drawn struct {
	Size int
	Path string
}

// qrPath draws a text as a QR code, a run of dark modules at a time. One that
// does not fit gives nothing, and the card goes without.
func qrPath(text string) *drawn {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil
	}
	var path strings.Builder
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
	return &drawn{Size: code.Size, Path: path.String()}
}
