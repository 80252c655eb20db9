package strict

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// form checks text that must have a certain look: a slug, a date, a day of the
// year or a mailbox.
func (r *Reading) form(node *yaml.Node, format string) {
	text := node.Value
	switch format {
	case "slug":
		if !isSlug(text) {
			r.on(node, "BP026", Quote(text)+" is not an id", "write small letters a–z, digits and hyphens, such as "+slugOf(text))
		}
	case "site":
		if !isSite(text) {
			r.on(node, "BP026", Quote(text)+" is not a site", "write up to 32 small letters a–z, digits and single hyphens, such as "+slugOf(text))
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			r.on(node, "BP027", Quote(text)+" is not a date", "write year-month-day, such as "+dateOf(text))
		}
	case "day":
		_, date := time.Parse(time.DateOnly, text)
		_, day := time.Parse(time.DateOnly, "2024-"+text)
		if date != nil && day != nil {
			r.on(node, "BP027", Quote(text)+" is not a day", "write a date such as 2026-12-24, or month-day for every year, such as 12-24")
		}
	case "mailbox":
		name, host, ok := strings.Cut(text, "@")
		if !ok || name == "" || !strings.Contains(host, ".") || strings.ContainsAny(text, " <>,;") || strings.Contains(host, "@") {
			r.on(node, "BP029", Quote(text)+" is not a mailbox", "write an address such as it-vagt@eksempelkommune.dk")
		}
	}
}

// Forms as the published schema gives them; isSlug and form accept the same.
const (
	SlugPattern    = `^[a-z0-9][a-z0-9-]{0,63}$`
	SitePattern    = `^[a-z0-9]+(-[a-z0-9]+)*$`
	SiteLength     = 32
	DatePattern    = `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`
	DayPattern     = `^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$`
	MailboxPattern = `^[^@ <>,;]+@[^@ <>,;]+[.][^@ <>,;]*$`
)

// isSite accepts what SitePattern and SiteLength say.
func isSite(text string) bool {
	return isSlug(text) && len(text) <= SiteLength && !strings.Contains(text, "--") && !strings.HasSuffix(text, "-")
}

func isSlug(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && (c != '-' || i == 0) {
			return false
		}
	}
	return text != "" && len(text) <= 64
}

// slugOf is the id that a name most likely wants.
func slugOf(text string) string {
	text = strings.NewReplacer("æ", "ae", "ø", "oe", "å", "aa", "é", "e").Replace(strings.ToLower(text))
	var out strings.Builder
	for _, char := range text {
		switch {
		case char >= 'a' && char <= 'z', char >= '0' && char <= '9':
			out.WriteRune(char)
		case !strings.HasSuffix(out.String(), "-") && out.Len() > 0:
			out.WriteByte('-')
		}
	}
	slug := strings.Trim(out.String(), "-")
	if slug == "" {
		return "gendan-database"
	}
	return slug[:min(len(slug), 40)]
}

// dateOf reads the Danish way of writing a date, to show it the other way.
func dateOf(text string) string {
	for _, layout := range [...]string{"02-01-2006", "2-1-2006", "02.01.2006", "2/1-2006", "2/1/2006", "2006/01/02", "2006-1-2"} {
		if day, err := time.Parse(layout, text); err == nil {
			return day.Format(time.DateOnly)
		}
	}
	return "2026-09-01"
}
