package installed

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beredskab/internal/proof"
)

// checkUnits holds the units to what the program's promises need of them. That
// systemd takes them is shown on the clean machine.
func checkUnits(t *testing.T) {
	t.Helper()
	server, runner := unit(t, "beredskab.service"), unit(t, "beredskab-runner@.service")
	for _, want := range []string{
		"KillMode=process", // F34: a restart leaves the supervisors alone
		"Delegate=memory pids",
		"OOMPolicy=continue",  // F25: a step's hunger is its own
		"Restart=on-failure",  // F13: it ends when the disk fails
		"User=beredskab",      //
		"UMask=0077",          // S17
		"NoNewPrivileges=yes", //
		`ExecReload=/bin/sh -c 'kill -HUP $MAINPID'`,
	} {
		if !slices.Contains(server, want) {
			t.Errorf("beredskab.service lacks %s", want)
		}
	}
	for _, line := range server {
		for _, breaks := range []string{"RestrictNamespaces=", "PrivateUsers=", "PrivateTmp=", "ProtectControlGroups=", "ProtectKernelTunables=", "ProtectKernelLogs=", "ProtectProc="} {
			if strings.HasPrefix(line, breaks) {
				t.Errorf("%s takes a fence or a folder from the steps", line)
			}
		}
	}
	if one, other := below(server), below(runner); !slices.Equal(one, other) {
		t.Errorf("the runner's hardening differs from the server's:\n%s\n%s", strings.Join(one, "\n"), strings.Join(other, "\n"))
	}
}

// unit gives the settings of a unit.
func unit(t *testing.T, name string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(proof.Root(t), "templates/deploy/systemd", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// below are the settings from the way of stopping on.
func below(lines []string) []string { return lines[slices.Index(lines, "KillMode=process"):] }
