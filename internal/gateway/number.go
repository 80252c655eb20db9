package gateway

import (
	"fmt"
	"strings"

	"beredskab/internal/tidy"
)

// home is the country whose numbers are written without one.
const home = "+45"

// Number is a telephone number as gateways take it (E.164), such as +4512345678; eight
// digits are a Danish one. The error says how to write it.
func Number(text string) (string, error) {
	const danish, shortest, longest = 8, 8, 15
	number := strings.NewReplacer(" ", "", "\u00a0", "", "-", "", ".", "", "(", "", ")", "", "/", "").Replace(text)
	if abroad, ok := strings.CutPrefix(number, "00"); ok {
		number = "+" + abroad
	}
	digits, abroad := strings.CutPrefix(number, "+")
	digitsOnly := digits != "" && strings.Trim(digits, "0123456789") == ""
	switch {
	case digitsOnly && !abroad && len(digits) == danish && digits[0] >= '2':
		return home + digits, nil
	case digitsOnly && abroad && len(digits) >= shortest && len(digits) <= longest && digits[0] != '0' &&
		(!strings.HasPrefix(number, home) || len(number) == len(home)+danish):
		return number, nil
	}
	return "", fmt.Errorf("%q is no telephone number that takes an SMS; write one like +45 12 34 56 78 in the organisation file, or for the person", tidy.Line(text, shownNumber))
}

// shownNumber is how much of what is no number is shown.
const shownNumber = 40
