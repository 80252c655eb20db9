package supervisor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// groups is where Linux keeps its control groups.
const groups = "/sys/fs/cgroup"

// group bounds the memory and the processes of a whole command by a control group, and knows whether a bound was met (F25). In version
// 2 it is one folder, in version 1 one for each controller.
type group struct {
	limits Limits
	dirs   []string
	procs  []*os.File // where the command's PID is written; opened before the fences that would forbid it
}

// homes gives, by controller, the folder in which groups can be made; the controller of version 2 is empty. text is /proc/self/cgroup.
// There is one where the kernel, or who runs us, has given us a folder of groups, as a unit does with Delegate=memory pids and
// DelegateSubgroup=.
func homes(text string) map[string]string {
	list := map[string]string{}
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(parts) != 3:
		case parts[1] == "memory" || parts[1] == "pids":
			list[parts[1]] = filepath.Join(groups, parts[1], parts[2])
		case parts[1] == "":
			// A group that holds processes hands no controllers down, so that ours stand beside the server's.
			list[""] = filepath.Join(groups, filepath.Dir(parts[2]))
		}
	}
	if two := list[""]; handsDown(two) {
		return map[string]string{"": two}
	}
	delete(list, "")
	return list
}

// handsDown says whether a folder of version 2 was given to us and gives memory and pids to the groups in it; where it does not yet, it is
// made to, because systemd leaves that to whoever it delegates to. Root could write to any, so that it needs systemd's word.
func handsDown(dir string) bool {
	if dir == "" {
		return false
	}
	word := make([]byte, 8)
	if n, err := unix.Getxattr(dir, "user.delegate", word); os.Geteuid() == 0 && (err != nil || string(word[:n]) != "1") {
		return false
	}
	file := filepath.Join(dir, "cgroup.subtree_control")
	for range 2 {
		control, err := os.ReadFile(file)
		if given := strings.Fields(string(control)); err == nil && slices.Contains(given, "memory") && slices.Contains(given, "pids") {
			return true
		}
		_ = os.WriteFile(file, []byte("+memory +pids"), 0)
	}
	return false
}

// newGroup makes the group of a command.
func newGroup(homes map[string]string, l Limits) (*group, error) {
	g := &group{limits: l}
	for _, one := range []struct {
		controller, file string
		value            int
	}{
		{"memory", "memory.limit_in_bytes", l.Memory << 20},
		{"pids", "pids.max", l.Processes},
	} {
		if one.value == 0 {
			continue
		}
		home := homes[one.controller]
		if two := homes[""]; two != "" {
			home, one.file = two, one.controller+".max"
		}
		if home == "" {
			return nil, errors.Join(fmt.Errorf("there is no control group for %s", one.controller), g.remove())
		}
		if err := g.make(home, one.file, one.value); err != nil {
			return nil, errors.Join(fmt.Errorf("making a control group: %w", err), g.remove())
		}
	}
	return g, nil
}

func (g *group) make(home, file string, value int) error {
	dir := filepath.Join(home, "beredskab-step-"+strconv.Itoa(os.Getpid()))
	sweepGroups(home)
	err := os.Mkdir(dir, 0o755)
	if err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err == nil {
		g.dirs = append(g.dirs, dir)
		procs, err := os.OpenFile(filepath.Join(dir, "cgroup.procs"), os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		g.procs = append(g.procs, procs)
	}
	return os.WriteFile(filepath.Join(dir, file), []byte(strconv.Itoa(value)), 0)
}

// sweepGroups removes the groups of supervisors that were killed.
func sweepGroups(home string) {
	names, _ := filepath.Glob(filepath.Join(home, "beredskab-step-*"))
	for _, name := range names {
		pid, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
		if err == nil && unix.Kill(pid, 0) == unix.ESRCH {
			_ = os.Remove(name)
		}
	}
}

// add puts a process into the group.
func (g *group) add(pid int) error {
	if g == nil {
		return nil
	}
	for _, procs := range g.procs {
		if _, err := procs.WriteString(strconv.Itoa(pid)); err != nil {
			return fmt.Errorf("entering the control group: %w", err)
		}
	}
	return nil
}

// met says in words which bounds the command has met.
func (g *group) met() string {
	if g == nil {
		return ""
	}
	text := ""
	if g.count("memory.events", "oom_kill")+g.count("memory.oom_control", "oom_kill") > 0 {
		text += fmt.Sprintf("; it was out of its memory of %d MiB", g.limits.Memory)
	}
	if g.count("pids.events", "max") > 0 {
		text += fmt.Sprintf("; it met its limit of %d processes", g.limits.Processes)
	}
	return text
}

// count reads one counter of the group.
func (g *group) count(file, name string) int {
	for _, dir := range g.dirs {
		text, _ := os.ReadFile(filepath.Join(dir, file))
		for line := range strings.Lines(string(text)) {
			if value, ok := strings.CutPrefix(line, name+" "); ok {
				n, _ := strconv.Atoi(strings.TrimSpace(value))
				return n
			}
		}
	}
	return 0
}

// remove tries for a moment: the kernel takes its time with processes that have just ended.
func (g *group) remove() error {
	if g == nil {
		return nil
	}
	var err error
	for _, procs := range g.procs {
		_ = procs.Close()
	}
	for _, dir := range g.dirs {
		for range 20 {
			if err = os.Remove(dir); !errors.Is(err, unix.EBUSY) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return err
}
