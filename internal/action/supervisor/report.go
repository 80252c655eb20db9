package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// reportFences is the argument on which a supervisor only says which fences hold, and ends.
const reportFences = "report-fences"

// report is what it then says.
type report struct{ Fences, Missing []string }

// Report has a supervisor raise its fences on this host, without any command, and says which hold and which are missing. argv is that
// of Options.
func Report(ctx context.Context, argv []string) (held, missing []string, err error) {
	if len(argv) == 0 {
		return nil, nil, errors.New("asking for the fences: no supervisor is named")
	}
	var out []byte
	// Started as for a command, or it would tell of other fences than commands get.
	err = empowered(func(sys *syscall.SysProcAttr) (err error) {
		cmd := exec.CommandContext(ctx, argv[0], append(argv[1:len(argv):len(argv)], reportFences)...)
		cmd.SysProcAttr = sys
		out, err = cmd.Output()
		return err
	})
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if err != nil {
		return nil, nil, fmt.Errorf("asking a supervisor for its fences: %w", err)
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		return nil, nil, fmt.Errorf("reading what a supervisor says of its fences: %w", err)
	}
	return r.Fences, r.Missing, nil
}

// tellFences is the supervisor's side of it.
func tellFences(without bool) int {
	s := &supervisor{}
	s.fence(without)
	err := json.NewEncoder(os.Stdout).Encode(report{s.start.Fences, s.start.Missing})
	s.leave()
	return status(err)
}
