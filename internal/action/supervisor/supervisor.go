package supervisor

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"beredskab/internal/action/supervisor/mask"
	"beredskab/internal/action/supervisor/workdir"
)

// Outcome says how an attempt ended.
type Outcome string

// The outcomes of an attempt. Unknown is never guessed away: a named person decides (DESIGN 2).
const (
	OK       Outcome = "ok"
	Failed   Outcome = "failed"
	TimedOut Outcome = "timed_out"
	Aborted  Outcome = "aborted"
	Unknown  Outcome = "unknown"
)

var (
	// ErrAbort is the cancellation cause that kills a running step; its outcome is then Aborted.
	ErrAbort = errors.New("the step was aborted")
	// ErrDetached is returned when the server stopped waiting for a step that goes on under its supervisor.
	ErrDetached = errors.New("the step goes on under its supervisor")
	// ErrUnknown is returned when nobody can tell how the attempt ended; the Result holds what is known.
	ErrUnknown = errors.New("it is not known how the step ended")
	// ErrNotStarted is returned by Adopt when the command was not started, for certain, and never will be. It comes with ErrUnknown,
	// because it is only true in the spool of the attempt: believe it after comparing SpoolID with the one noted at the claim.
	ErrNotStarted = errors.New("the command was never started")
	// ErrRefused is returned when nothing was started, for certain; the text says why.
	ErrRefused = errors.New("not started")
	// ErrStarted is returned when the spool already holds this attempt: it was started before and is not started again.
	ErrStarted = errors.New("this attempt was already started")
)

// Attempt names one attempt of one step. Run, Step and Number together are unique for ever.
type Attempt struct {
	Run, Step string
	Number    int
	Epoch     int64 // of the owner, for the record only
	Action    string
}

// Result is how an attempt ended.
type Result struct {
	Outcome        Outcome
	Message        string // one printable line: what happened
	ExitCode       int    // of a command; 128 + signal number when a signal ended it, as shells count
	Started, Ended time.Time
	Elapsed        time.Duration // by the monotonic clock
	Output         Output
	Executable     string    // SHA-256 of the executable in hexadecimal, empty for probes
	Fences         []string  // the fences that held
	Missing        []string  // usual or asked-for fences that the host could not give
	RecoveryPoint  time.Time // newest consistent data that a file or sql probe found, zero if none
	Recovered      bool      // read from the spool after a restart (F3)
	Process        Process
}

// Output is what a command wrote to standard output and standard error, in the order in which it came (F24). Head and Tail
// hold at most 64 KiB of raw bytes each, shown with control characters made visible. Tail begins after Head.
//
// Where the command was given secrets, all of this, length and hash too, is of the output with the secrets masked: the hash can
// then be checked against what is kept, and is no means of trying out passwords.
type Output struct {
	Head, Tail string
	Length     int64  // bytes written in all
	SHA256     string // of all bytes, in hexadecimal; empty when the end is unknown
}

// Process names a process on one boot of one machine, so that a reused PID is never taken for it.
type Process struct {
	PID        int    `json:"pid"`
	StartTicks uint64 `json:"start_ticks"` // field 22 of /proc/PID/stat
	BootID     string `json:"boot_id"`
}

// Command is all that is needed to start one command.
type Command struct {
	Attempt    Attempt
	Argv       []string // executable by its absolute path first; no shell
	Env        []string // the whole environment
	Secrets    []string // values of Env that are hidden in what the command writes, before anything of it is kept (S13)
	Dir        string   // empty: a new folder, deleted afterwards
	Account    *Account // nil: our own user
	Limits     Limits
	Reads      []string      // with Writes: the only folders that may be read, beside the system's own; see confine
	Writes     []string      // the only folders that may be changed, beside the working folder
	NoNetwork  bool          // not even loopback
	Hidden     []string      // files and folders that the command does not see
	Required   []string      // fences without which the command is not started
	Executable string        // SHA-256 of the executable, for the record
	Timeout    time.Duration // above zero
	Grace      time.Duration // between SIGTERM and SIGKILL
}

