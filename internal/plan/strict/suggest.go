package strict

import (
	"slices"
	"strings"
)

// Nearest is the candidate that a misspelt word most likely means; empty when
// none is close enough to be worth naming.
func Nearest(word string, candidates []string) string {
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

// DidYouMean is a hint that names the nearest word, or else all of a few.
func DidYouMean(word string, candidates []string, otherwise string) string {
	if near := Nearest(word, candidates); near != "" {
		return `did you mean "` + near + `"?`
	}
	if len(candidates) > 0 && len(candidates) <= 12 {
		shown := slices.Sorted(slices.Values(candidates))
		return "write one of " + strings.Join(shown, ", ")
	}
	return otherwise
}
