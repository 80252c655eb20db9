package app

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"beredskab/internal/event"
)

// systemClock reads the wall clock and the kernel's boot-time clock, which goes
// on over suspends and is not moved by setting the time (F18, F19).
type systemClock struct{ boot string }

func newClock() systemClock {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return systemClock{} // without it, durations follow the wall clock
	}
	return systemClock{boot: strings.TrimSpace(string(id))}
}

// sinceBoot reads the clock that goes on whatever happens to this process.
func (c systemClock) sinceBoot() time.Duration { return c.Now().Mono }

// Now reads both clocks.
func (c systemClock) Now() event.Moment {
	m := event.Moment{Wall: time.Now()}
	var ts unix.Timespec
	if c.boot != "" && unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) == nil {
		m.Boot, m.Mono = c.boot, time.Duration(ts.Nano())
	}
	return m
}
