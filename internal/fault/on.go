//go:build faults

package fault

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// What a test says in the environment. The log is a file to which every passing
// of a point adds one line with its name; processes that share it count together.
// The other one names the point and the passing that kills: "NAME:N", from 1 on.
const (
	logVariable  = "BEREDSKAB_FAULT_LOG"
	killVariable = "BEREDSKAB_FAULT"
)

// Point adds its name to the log, where there is one, and kills the process when
// this is the passing that the test has chosen. A log that cannot be written ends
// the process with a panic, because a test would wait in vain.
func Point(name string) {
	log := os.Getenv(logVariable)
	if log == "" {
		return
	}
	number, err := pass(log, name)
	if err != nil {
		panic(fmt.Sprintf("passing the fault point %s: %v", name, err))
	}
	if os.Getenv(killVariable) == name+":"+strconv.Itoa(number) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}

// pass adds the line, and gives how many such lines the log now has up to it.
func pass(log, name string) (int, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	if _, err := file.WriteString(name + "\n"); err != nil {
		return 0, err
	}
	// The kernel has left the position behind our own line, wherever others add theirs.
	end, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	text := make([]byte, end)
	if _, err := file.ReadAt(text, 0); err != nil {
		return 0, err
	}
	number := 0
	for line := range strings.Lines(string(text)) {
		if line == name+"\n" {
			number++
		}
	}
	return number, nil
}

// Environ gives what a child process needs to be killed at its own points.
func Environ() []string {
	var list []string
	for _, pair := range os.Environ() {
		if strings.HasPrefix(pair, killVariable) {
			list = append(list, pair)
		}
	}
	return list
}
