package offline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"beredskab/internal/bundle"
	"beredskab/internal/door"
	"beredskab/internal/drill"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// unseal opens an encrypted copy into a new folder and verifies what came out.
// Its passphrase or its age key stands in a file; one of the two is empty.
func unseal(file, folder, passphrase, identity string) (m bundle.Manifest, err error) {
	var with bundle.Opener
	if with.Passphrase, err = textOf(passphrase); err != nil {
		return m, err
	}
	if with.Identities, err = textOf(identity); err != nil {
		return m, err
	}
	from, err := os.Open(file)
	if err != nil {
		return m, fmt.Errorf("opening the encrypted copy: %w", err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if err := bundle.Unseal(from, folder, with); err != nil {
		return m, err
	}
	return bundle.Verify(os.DirFS(folder))
}

// textOf reads the text of a file; none without a name.
func textOf(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading what opens the copy: %w", err)
	}
	if strings.TrimSpace(string(text)) == "" {
		return "", fmt.Errorf("%s is empty; write the passphrase or the key into it", file)
	}
	return strings.TrimSpace(string(text)), nil
}

// show shows the pages of a bundle to this machine alone, until ctx ends.
// ready is told where, and what is wrong with the folder: in a crisis a damaged
// copy is better than none.
func show(ctx context.Context, folder, listen string, ready func(url string, damage error)) (err error) {
	if inner := filepath.Join(folder, bundle.PartOpen); !holdsPages(folder) && holdsPages(inner) {
		folder = inner // the whole bundle was named
	}
	if !holdsPages(folder) {
		return fmt.Errorf("%s holds no pages: %w; name the folder of a bundle, or one of its parts", folder, kept.ErrNotFound)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("opening the bundle: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("showing the bundle: %w", err)
	}
	_, damage := bundle.Verify(root.FS())
	ready("http://"+listener.Addr().String()+"/", damage)
	server := &http.Server{Handler: bundle.Handler(root), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // Pages are read anew; nothing is lost.
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("showing the bundle: %w", err)
	}
	return nil
}

// own tells whether an address with its port is this machine alone.
func own(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func holdsPages(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "index.html"))
	return err == nil
}

// record writes times that were kept on paper into their runs, each as a
// remark that is assured by paper and changes no figure, but the receipts of an alert
// chain, of which the paper is the only measure. What a run has already
// is left, so the same file can be recorded again. Nothing is written when any of
// them does not fit its run.
func record(ctx context.Context, r *register.Register, by door.Actor, file string, times []bundle.PaperTime) (recorded int, err error) {
	by.Assurance = bundle.Paper
	var left []bundle.PaperTime
	for _, t := range times {
		known, err := noted(ctx, r, t)
		if err != nil {
			return 0, fmt.Errorf("%s:%d:%d: %w", file, t.Line, t.Column, err)
		}
		if !known {
			left = append(left, t)
		}
	}
	for i, t := range left {
		if err := keep(ctx, r, by, t); err != nil {
			return i, fmt.Errorf("%s:%d:%d, after %d were recorded: %w", file, t.Line, t.Column, i, err)
		}
	}
	return len(left), nil
}

// keep writes one time into its run: of the alert chain it is that link's answer, at
// the time that the paper says, as long as the run waits for one; else it is a remark.
func keep(ctx context.Context, r *register.Register, by door.Actor, t bundle.PaperTime) error {
	_, run, err := r.Run(ctx, t.Run)
	if err != nil {
		return err
	}
	s, _ := run.Find(t.Step) // noted has found it
	if !s.Link || s.State != drill.Asked && !s.Awaited(&run) {
		return r.Note(ctx, by, t.Run, t.Step, sentence(t))
	}
	return r.Answer(ctx, by, register.Answer{
		Run: t.Run, Step: t.Step, Answer: "yes", Note: sentence(t), OnBehalf: true, At: cmp.Or(t.Ended, t.Started),
	})
}

// noted tells whether the run has this time already, and refuses one that does
// not fit it.
func noted(ctx context.Context, r *register.Register, t bundle.PaperTime) (bool, error) {
	if t.Run == "" {
		return false, fmt.Errorf("the run is missing; open one with `beredskab drill start %s`, and write its number into the column run", t.System)
	}
	_, run, err := r.Run(ctx, t.Run)
	switch {
	case err != nil:
		return false, err
	case run.Plan == nil || run.Plan.ID != t.System:
		return false, fmt.Errorf("run %s is not of the system %q; correct the run or the system", t.Run, t.System)
	}
	if _, ok := run.Find(t.Step); !ok {
		return false, fmt.Errorf("step %q of run %s: %w; `beredskab drill show %s` lists its steps", t.Step, t.Run, kept.ErrNotFound, t.Run)
	}
	if s, _ := run.Find(t.Step); s.Note == sentence(t) {
		return true, nil
	}
	for _, n := range run.Notes {
		if n.Step == t.Step && n.Text == sentence(t) {
			return true, nil
		}
	}
	return false, nil
}

// sentence is what the remark says; times are UTC, as everywhere in storage.
func sentence(t bundle.PaperTime) string {
	parts := []string{}
	for _, p := range []struct {
		word string
		at   time.Time
	}{{"started", t.Started}, {"ended", t.Ended}} {
		if !p.at.IsZero() {
			parts = append(parts, p.word+" "+p.at.UTC().Format(time.RFC3339))
		}
	}
	if t.By != "" {
		parts = append(parts, "by "+t.By)
	}
	if t.Note != "" {
		parts = append(parts, t.Note)
	}
	return "kept on paper: " + strings.Join(parts, ", ")
}

// verify checks a signed folder. With a fingerprint, as the card has it, only
// the key that it is of is believed.
func verify(folder, fingerprint string) (bundle.Manifest, error) {
	m, err := bundle.Verify(os.DirFS(folder))
	if err != nil || fingerprint == "" {
		return m, err
	}
	plain := func(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), "")) }
	if plain(fingerprint) == plain(m.Fingerprint()) {
		return m, nil
	}
	return m, fmt.Errorf("verifying the bundle: %w: its fingerprint is %s", bundle.ErrStranger, m.Fingerprint())
}
