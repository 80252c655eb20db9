package notify

import (
	"fmt"
	"strings"
	"text/template"
	"unicode/utf8"

	"beredskab/internal/gsm"
)

// room is how many characters of names an SMS has room for.
type room struct {
	system, others int
	nameless       bool // it does not say who is asked, which its reader knows
}

// rooms are tried from the widest on: first the system's name is cut, then who is
// asked goes, then the other names are cut.
func rooms() []room {
	return []room{
		{longestName, longestName, false},
		{40, longestName, false},
		{24, longestName, false},
		{16, longestName, false},
		{12, longestName, false},
		{24, longestName, true},
		{12, longestName, true},
		{12, 40, true},
		{12, 24, true},
		{12, 12, true},
	}
}

// bare is the room that is left where even a name of twelve characters is too much.
func bare() []room { return []room{{12, 12, true}, {12, 0, true}, {6, 0, true}, {0, 0, true}} }

// longestVerdict is more than any verdict has that the language has a word for.
const longestVerdict = 40

// sms is a notice as one SMS: 160 letters of a telephone. Names are cut until it fits,
// never a link and never a number. A link that leaves no room for a name gives way to
// the page where its short code is typed.
func (w *Wording) sms(v view) (string, error) {
	set := w.sets[setName(v.Lang, string(v.Kind))]
	if set == nil {
		return "", fmt.Errorf("there is no template for the kind %q", v.Kind)
	}
	v.Phone, v.Verdict = dialled(v.Phone), clipped(v.Verdict, longestVerdict)
	text := ""
	for _, try := range w.tries(set, v) {
		written, err := spoken(set, "sms", try)
		if err != nil {
			return "", err
		}
		if text = gsm.Clean(led(v.Word, written)); gsm.Septets(text) <= gsm.Longest {
			return text, nil
		}
	}
	return "", fmt.Errorf("%d of %d letters are left over even without names and link: shorten \"sms\"", gsm.Septets(text)-gsm.Longest, gsm.Longest)
}

// tries are the ways to say the same, from the one that says most.
func (w *Wording) tries(set *template.Template, v view) (list []view) {
	ways := []string{v.Link}
	if v.Link != "" && v.ShortCode != "" {
		page := v
		page.Way = originOf(v.Link) + "/k"
		if coded, err := spoken(set, "sms-code", page); err == nil {
			ways = append(ways, coded)
		}
	}
	for _, rooms := range [][]room{rooms(), bare()} {
		for _, way := range ways {
			for _, r := range rooms {
				list = append(list, v.in(r, way))
			}
		}
	}
	return append(list, v.in(room{nameless: true}, ""))
}

// in is v with names that fit into r, and with one way to answer.
func (v view) in(r room, way string) view {
	v.Way = way
	if r.nameless {
		v.Receiver = ""
	}
	for _, name := range []*string{&v.System, &v.Drill} {
		*name = clipped(*name, r.system)
	}
	for _, name := range []*string{&v.Receiver, &v.Run, &v.Step, &v.Question, &v.Absent, &v.Leader, &v.Site, &v.Channel, &v.SlowStep, &v.Text, &v.Hint, &v.Code} {
		*name = clipped(*name, r.others)
	}
	return v
}

// clipped shortens a name to so many characters, with a full stop for the rest.
func clipped(name string, longest int) string {
	if utf8.RuneCountInString(name) <= longest {
		return name
	}
	if longest == 0 {
		return ""
	}
	return strings.TrimRight(string([]rune(name)[:longest-1]), " ,.-") + "."
}

// dialled is a telephone number without the blanks that people read it by; nothing
// when it is none.
func dialled(number string) string {
	const longest = 16
	number = strings.ReplaceAll(number, " ", "")
	if len(number) > longest {
		return ""
	}
	return number
}

func spoken(set *template.Template, name string, v view) (string, error) {
	var b strings.Builder
	err := set.ExecuteTemplate(&b, name, v)
	return strings.Join(strip(b.String()), " "), err
}