// The lengths in bytes of what can be masked.
const (
	ShortestSecret = mask.Least
	LongestSecret  = mask.Most
)

// Account is the user that a command runs as.
type Account struct {
	UID, GID uint32
	Groups   []uint32
}

// Limits bound the resources of a command (F25). Zero means no limit of our own.
type Limits struct {
	CPU       int `yaml:"cpu,omitempty"`       // seconds of processor time for each process
	Memory    int `yaml:"memory,omitempty"`    // MiB of the command in all; without the fence cgroup of each process's private memory
	Files     int `yaml:"files,omitempty"`     // open files of each process
	Processes int `yaml:"processes,omitempty"` // of the command; without the fence cgroup of the user, and root is not held to it
	FileSize  int `yaml:"file_size,omitempty"` // MiB of the largest file
}

// The fences, by the names that the catalogue and the register use.
const (
	fenceSupervisor = "supervisor"
	fenceNamespace  = "pid-namespace"
	fenceMounts     = "mount-namespace"
	fenceSpool      = "spool"
	fenceLimits     = "rlimits"
	fenceNoPrivs    = "no-new-privs"

	// These are raised for a command whose entry asks for what they hold, and then they are always required.
	fenceLandlock = "landlock"
	fenceNetwork  = "network-namespace"

	// This one is raised for a command with limits on memory or processes, where the host has it.
	fenceGroup = "cgroup"
)

// Fences names the fences that every command gets where the host has them, in the order in which they are reported.
func Fences() []string {
	return []string{fenceSupervisor, fenceSpool, fenceNamespace, fenceMounts, fenceLimits, fenceNoPrivs}
}

// Demandable names the fences that a catalogue can make a condition: those, and the one that only some hosts have.
func Demandable() []string { return append(Fences(), fenceGroup) }

// Options are what Open needs.
type Options struct {
	Spool   string                 // absolute folder of its own, mode 0700, on a disk that survives power loss
	Argv    []string               // of Main in our own binary
	Started func(Attempt, Process) // reports the process of an attempt once it exists
	// WithoutNamespace behaves as on a host whose kernel refuses PID namespaces; tests of that case set it.
	WithoutNamespace bool
	// WithoutGroup behaves as on a host that has no control group for us.
	WithoutGroup bool
}

// Host starts and finds commands on this machine. It is safe for concurrent use.
type Host struct {
	options Options
	spool   *spool
	spoolID string
	bootID  string
	swept   <-chan struct{} // closed when the working folders that were left behind are gone

	mu   sync.Mutex
	next *promise // the supervisor that waits for the next command, nil before the first
}

// Open checks the spool. It also marks every descriptor above standard error as close-on-exec, because one that this process has
// inherited from its own starter would otherwise reach every command. The working folders of commands whose supervisor or server was
// killed are cleared meanwhile; nobody waits for that, because millions of files may be in them.
func Open(o Options) (*Host, error) {
	closeOnExec()
	s, err := openSpool(o.Spool)
	if err != nil {
		return nil, err
	}
	bootID, err := readBootID()
	if err != nil {
		return nil, err
	}
	spoolID, err := s.identity()
	if err != nil {
		return nil, err
	}
	return &Host{options: o, spool: s, spoolID: spoolID, bootID: bootID, swept: elsewhere(workdir.Sweep)}, nil
}

// SpoolID names this very spool folder. It stays the same for as long as the folder remembers what was started, and is another one
// when the folder was emptied, copied or restored from a backup.
func (h *Host) SpoolID() string { return h.spoolID }

// Forget empties the record of an attempt whose result is safe in the register. Its name stays, so that the spool still refuses to
// start it again.
func (h *Host) Forget(a Attempt) error {
	if err := h.spool.clear(a); err != nil {
		return fmt.Errorf("clearing the spool: %w", err)
	}
	return nil
}

// Refuse is the answer when nothing was started.
func Refuse(err error) (Result, error) {
	if !errors.Is(err, ErrRefused) && !errors.Is(err, ErrStarted) {
		err = fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return Result{Outcome: Failed, Message: OneLine(err.Error())}, err
}
