package installed

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"beredskab/internal/proof"
	"beredskab/plans"
)

type alarmFile struct {
	Groups []struct {
		Name  string
		Rules []struct {
			Alert, Expr, For    string
			Labels, Annotations map[string]string
		}
	}
}

// alarms holds each alarm to a figure that a running server really gives, and
// to a section of the operator's guide; and the guide to the alarms.
func alarms(t *testing.T, program string) {
	var file alarmFile
	readYAML(t, "templates/deploy/alerts/beredskab.rules.yaml", &file)
	given := figures(t, program)
	sections := regexp.MustCompile(`(?m)^### (Beredskab\w+)\n\n(\S[^\n]+)`).FindAllStringSubmatch(read(t, "docs/operate.md"), -1)
	var explained, named []string
	for _, s := range sections {
		explained = append(explained, s[1])
	}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			named = append(named, rule.Alert)
			if rule.Annotations["summary"] == "" || !slices.Contains([]string{"critical", "warning"}, rule.Labels["severity"]) {
				t.Errorf("%s has no summary, or no severity", rule.Alert)
			}
			for _, m := range regexp.MustCompile(`beredskab_\w+(\{[^}]*\})?`).FindAllString(rule.Expr, -1) {
				if !gives(given, m) {
					t.Errorf("%s asks for %s, which the server does not give", rule.Alert, m)
				}
			}
		}
	}
	if len(named) < 10 || !slices.Equal(sorted(named), sorted(explained)) {
		t.Errorf("alarms: %v\nsections of docs/operate.md: %v", sorted(named), sorted(explained))
	}
	if gives(given, "beredskab_no_such_figure") || gives(given, `beredskab_nodes{state="asleep"}`) {
		t.Error("control: a figure that is not given was found")
	}
}

// gives says whether the figures hold this one, with its labels.
func gives(figures, metric string) bool {
	name, labels, _ := strings.Cut(strings.TrimSuffix(metric, "}"), "{")
	for line := range strings.Lines(figures) {
		if rest, ok := strings.CutPrefix(line, name); ok && (rest[0] == ' ' || rest[0] == '{') && strings.Contains(rest, labels) {
			return true
		}
	}
	// The figures of channels are there when a message waits, or one is listened to.
	return strings.Contains(figures, "beredskab_build_info") && labels == "" &&
		slices.Contains([]string{"beredskab_messages_owed", "beredskab_message_oldest_timestamp_seconds", "beredskab_messages_refused", "beredskab_messages_overdue", "beredskab_channel_connected"}, name)
}

// figures starts the program on the sample municipality and asks it.
func figures(t *testing.T, program string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "plans"), plans.Files); err != nil {
		t.Fatal(err)
	}
	address := serve(t, program, dir)
	answer, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || len(body) == 0 {
		t.Fatal("no figures", err)
	}
	return string(body)
}

// serve starts the program in a folder that holds plans, with a umask that
// forbids nothing, waits until it is ready, and stops it at the test's end.
func serve(t *testing.T, program, dir string) (address string) {
	t.Helper()
	address = free(t)
	cmd := exec.Command("sh", "-c", `umask 000 && exec "$@"`, "sh", program, "--dir", filepath.Join(dir, "state"), "--plans", filepath.Join(dir, "plans"), "serve")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "BEREDSKAB_LISTEN="+address)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	if !proof.Await(patience, func() bool {
		answer, err := http.Get("http://" + address + "/readyz")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}) {
		t.Fatalf("the server never got ready:\n%s", said.String())
	}
	return address
}

// free gives an address that nobody listens at.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return fmt.Sprint(l.Addr())
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// read gives a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(proof.Root(t), name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, name)), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
