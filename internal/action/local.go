package action

import (
	"context"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"beredskab/internal/action/supervisor"
)

// Options are what New needs.
type Options struct {
	Catalogue  *Catalogue // nil: probes only
	Allow      Allow      // targets of probes
	Spool      string     // absolute folder of its own, mode 0700, on a disk that survives power loss
	Supervisor []string   // argv of Supervise in our own binary, such as /proc/self/exe supervise
	// Started reports the process of an attempt once it exists; the zero Process for a probe. The attempt row then becomes running.
	// The Request names the attempt and its epoch; With and Timeout are not repeated.
	Started func(Request, Process)
	// OpenSQL opens a named target of the configuration for reading: SQLite with mode=ro&_query_only=1, PostgreSQL as a role that may
	// only read. The handle stays the caller's and is not closed here.
	OpenSQL func(target string) (*sql.DB, error)
	Roots   *x509.CertPool // trusted roots of http and tls probes, nil for the system's
	// Hidden are files and folders of the program's own that no command sees where the host can hide them: the register, its keys, and
	// the secrets of the settings. The spool and the catalogue's secrets are hidden anyway. Patterns of filepath.Glob.
	Hidden []string
	Grace  time.Duration // between SIGTERM and SIGKILL, 10 s if zero (F22)

	withoutNamespace bool // tests: behave as where the kernel refuses PID namespaces
}

// Local carries out steps on this machine. It is safe for concurrent use.
type Local struct {
	options Options
	host    *supervisor.Host
	spoolID string

	mu       sync.Mutex
	programs map[string]program // by path: executables that were hashed already
}

var _ Runner = (*Local)(nil)

// New checks the spool and the allow-list.
func New(o Options) (*Local, error) {
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	if o.Catalogue == nil {
		o.Catalogue = &Catalogue{}
	}
	if o.Started == nil {
		o.Started = func(Request, Process) {}
	}
	if len(o.Supervisor) == 0 {
		o.Supervisor = []string{"/proc/self/exe", "supervise"}
	}
	if err := o.Allow.validate(); err != nil {
		return nil, err
	}
	for _, pattern := range o.Hidden {
		if _, err := filepath.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("hidden %q: %w", pattern, err)
		}
	}
	l := &Local{options: o, programs: map[string]program{}}
	var err error
	l.host, err = supervisor.Open(supervisor.Options{
		Spool: o.Spool, Argv: o.Supervisor, Started: l.started, WithoutNamespace: o.withoutNamespace,
	})
	if err != nil {
		return nil, err
	}
	for _, e := range o.Catalogue.entries {
		l.programs[e.Exec] = e.program
	}
	l.spoolID = l.host.SpoolID() + "-" + o.Catalogue.traceless()
	return l, nil
}

// Run carries out one attempt and blocks until its end.
//
// A context cancelled with cause ErrAbort ends the step with outcome Aborted. Any other cancellation, ErrDetach above all, leaves a
// supervised command running and returns ErrDetached; an unsupervised command (fence: none) is killed and its outcome is
// Aborted; a probe is dropped with ErrDetached, and Adopt simply asks it again. Errors that match ErrRefused mean that nothing
// was started, ErrStarted that the spool knows the attempt already, ErrUnknown that nobody can tell what happened.
func (l *Local) Run(ctx context.Context, r Request) (Result, error) {
	if r.Timeout <= 0 {
		return supervisor.Refuse(errors.New("every automatic step needs a timeout above zero"))
	}
	if slices.Contains(probeNames(), r.Action) {
		return l.runProbe(ctx, r)
	}
	e, c, err := l.command(r)
	if err != nil {
		return supervisor.Refuse(err)
	}
	if err := ctx.Err(); err != nil {
		return supervisor.Refuse(context.Cause(ctx))
	}
	if e.Fence == "none" {
		return l.host.RunPlain(ctx, c)
	}
	return l.host.Run(ctx, c)
}

// started passes a process on to the caller.
func (l *Local) started(a supervisor.Attempt, p Process) {
	l.options.Started(Request{Run: a.Run, Step: a.Step, Attempt: a.Number, Epoch: a.Epoch, Action: a.Action}, p)
}

