package installed

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"beredskab/internal/hamlet"
	"beredskab/internal/proof"
)

// TestPackageOnACleanMachine types the operator's guide into a Debian that has
// nothing else on it: install, first start, drill, backup, upgrade with a command
// in hand, removal and a second installation. systemd is the real one, so the
// units' hardening and the maintainer scripts are what is tried.
func TestPackageOnACleanMachine(t *testing.T) {
	if proof.Size(0, 1, 1) == 0 {
		checkUnits(t) // the rest takes a Debian
		return
	}
	checkUnits(t)
	old, newer := packages(t, "deb")
	m := boot(t)
	m.take(old)
	m.page("install")
	m.installedRight()
	m.ready()
	m.plans()
	m.page("settings")
	m.ready()
	m.credential()
	m.until("the plan", asUser("beredskab plan list | grep -q proeve"))

	first := m.drill("one")
	m.take(newer)
	before := m.run("systemctl show -p MainPID --value beredskab.service")
	m.page("upgrade")
	if after := m.run("systemctl show -p MainPID --value beredskab.service"); after == before {
		t.Error("the upgrade did not restart the server")
	}
	m.ready()
	m.survived("one", first)
	m.page("backup")

	// The control: a unit that is stopped with all its processes must be seen to kill
	// the command, or the test could not see it above.
	second := m.drill("two")
	const dropIn = "/run/systemd/system/beredskab.service.d"
	m.write(dropIn+"/control.conf", "[Service]\nKillMode=control-group\n", 0o644)
	m.run("systemctl daemon-reload; systemctl restart beredskab.service; rm -r " + dropIn + "; systemctl daemon-reload")
	if _, err := m.try("kill -0 " + second); err == nil {
		t.Error("control: the command survived KillMode=control-group; the harness is blind")
	}
	m.ready()
	m.page("pages")
	m.removed()
	proof.Report(t, proof.Figure{
		ID: "F34", What: "package on a clean Debian", Count: 1, Unit: "install, drill, upgrade in mid-drill, backup, remove and reinstall",
		Found: "0 commands lost, 0 second starts, data kept", Control: "KillMode=control-group killed the command",
	})
}

// packages builds the packages twice, the second with a higher version, and gives
// those of one kind.
func packages(t *testing.T, kind string) (old, newer string) {
	t.Helper()
	for _, version := range []string{"1.0.0", "1.1.0"} {
		folder := t.TempDir()
		must(t, ".ci/package", folder, version)
		found, err := filepath.Glob(filepath.Join(folder, "*."+kind))
		if err != nil || len(found) != 1 {
			t.Fatalf("%v, %v", found, err)
		}
		old, newer = newer, found[0]
	}
	return old, newer
}

// take puts a package, and no other, where the guide is typed.
func (m *machine) take(deb string) {
	m.t.Helper()
	m.run("rm -f /root/*.deb")
	content, err := os.ReadFile(deb)
	if err != nil {
		m.t.Fatal(err)
	}
	m.write("/root/"+filepath.Base(deb), string(content), 0o644)
}

// page types every line of the guide's blocks with that mark.
func (m *machine) page(mark string) {
	m.t.Helper()
	lines := blocks(m.t, "sh "+mark)
	if len(lines) == 0 {
		m.t.Fatalf("the guide has no block %q", mark)
	}
	for _, line := range lines {
		m.run(line)
	}
}

