package action

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

// Words puts a survey into words: how bad it is, what is so, and the next
// step.
func (s Survey) Words() (level slog.Level, text, next string) {
	refused := make([]string, 0, len(s.Refused))
	for _, id := range slices.Sorted(maps.Keys(s.Refused)) {
		refused = append(refused, fmt.Sprintf("%s (%s)", id, strings.Join(s.Refused[id], ", ")))
	}
	missing := strings.Join(s.Missing, ", ")
	next = "give the server what the fence needs (pid-namespace: CAP_SYS_ADMIN), or take the fence out of the catalogue's entries"
	switch {
	case len(s.Missing) == 0:
		return slog.LevelInfo, "every fence holds: " + strings.Join(s.Held, ", "), ""
	case s.None():
		return slog.LevelError, fmt.Sprintf("NO action of the catalogue can run on this host, because these fences are missing: %s; refused: %s", missing, strings.Join(refused, ", ")), next
	case len(refused) > 0:
		return slog.LevelWarn, fmt.Sprintf("these fences are missing: %s; these actions will be refused: %s", missing, strings.Join(refused, ", ")), next
	default:
		return slog.LevelWarn, fmt.Sprintf("these fences are missing: %s; no action requires them, and the register says so for each step", missing), next
	}
}