// Adopt finds an attempt after a restart of the server and never starts a command. A probe changes nothing, so it is simply asked
// again. For a command: if it has ended, its true result comes from the spool with Recovered set (F3); if its supervisor
// lives, Adopt waits for it as Run does (F1); otherwise the outcome is Unknown, with the output as far as it was kept,
// and the error matches ErrUnknown (F2), and also ErrNotStarted when the spool proves that nothing was started. A command without a
// supervisor (fence: none) leaves no trace in the spool, so that it is always merely unknown.
func (l *Local) Adopt(ctx context.Context, r Request) (Result, error) {
	if slices.Contains(probeNames(), r.Action) {
		return l.Run(ctx, r)
	}
	if l.options.Catalogue.entries[r.Action].Fence == "none" {
		err := fmt.Errorf("%w: it ran without a supervisor (fence: none), which leaves no trace", ErrUnknown)
		return Result{Outcome: Unknown, Message: supervisor.OneLine(err.Error())}, err
	}
	return l.host.Adopt(ctx, r.attempt())
}

// SpoolID names the memory of what was started here. It changes when the spool is emptied, copied or restored, because the traces
// of what was started since are then missing, and when other commands of the catalogue go without a supervisor, because what
// such a command has done would otherwise look as if it had never been started once a supervisor is asked for again.
func (l *Local) SpoolID() string { return l.spoolID }

// Close lets the supervisor go that waits for the next command. It touches no command that runs.
func (l *Local) Close() { l.host.Close() }

// Check says what is wrong with an action and its values, without touching any target.
func (l *Local) Check(action string, with map[string]string) []Problem {
	if slices.Contains(probeNames(), action) {
		_, problems := l.probe(action, with)
		return problems
	}
	_, _, problems := l.resolve(action, with)
	return problems
}

// Preview gives the argument list that an approver sees, executable first; nil for a probe.
func (l *Local) Preview(action string, with map[string]string) ([]string, []Problem) {
	if slices.Contains(probeNames(), action) {
		return nil, l.Check(action, with)
	}
	e, v, problems := l.resolve(action, with)
	if len(problems) > 0 {
		return nil, problems
	}
	return e.argv(v), nil
}

// Forget deletes the record of an attempt whose result is safe in the register. The attempt's folder stays, so that the spool still
// refuses to start it again.
func (l *Local) Forget(r Request) error {
	return l.host.Forget(r.attempt())
}

// resolve finds the entry and checks the values.
func (l *Local) resolve(action string, with map[string]string) (entry, values, []Problem) {
	e, known := l.options.Catalogue.entries[action]
	if !known {
		names := slices.Concat(probeNames(), slices.Sorted(maps.Keys(l.options.Catalogue.entries)))
		return entry{}, nil, []Problem{{"", unknownText("action", action, names)}}
	}
	v, problems := checkValues(e.Params, with)
	return e, v, problems
}

// command works out what is started for a request. Nothing runs yet.
func (l *Local) command(r Request) (entry, supervisor.Command, error) {
	e, v, problems := l.resolve(r.Action, r.With)
	if len(problems) > 0 {
		return e, supervisor.Command{}, joinProblems(problems)
	}
	if r.Timeout > e.longest {
		return e, supervisor.Command{}, fmt.Errorf("the timeout %s is above the catalogue's %s for %s", r.Timeout, e.longest, e.ID)
	}
	prog, err := l.program(e.Exec)
	if err != nil {
		return e, supervisor.Command{}, err
	}
	env, secrets, err := e.environ(r)
	if err != nil {
		return e, supervisor.Command{}, err
	}
	return e, supervisor.Command{
		Attempt: r.attempt(), Executable: prog.sum,
		Argv: e.argv(v), Env: env, Secrets: secrets, Dir: e.Dir, Account: e.account, Limits: e.Limits, Required: e.Fences,
		Reads: e.Reads, Writes: e.Writes, NoNetwork: e.Network == "none", Hidden: l.hidden(),
		Timeout: r.Timeout, Grace: l.options.Grace,
	}, nil
}

// hidden are the places that a command does not see, as they are now.
func (l *Local) hidden() []string {
	list := append(l.options.Catalogue.secretFiles(), l.options.Spool)
	for _, pattern := range l.options.Hidden {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern, which New refuses
		list = append(list, found...)
	}
	return list
}

// program checks the executable again right before its start and hashes it anew when it has changed.
func (l *Local) program(path string) (program, error) {
	l.mu.Lock()
	known := l.programs[path]
	l.mu.Unlock()
	now, err := inspect(path, known)
	if err != nil {
		return program{}, err
	}
	l.mu.Lock()
	l.programs[path] = now
	l.mu.Unlock()
	return now, nil
}

func joinProblems(problems []Problem) error {
	list := make([]error, 0, len(problems))
	for _, p := range problems {
		if p.Param == "" {
			list = append(list, errors.New(p.Text))
			continue
		}
		list = append(list, fmt.Errorf("with.%s %s", p.Param, p.Text))
	}
	return errors.Join(list...)
}