// blocks gives the lines of docs/operate.md's blocks with that opening.
func blocks(t *testing.T, opening string) (lines []string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(proof.Root(t), "docs/operate.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(page), "```"+opening+"\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		lines = append(lines, strings.Split(strings.TrimSpace(text), "\n")...)
	}
	return lines
}

func asUser(line string) string { return "cd / && runuser -u beredskab -- " + line }

// ready waits until the server says that it can do its work, and has no doubt.
func (m *machine) ready() {
	m.t.Helper()
	said := m.until("ready", `exec 3<>/dev/tcp/127.0.0.1/8372 && printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3 && cat <&3 | tee /tmp/ready | grep -q '200 OK' && cat /tmp/ready`)
	if strings.Contains(said, "note:") {
		m.t.Errorf("the server has doubts about its host:\n%s", said)
	}
}

// asInstalled looks at owners and modes of what matters, and at the manual page;
// both packages must answer installedAs.
const (
	asInstalled = `stat -c '%n %U:%G %a' /etc/beredskab /etc/beredskab/*.yaml /var/lib/beredskab /usr/bin/beredskab /usr/share/man/man1/beredskab.1.gz &&
zcat /usr/share/man/man1/beredskab.1.gz | grep -c -e '^\.TH BEREDSKAB 1 ' -e '^\.SH NAME$' -e '^\.SH EXIT STATUS$'`
	installedAs = `/etc/beredskab root:root 755
/etc/beredskab/actions.yaml root:beredskab 640
/etc/beredskab/beredskab.yaml root:beredskab 640
/var/lib/beredskab beredskab:beredskab 700
/usr/bin/beredskab root:root 755
/usr/share/man/man1/beredskab.1.gz root:root 644
3
`
)

// installedRight looks at owners and modes.
func (m *machine) installedRight() {
	m.t.Helper()
	if got := m.run(asInstalled); got != installedAs {
		m.t.Errorf("installed:\n%swant:\n%s", got, installedAs)
	}
	if loose := m.run("find /var/lib/beredskab -perm /077 -not -type l"); loose != "" {
		m.t.Errorf("others can read:\n%s", loose)
	}
	if said := m.run("systemd-analyze verify /usr/lib/systemd/system/beredskab*.service /usr/lib/systemd/system/beredskab-backup.timer 2>&1 | grep -v DelegateSubgroup || true"); said != "" {
		m.t.Errorf("systemd-analyze verify:\n%s", said)
	}
	m.run("systemd-analyze security --no-pager --threshold=50 beredskab.service")
	m.run("systemd-analyze security --no-pager --threshold=20 beredskab-backup.service")
}

// credential follows the guide to a password for PostgreSQL and shows that the
// server, and nobody else, gets it. The register stays on SQLite here.
func (m *machine) credential() {
	m.t.Helper()
	m.page("postgres")
	m.run("systemctl restart beredskab.service")
	m.ready()
	m.run(`pid=$(systemctl show -p MainPID --value beredskab.service)
file=$(tr '\0' '\n' < /proc/$pid/environ | sed -n 's/^BEREDSKAB_DATABASE_PASSWORD_FILE=//p')
test "$(nsenter -t $pid -m cat "$file")" = written-by-you`)
	if out, err := m.try(asUser("cat /etc/beredskab/database-password")); err == nil {
		m.t.Errorf("the user of the server reads the password's file: %s", out)
	}
}

// plans adds a system whose restore tells that it was started, and then waits.
func (m *machine) plans() {
	m.t.Helper()
	organisation := m.run("cat /srv/beredskab/plans/organisation.yaml")
	team := regexp.MustCompile(`(?m)^teams:\n(?:.*\n)*?.*id: ([a-z-]+)`).FindStringSubmatch(organisation)
	if team == nil {
		m.t.Fatal("no team in organisation.yaml")
	}
	m.write("/srv/beredskab/plans/proeve.yaml", plan(team[1]), 0o644)
	m.write("/etc/beredskab/actions.yaml", actions, 0o640)
	m.run("chown root:beredskab /etc/beredskab/actions.yaml")
}

const actions = `version: 1
actions:
  - id: hold
    description: Tell that the restore was started, and wait for the word to end
    exec: /bin/sh
    args: [-c, 'echo $$ >> /tmp/started-"$1"; until [ -e /tmp/go-"$1" ]; do sleep 0.1; done; echo done', sh, "${name}"]
    params:
      name: {type: string, pattern: "[a-z]+"}
    timeout: 30m
    fence: all
`

// plan is that of a system whose commands are held until the test lets them go.
func plan(team string) string {
	step := func(id string) string {
		return fmt.Sprintf("id: %[1]s, title: Gendan, team: %[2]s, estimate: 1m, action: hold, with: {name: %[1]s}, timeout: 20m", id, team)
	}
	return hamlet.System{ID: "proeve", Steps: []string{step("one"), step("two")}, Drills: []string{
		"id: one, title: Gendan, type: restore, allow_parallel: true, steps: [one]",
		"id: two, title: Gendan, type: restore, allow_parallel: true, steps: [two]",
	}}.Plan()
}

// drill starts a drill through the command line and gives the PID of its command.
func (m *machine) drill(name string) string {
	m.t.Helper()
	m.run(asUser("beredskab drill start proeve " + name))
	m.until("the command", "test -s /tmp/started-"+name)
	// The command sees the processes of its own namespace only.
	return strings.TrimSpace(m.until("the command's process",
		`for p in /proc/[0-9]*; do cat $p/cmdline 2>/dev/null | tr '\0' ' ' | grep -q ' sh `+name+` $' && echo ${p#/proc/}; done | grep .`))
}

// survived shows that the command is the same, ends well and was started once.
func (m *machine) survived(name, pid string) {
	m.t.Helper()
	m.run("kill -0 " + pid)
	m.run("touch /tmp/go-" + name)
	m.until("the verdict", asUser("beredskab drill list --json | tr -d ' \\n' | grep -q '\"verdict\":\"passed\"'"))
	if starts := m.run("wc -l < /tmp/started-" + name); strings.TrimSpace(starts) != "1" {
		m.t.Errorf("the command was started %s times", starts)
	}
}

// removed shows that removal and purge keep the register, and that a second
// installation finds it.
func (m *machine) removed() {
	m.t.Helper()
	m.page("remove")
	if _, err := m.try("systemctl is-active beredskab.service || grep -lx beredskab /proc/[0-9]*/comm"); err == nil {
		m.t.Error("something runs after the removal")
	}
	m.run("test -s /var/lib/beredskab/register.db && test -e /etc/beredskab/beredskab.yaml")
	said := m.run("dpkg --purge beredskab")
	if !strings.Contains(said, "the register stays in /var/lib/beredskab") {
		m.t.Errorf("purge does not say where the register is:\n%s", said)
	}
	m.run("test -s /var/lib/beredskab/register.db && test ! -e /etc/beredskab/beredskab.yaml")
	m.run("apt-get install --yes ./beredskab_*.deb")
	if list := m.run(asUser("beredskab drill list")); !strings.Contains(list, "proeve") {
		m.t.Errorf("the drill is not in the register after the second installation:\n%s", list)
	}
	m.run("systemctl enable --now beredskab.service")
	m.ready()
}
