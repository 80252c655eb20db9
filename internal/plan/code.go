package plan

import (
	_ "embed"
	"slices"
	"strings"
)

// The codes of problems. They never change their meaning and are never used
// again: people search for them. The long texts stand in codes.md.
const (
	problemSyntax       = "BP001"
	problemTooLarge     = "BP002"
	problemNotRegular   = "BP003"
	problemText         = "BP004"
	problemTab          = "BP005"
	problemAlias        = "BP006"
	problemTag          = "BP007"
	problemDocuments    = "BP008"
	problemEmpty        = "BP009"
	problemTooDeep      = "BP010"
	problemUnreadable   = "BP011"
	problemUnknownKey   = "BP020"
	problemDuplicateKey = "BP021"
	problemMissingKey   = "BP022"
	problemType         = "BP023"
	problemDuration     = "BP024"
	problemChoice       = "BP025"
	problemSlug         = "BP026"
	problemDate         = "BP027"
	problemRange        = "BP028"
	problemMailbox      = "BP029"
	problemCommand      = "BP030"
	problemUnknownStep  = "BP040"
	problemUnknownPlan  = "BP041"
	problemUnknownRole  = "BP042"
	problemUnknownTeam  = "BP043"
	problemCycle        = "BP044"
	problemDuplicateID  = "BP045"
	problemFileName     = "BP046"
	problemNoMain       = "BP047"
	problemTimeout      = "BP050"
	problemStepNeeds    = "BP051"
	problemStepKinds    = "BP052"
	problemWith         = "BP053"
	problemBackup       = "BP054"
	problemSecret       = "BP060"
	problemPersonNumber = "BP061"
)

//go:embed codes.md
var codesText string

// Explain is the long text of a code: why the rule is there, a wrong example
// and a right one. False when there is no such code.
func Explain(code string) (text string, ok bool) {
	for section := range strings.SplitSeq(codesText, "\n## ") {
		if strings.HasPrefix(section, code+" ") {
			return strings.TrimSpace(section) + "\n", true
		}
	}
	return "", false
}

// Codes are all codes in order.
func Codes() []string {
	var codes []string
	for line := range strings.Lines(codesText) {
		if heading, ok := strings.CutPrefix(line, "## BP"); ok {
			codes = append(codes, "BP"+heading[:3])
		}
	}
	slices.Sort(codes)
	return codes
}
