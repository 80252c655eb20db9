package action

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"beredskab/internal/action/supervisor"
)

// placeholder gives the parameter that a whole argument stands for.
func placeholder(arg string) (name string, whole bool) {
	name, ok := strings.CutPrefix(arg, "${")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, "}")
	return name, ok && !strings.ContainsAny(name, "{}$")
}

// prepare checks an entry and works out what does not depend on the plan.
func (e *entry) prepare(forbidden []string) []string {
	var wrong []string
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if !regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`).MatchString(e.ID) {
		add("id is %s; write small letters, digits and hyphens, such as restore-sql", quote(e.ID))
	}
	if slices.Contains(probeNames(), e.ID) {
		add("id %s is the name of a built-in probe; choose another", e.ID)
	}
	if e.Description == "" {
		add("description is missing; write one line that an approver understands")
	}
	if err := e.prepareProgram(forbidden); err != nil {
		add("exec: %v", err)
	}
	for _, name := range sortedKeys(e.Params) {
		for _, text := range e.Params[name].declared() {
			add("params.%s: %s", name, text)
		}
	}
	wrong = append(wrong, e.checkArgs()...)
	wrong = append(wrong, e.checkEnv()...)
	wrong = append(wrong, e.checkFences()...)
	if d, err := time.ParseDuration(e.Timeout); err != nil || d <= 0 {
		add("timeout is %s; write the longest time that a plan may ask for, such as 3h", quote(e.Timeout))
	} else {
		e.longest = d
	}
	if e.Dir != "" && !filepath.IsAbs(e.Dir) {
		add("dir is %s; write an absolute path, or leave it out for a new folder each time", quote(e.Dir))
	}
	if err := e.prepareUser(); err != nil {
		add("user: %v", err)
	}
	return wrong
}

func (e *entry) prepareProgram(forbidden []string) error {
	if e.Exec == "" {
		return fmt.Errorf("is missing; write the absolute path of the executable")
	}
	if err := outside(e.Exec, forbidden); err != nil {
		return err
	}
	var err error
	e.program, err = inspect(e.Exec, program{})
	return err
}

func (e *entry) checkArgs() []string {
	var wrong []string
	used := map[string]bool{}
	for i, arg := range e.Args {
		name, whole := placeholder(arg)
		switch {
		case whole && e.Params[name].Type == "":
			wrong = append(wrong, fmt.Sprintf("args[%d]: %s", i, unknownText("parameter", name, sortedKeys(e.Params))))
		case whole:
			used[name] = true
		case strings.Contains(arg, "${"):
			wrong = append(wrong, fmt.Sprintf("args[%d] is %s: a parameter may only be a whole argument; split it in two", i, quote(arg)))
		case strings.ContainsRune(arg, 0):
			wrong = append(wrong, fmt.Sprintf("args[%d] holds a NUL character", i))
		}
	}
	for _, name := range sortedKeys(e.Params) {
		if !used[name] {
			wrong = append(wrong, fmt.Sprintf("params.%s is not used; add ${%s} to args or delete it", name, name))
		}
	}
	return wrong
}

func (e *entry) checkFences() []string {
	var wrong []string
	switch e.Fence {
	case "":
	case "all":
		e.Fences = supervisor.Fences()
	case "none":
		if len(e.Fences) > 0 {
			wrong = append(wrong, "fence: none and fences contradict each other; keep one")
		}
		if e.Limits != (supervisor.Limits{}) {
			wrong = append(wrong, "limits need the supervisor; delete fence: none or the limits")
		}
		if len(e.Reads)+len(e.Writes) > 0 || e.Network != "" {
			wrong = append(wrong, "reads, writes and network need the supervisor; delete fence: none or them")
		}
	default:
		wrong = append(wrong, "fence: "+unknownText("word", e.Fence, []string{"none", "all"}))
	}
	for i, name := range e.Fences {
		if !slices.Contains(supervisor.Demandable(), name) {
			wrong = append(wrong, fmt.Sprintf("fences[%d]: %s", i, unknownText("fence", name, supervisor.Demandable())))
		}
	}
	for _, path := range slices.Concat(e.Reads, e.Writes) {
		if !filepath.IsAbs(path) || filepath.Clean(path) != path {
			wrong = append(wrong, fmt.Sprintf("reads and writes: %s; write a clean absolute path", quote(path)))
		}
	}
	if e.Network != "" && e.Network != "none" {
		wrong = append(wrong, "network: "+unknownText("word", e.Network, []string{"none"}))
	}
	l := e.Limits
	for _, n := range []int{l.CPU, l.Memory, l.Files, l.Processes, l.FileSize} {
		if n < 0 || n > 1<<30 {
			wrong = append(wrong, fmt.Sprintf("limits: %d is not a limit; write a number above zero", n))
		}
	}
	return wrong
}

// prepareUser looks the account up when the catalogue is read, so that a wrong name is found before a drill needs it.
func (e *entry) prepareUser() error {
	if e.User == "" {
		return nil
	}
	u, err := user.Lookup(e.User)
	if err != nil {
		return err
	}
	groups, err := u.GroupIds()
	if err != nil {
		return err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return err
	}
	if int(uid) == os.Geteuid() {
		return nil
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("only root can run commands as %s; delete user, or run the runner as root", e.User)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return err
	}
	e.account = &supervisor.Account{UID: uint32(uid), GID: uint32(gid)}
	for _, g := range groups {
		n, err := strconv.ParseUint(g, 10, 32)
		if err != nil {
			return err
		}
		e.account.Groups = append(e.account.Groups, uint32(n))
	}
	return nil
}

// declared says what is wrong with the declaration of a parameter.
func (p param) declared() []string {
	var wrong []string
	kinds := []string{typeString, typeInt, typeBool, typeDuration, typeEnum, typePath}
	if !slices.Contains(kinds, p.Type) {
		wrong = append(wrong, unknownText("type", p.Type, kinds))
	}
	if _, err := regexp.Compile(p.Pattern); err != nil {
		wrong = append(wrong, fmt.Sprintf("pattern: %v", err))
	}
	if (p.Type == typeEnum) != (len(p.Values) > 0) {
		wrong = append(wrong, "values belong to type: enum, and an enum needs them")
	}
	if p.Type == typePath && (!filepath.IsAbs(p.Under) || filepath.Clean(p.Under) != p.Under) {
		wrong = append(wrong, "under is missing; write the clean absolute folder that the path must lie in")
	}
	if p.Type != typePath && p.Under != "" {
		wrong = append(wrong, "under belongs to type: path")
	}
	if p.MaxLength < 0 || p.MaxLength > 32<<10 {
		wrong = append(wrong, "max_length: write a number from 1 to 32768")
	}
	if len(wrong) == 0 && p.Default != "" {
		if text := p.check(p.Default); text != "" {
			wrong = append(wrong, "default "+text)
		}
	}
	return wrong
}

// argv puts checked values in the place of their placeholders. A value is never split, joined or read again.
func (e *entry) argv(v values) []string {
	argv := []string{e.Exec}
	for _, arg := range e.Args {
		if name, whole := placeholder(arg); whole {
			arg = v[name]
		}
		argv = append(argv, arg)
	}
	return argv
}
