package bundle

import "strings"

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
