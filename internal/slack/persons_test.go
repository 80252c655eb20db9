package slack

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/outbox"
)

// TestMessageToAPerson: who is known by his mailbox gets the question as a message of
// his own, with a button for each answer; who is not is left to another channel.
func TestMessageToAPerson(t *testing.T) {
	f := newFakeSlack(t)
	f.user("U7", "ejer", "systemejer@kommune.example", "da-DK")
	s, err := New(Options{Token: "xoxb-test", APIURL: f.URL})
	posted := sender(t, s, err)
	n := outbox.Sample(outbox.Request, "da", false)
	for range 2 {
		if r := trySend(t, posted, n); r.Outcome != outbox.Accepted {
			t.Fatalf("receipt %+v", r)
		}
	}
	var asked []string
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		asked = append(asked, c.Method)
		if c.Method != "chat.postMessage" {
			continue
		}
		if c.Fields["channel"] != "DU7" {
			t.Errorf("posted in %q", c.Fields["channel"])
		}
		var blocks []struct {
			ID       string `json:"block_id"`
			Elements []struct {
				Action string `json:"action_id"`
				Value  string `json:"value"`
			} `json:"elements"`
		}
		if err := json.Unmarshal([]byte(c.Fields["blocks"]), &blocks); err != nil {
			t.Fatal(err)
		}
		var buttons []string
		for _, b := range blocks {
			if b.ID == "ask/41" {
				for _, e := range b.Elements {
					buttons = append(buttons, e.Action+" "+e.Value)
				}
			}
		}
		want := []string{"yes 2026-07/bekraeft-data", "no 2026-07/bekraeft-data", "take 2026-07/bekraeft-data", "pass 2026-07/bekraeft-data", "open "}
		if !slices.Equal(buttons, want) {
			t.Errorf("buttons %q, want %q", buttons, want)
		}
	}
	if want := []string{"users.lookupByEmail", "conversations.open", "chat.postMessage", "chat.postMessage"}; !slices.Equal(asked, want) {
		t.Errorf("asked Slack %v, want %v: whom one has found is known", asked, want)
	}
	f.mu.Unlock()
	defer f.mu.Lock()
	n.Address = "ukendt@kommune.example"
	if r := trySend(t, posted, n); r.Outcome != outbox.GiveUp || !strings.Contains(r.Detail, "another channel") {
		t.Errorf("somebody whom Slack does not know: %+v", r)
	}
}

// TestManifestAsksForWhatIsUsed: each method of Slack's that the package calls has its
// scope in the manifest, and no scope is asked for that none of them needs.
func TestManifestAsksForWhatIsUsed(t *testing.T) {
	needs := map[string]string{
		"PostMessageContext": "chat:write", "UpdateMessageContext": "chat:write", "PostEphemeralContext": "chat:write",
		"OpenConversationContext": "im:write", "GetUserByEmailContext": "users:read.email", "GetUserInfoContext": "users:read",
		"SlashCommand": "commands", "AuthTestContext": "", "OpenViewContext": "", "PublishViewContext": "",
	}
	used := map[string]bool{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		text, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), e.Name(), text, 0); err != nil {
			t.Fatal(err)
		}
		for method, scope := range needs {
			if scope != "" && strings.Contains(string(text), method) {
				used[scope] = true
			}
		}
	}
	for _, scope := range scopes() {
		if !used[scope] {
			t.Errorf("the scope %s is asked for, and nothing needs it", scope)
		}
		delete(used, scope)
	}
	for scope := range used {
		t.Errorf("the scope %s is needed, and not asked for", scope)
	}
	for origin, socket := range map[string]bool{"": true, "https://beredskab.kommune.example": false} {
		text, err := Manifest("Beredskab", origin)
		if err != nil {
			t.Fatal(err)
		}
		var m struct {
			Settings struct {
				Socket        bool `json:"socket_mode_enabled"`
				Interactivity struct {
					URL string `json:"request_url"`
				} `json:"interactivity"`
			} `json:"settings"`
		}
		if err := json.Unmarshal(text, &m); err != nil || m.Settings.Socket != socket || (m.Settings.Interactivity.URL == "") != socket {
			t.Errorf("%q: %v\n%s", origin, err, text)
		}
	}
}
