package plan

import (
	"slices"
	"strings"
)

// nearest is the candidate that a misspelt word most likely means; empty when
// none is close enough to be worth naming.
func nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	best, bestDistance := "", max(2, len([]rune(word))/3)+1
	for _, candidate := range candidates {
		distance := editDistance([]rune(word), []rune(strings.ToLower(candidate)), bestDistance)
		if distance < bestDistance && distance < len([]rune(candidate)) {
			best, bestDistance = candidate, distance
		}
	}
	return best
}

// editDistance counts the letters to insert, delete, change or swap with the
// next one; it gives up at the limit.
func editDistance(a, b []rune, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit || len(a) > 100 {
		return limit
	}
	var before, above []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, above = above, row
		row = make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, above[j+1]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// didYouMean is a hint that names the nearest word, or else all of a few.
func didYouMean(word string, candidates []string, otherwise string) string {
	if near := nearest(word, candidates); near != "" {
		return `did you mean "` + near + `"?`
	}
	if len(candidates) > 0 && len(candidates) <= 12 {
		shown := slices.Sorted(slices.Values(candidates))
		return "write one of " + strings.Join(shown, ", ")
	}
	return otherwise
}

// otherWord gives the key of the format for a word that other plan formats and
// earlier drafts use; empty when there is none.
func otherWord(key string) string {
	switch key {
	case "minutes", "duration_minutes", "estimat":
		return "estimate"
	case "depends", "needs", "requires", "dependencies", "afhaenger_af":
		return "depends_on"
	case "title", "navn", "system":
		return "name"
	case "name", "titel":
		return "title"
	case "dependson", "after_steps", "efter":
		return "after"
	case "parameters", "params", "args":
		return "with"
	case "ejer", "system_owner":
		return "owner"
	case "deactivation":
		return "stand_down"
	case "return_steps":
		return "return"
	default:
		return ""
	}
}
