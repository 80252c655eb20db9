// Package supervisor runs one command to its end and leaves nothing behind.
//
// A fenced command runs under a small child of our own binary, the supervisor:
//
//	server ── supervisor (own session, survives the server, owns the timeout, writes the spool)
//	              ├── init of a PID namespace (does nothing but hold the namespace and swallow orphans)
//	              └── the command, second process of that namespace
//
// When the command's main process ends, the supervisor kills the init, and the kernel kills whatever else is left, daemons too.
// When the supervisor itself dies, the init reads end-of-file on a pipe and ends, with the same effect. The spool is a folder
// with one folder per attempt; making that folder is the second fence against starting an attempt twice, after the
// attempt's row in the register. It holds one file that is locked for as long as the supervisor lives, so that a
// restarted server knows from the lock alone whether the attempt still runs (F1, F2, F3).
//
// The package knows nothing of plans, catalogues and probes; package action does. It is Linux only.
package supervisor
