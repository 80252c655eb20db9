package rights

import (
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/matrix"
)

// TestFill holds who is whom a plan names: by the role that the word means, in its
// scope, or by any role for the team of that name.
func TestFill(t *testing.T) {
	b := town(Delegation{Of: "p-2", To: "p-10", From: day(2, 1), Until: day(4, 1), Reason: "leave", GivenBy: "p-2"})
	for name, c := range map[string]struct {
		who   string
		words []string
		on    Object
		at    time.Time
		want  string // the basis, or what the refusal says
	}{
		"the owner":                          {"p-2", []string{"systemejer"}, esdh(), day(3, 1), "system owner"},
		"of another system":                  {"p-2", []string{"systemejer"}, Object{Scope: Scope{System: "omsorg"}}, day(3, 1), "answering step x is for the system owner for omsorg; you hold system owner for esdh"},
		"for whom he was delegated":          {"p-10", []string{"systemejer"}, esdh(), day(3, 1), "system owner on behalf of p-2"},
		"when the delegation is over":        {"p-10", []string{"systemejer"}, esdh(), day(5, 1), "you hold no role"},
		"the deputy by his own role":         {"p-9", []string{"it-chef"}, esdh(), day(3, 1), "IT manager on behalf of p-1"},
		"the deputy that the files name":     {"p-3", []string{"it-chef", "oevelsesleder"}, esdh(), day(3, 1), "continuity coordinator"},
		"a team":                             {"p-5", []string{"database"}, esdh(), day(3, 1), "technical team"},
		"another team":                       {"p-5", []string{"netvaerk"}, esdh(), day(3, 1), `is for whoever has a role for the team "netvaerk"; you hold technical team for database`},
		"a mailbox gives nobody anything":    {"p-2", []string{"p-2@example.dk"}, esdh(), day(3, 1), "whoever has a role"},
		"a name gives nobody anything":       {"p-2", []string{"Rolle p-2"}, esdh(), day(3, 1), "whoever has a role"},
		"disabled":                           {"p-8", []string{"systemejer"}, Object{Scope: Scope{Unit: "Teknik"}}, day(7, 1), "you were disabled on 2026-06-01"},
		"nobody":                             {"p-77", []string{"systemejer"}, esdh(), day(3, 1), `"p-77" is not registered`},
		"before anybody was registered":      {"p-77", []string{"systemejer"}, esdh(), day(1, 1).Add(-1), "no people registered yet"},
		"either of the words says who could": {"p-7", []string{"it-chef", "sundhed"}, esdh(), day(3, 1), `for the IT manager or whoever has a role for the team "sundhed"; you hold auditor`},
	} {
		basis, err := b.Fill(c.who, c.words, c.on, "answering step x", c.at)
		got := basis.String()
		if err != nil {
			got = err.Error()
		}
		if (err != nil) != errors.Is(err, ErrNotAllowed) || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if basis, err := b.Fill("p-7", []string{string(matrix.SystemOwner)}, esdh(), "answering", day(3, 1)); err == nil {
		t.Errorf("an auditor is a system owner by %v", basis)
	}
}
