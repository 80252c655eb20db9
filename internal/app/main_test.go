package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"beredskab/internal/action"
	"beredskab/internal/app"
	"beredskab/internal/store/pgtest"
)

// TestMain lets the test binary be the program itself: a test that wants a
// server to kill starts this binary again.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "supervise":
			os.Exit(action.Supervise(os.Args[2:]))
		case "test-serve":
			os.Exit(serve(os.Args[2]))
		}
	}
	os.Exit(pgtest.Main(m))
}

// serve is `beredskab serve --dir DIR` until it is killed or told to stop.
func serve(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := app.Load(map[string]string{"dir": dir}, func(string) (string, bool) { return "", false }, dir)
	if err != nil {
		return complain(err)
	}
	a, err := app.Open(ctx, s, app.Serve, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return complain(err)
	}
	if err := errors.Join(a.Serve(ctx, nil), a.Close()); err != nil {
		return complain(err)
	}
	return 0
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// pipe is a named pipe on another disk, by which a test holds a command back.
func pipe(t *testing.T) string {
	t.Helper()
	path := t.TempDir() + "/gate"
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// release lets a command that reads the pipe go on.
func release(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(file, "go\n")
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}
