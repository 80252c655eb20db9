package plan

import (
	"slices"

	"beredskab/internal/plan/strict"
)

// advise explains keys that people bring from elsewhere: commands, which no plan
// carries (DESIGN 3), and the words of other formats.
func advise(key string, allowed []string) (code, message, hint string) {
	switch key {
	case "command", "cmd", "run", "script", "shell", "exec", "powershell", "bash":
		return "BP030", "a plan carries no command",
			"name an action of the administrator's catalogue: action: restore-sql, with: {database: esdh}"
	}
	if other := otherWord(key); slices.Contains(allowed, other) {
		return "BP020", "the key " + strict.Quote(key) + " is unknown here", `did you mean "` + other + `"?`
	}
	return "", "", ""
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
