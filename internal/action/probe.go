package action

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"beredskab/internal/action/supervisor"
)

// errTimeout is the cancellation cause of a probe whose step's time is up.
var errTimeout = errors.New("the step's time is up")

// finding is what one look found.
type finding struct {
	good    bool
	message string
	point   time.Time
}

// probe looks once. The error means that the look itself failed; for the step that is the same as a bad finding.
type probe func(ctx context.Context) (finding, error)

func probeNames() []string {
	return []string{"http", "tcp", "tls", "dns", "file", "sql", "wait"}
}

// probe checks the values and gives the look. Nothing is touched yet.
func (l *Local) probe(kind string, with map[string]string) (probe, []Problem) {
	switch kind {
	case "http":
		return l.probeHTTP(with)
	case "tcp":
		return l.probeTCP(with)
	case "tls":
		return l.probeTLS(with)
	case "dns":
		return l.probeDNS(with)
	case "file":
		return l.probeFile(with)
	case "sql":
		return l.probeSQL(with)
	case "wait":
		return l.probeWait(with)
	}
	return nil, []Problem{{"", unknownText("probe", kind, probeNames())}}
}

// runProbe looks, within the step's time.
func (l *Local) runProbe(ctx context.Context, r Request) (Result, error) {
	look, problems := l.probe(r.Action, r.With)
	if len(problems) > 0 {
		return supervisor.Refuse(joinProblems(problems))
	}
	if ctx.Err() != nil {
		return supervisor.Refuse(context.Cause(ctx))
	}
	l.options.Started(r, Process{})
	limited, cancel := limitTime(ctx, r.Timeout)
	defer cancel()
	started := time.Now()
	found, err := look(limited)
	res := Result{
		Outcome: Failed, Message: found.message, RecoveryPoint: found.point,
		Started: started.UTC(), Ended: time.Now().UTC(), Elapsed: time.Since(started),
	}
	if err != nil {
		res.Message = err.Error()
	}
	cause := context.Cause(limited)
	switch {
	case err == nil && found.good:
		res.Outcome = OK
	case cause == nil:
	case errors.Is(cause, errTimeout):
		res.Outcome = TimedOut
		res.Message = fmt.Sprintf("timed out after %s; %s", r.Timeout, res.Message)
	case errors.Is(cause, ErrAbort):
		res.Outcome = Aborted
	default:
		return Result{}, ErrDetached
	}
	res.Message = supervisor.OneLine(res.Message)
	return res, nil
}

// every is how often wait looks unless the plan says otherwise.
const every = 5 * time.Second

// probeWait looks again and again until another probe is content.
func (l *Local) probeWait(with map[string]string) (probe, []Problem) {
	inner := map[string]string{}
	own := map[string]string{}
	for name, value := range with {
		if name == "for" || name == "every" {
			own[name] = value
			continue
		}
		inner[name] = value
	}
	kinds := probeNames()
	v, problems := checkValues(map[string]param{
		"for":   {Type: typeEnum, Values: kinds[:len(kinds)-1]},
		"every": {Type: typeDuration, Default: every.String()},
	}, own)
	if len(problems) > 0 {
		return nil, problems
	}
	look, problems := l.probe(v["for"], inner)
	if len(problems) > 0 {
		return nil, problems
	}
	return func(ctx context.Context) (finding, error) { return repeat(ctx, look, v.duration("every")) }, nil
}

func repeat(ctx context.Context, look probe, pause time.Duration) (finding, error) {
	tick := time.NewTicker(max(pause, 10*time.Millisecond))
	defer tick.Stop()
	for looks := 1; ; looks++ {
		found, err := look(ctx)
		if err == nil && found.good {
			found.message = fmt.Sprintf("true at look %d: %s", looks, found.message)
			return found, nil
		}
		if err != nil {
			found.message = err.Error()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			found.good = false
			found.message = fmt.Sprintf("not true at look %d: %s", looks, found.message)
			return found, nil
		}
	}
}

// reach reads host:port and compares it with the allow-list.
func (l *Local) reach(name, text string) (endpoint, []Problem) {
	target, err := parseEndpoint(text)
	if err != nil {
		return target, []Problem{{name, err.Error()}}
	}
	if !l.options.Allow.permits(target) {
		return target, []Problem{{name, fmt.Sprintf("%s is not on the allow-list; ask the administrator to list it", target)}}
	}
	return target, nil
}

// split reads a comma-separated list.
func split(text string) []string {
	var list []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}
