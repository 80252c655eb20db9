// Package supervisor runs one command to its end and leaves nothing behind.
//
// A fenced command runs under a small child of our own binary, the supervisor:
//
//	server ── supervisor (own session, survives the server, owns the timeout, writes the spool)
//	              ├── init of a PID namespace (does nothing but hold the namespace and swallow orphans)
//	              └── the command, second process of that namespace
//
// When the command's main process ends, the supervisor kills the init, and the kernel kills whatever else is left, daemons too.
// When the supervisor itself dies, the init reads end-of-file on a pipe and ends, with the same effect.
//
// A supervisor comes up before there is a command for it, because starting our own binary costs more than a short step does. It
// raises the fences and waits on a line to the server, with a spare record of its own already on disk. As long as it has not been
// given a command and then the word, it ends with the server and starts nothing; after the word it is independent of it. Each serves
// one command only.
//
// The fences that hold every command are up before there is one: a PID namespace, mounts of its own with a /proc that shows nothing
// else, no_new_privs. Those that depend on the command are raised on the supervisor's first thread right before its start, which is
// where the command inherits them from: covers over what it must not see, a control group, no network, Landlock. What the
// supervisor does later, it therefore does on other threads (elsewhere).
//
// The spool is a folder with one file per attempt, its record, which is locked for as long as the supervisor lives, so that a
// restarted server knows from the lock alone whether the attempt still runs (F1, F2, F3). Taking the attempt's name in the spool
// is the second fence against starting it twice, after its row in the register. Before the word the name and the start are on
// disk, even against power loss; therefore no trace in the spool means that nothing was started (ErrNotStarted). A name
// stays for ever: as an empty file after Forget, as a symbolic link for an attempt that was declared never started.
//
// The package knows nothing of plans, catalogues and probes; package action does. It is Linux only.
package supervisor
