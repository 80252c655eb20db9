package installed

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beredskab/internal/proof"
	"beredskab/plans"
)

// TestReleasedProgram looks at the program as it is released.
func TestReleasedProgram(t *testing.T) {
	program := proof.Binary(t, "")
	t.Run("alarms", func(t *testing.T) { alarms(t, program) })
	t.Run("supply chain", func(t *testing.T) { supplyChain(t, program) })
	t.Run("modes and secrets", func(t *testing.T) { modesAndSecrets(t, program) })
}

// modesAndSecrets is S17: whatever the umask, nobody else may read what the
// program writes into its folder, two installations have nothing secret in
// common, and no secret of the settings is found in the raw files, neither before
// nor after another start of the program.
func modesAndSecrets(t *testing.T, program string) {
	var keys [2][]byte
	loose, told, files := 0, 0, 0
	for i := range keys {
		dir, canary := installation(t)
		for range 2 {
			t.Run("serve", func(t *testing.T) {
				serve(t, program, dir)
				hold(t, program, dir)
			})
		}
		found := open(t, filepath.Join(dir, "state"))
		loose += len(found)
		for _, name := range found {
			t.Errorf("others may use %s", name)
		}
		n, with := holding(t, filepath.Join(dir, "state"), canary)
		files, told = files+n, told+len(with)
		for _, name := range with {
			t.Errorf("a secret of the settings stands in %s", name)
		}
		var err error
		if keys[i], err = os.ReadFile(filepath.Join(dir, "state", "node.key")); err != nil {
			t.Error(err)
		}
		control(t, dir, canary)
	}
	if bytes.Equal(keys[0], keys[1]) {
		t.Error("two installations have the same key")
	}
	proof.Report(t, proof.Figure{
		ID: "S17", What: "modes with umask 000, keys and secrets of two installations, started twice", Count: files, Unit: "files", Failed: loose + told,
		Found: fmt.Sprintf("%d others may read, %d with a secret, keys differ", loose, told), Control: "a loose file and the secret's own file were found",
	})
}

// installation is a folder with the sample's plans and a channel with a secret.
func installation(t *testing.T) (dir, canary string) {
	t.Helper()
	dir, canary = t.TempDir(), "whsec_"+base64.StdEncoding.EncodeToString([]byte(rand.Text()+rand.Text()))
	if err := os.CopyFS(filepath.Join(dir, "plans"), plans.Files); err != nil {
		t.Fatal(err)
	}
	settings := "node: one\nchannels: [{name: krog, kind: webhook, url: 'http://127.0.0.1:9/', secret_files: [hook-key]}]\n"
	for name, text := range map[string]string{"beredskab.yaml": settings, "hook-key": canary} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, canary
}

// hold starts a drill, so that there is something to write and to tell.
func hold(t *testing.T, program, dir string) {
	t.Helper()
	cmd := exec.Command(program, "--dir", filepath.Join(dir, "state"), "--plans", filepath.Join(dir, "plans"), "drill", "start", "esdh", "gendan-fra-backup")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil && !strings.Contains(string(out), "already") {
		t.Errorf("starting a drill: %v\n%s", err, out)
	}
}

// open lists what others than the owner may use.
func open(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode()&0o077 != 0 && info.Mode()&fs.ModeSymlink == 0 {
			found = append(found, fmt.Sprintf("%s (%v)", name, info.Mode()))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// holding counts the files of a folder and lists those that hold a text.
func holding(t *testing.T, dir, text string) (files int, with []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		if files++; bytes.Contains(content, []byte(strings.TrimPrefix(text, "whsec_"))) {
			with = append(with, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, with
}

// control shows that both looks can see.
func control(t *testing.T, dir, canary string) {
	t.Helper()
	planted := filepath.Join(dir, "planted")
	must(t, "sh", "-c", "umask 000 && mkdir "+planted+" && echo > "+planted+"/file")
	if len(open(t, planted)) != 2 {
		t.Error("control: loose files were not seen")
	}
	if _, with := holding(t, dir, canary); len(with) != 1 || filepath.Base(with[0]) != "hook-key" {
		t.Errorf("control: the secret is found in %v, want its own file only", with)
	}
}
