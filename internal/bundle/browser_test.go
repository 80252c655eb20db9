package bundle_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"beredskab/internal/bundle"
)

// TestPagesInABrowser opens the folder from file:// as somebody would whose
// server and network are gone: it searches, ticks steps off, and reads back what
// the page exports.
func TestPagesInABrowser(t *testing.T) {
	b := browse(t)
	for _, lang := range bundleLanguages() {
		in := sample(t, lang)
		in.Laptop = laptop(t)
		built := build(t, in)
		open := filepath.Join(built.Folder, bundle.PartOpen)
		b.open(filepath.Join(open, "index.html"))
		for asked, want := range map[string]string{"": "19", "LØN": "2", "loen": "2", "medicin besøg": "1", "zzz": "0"} {
			b.eval(fmt.Sprintf(`document.getElementById('find').value = %q; document.getElementById('find').dispatchEvent(new Event('input'))`, asked))
			if got := b.eval(`String(Array.from(document.querySelectorAll('#order tbody tr')).filter(row => row.offsetParent).length)`); got != want {
				t.Errorf("%s: %q finds %s systems, want %s", lang, asked, got, want)
			}
		}
		b.open(filepath.Join(open, "plans", "omsorg.html"))
		if b.eval(`String(document.querySelector('.old').hidden)`) != "true" {
			t.Errorf("%s: a copy of the day is called old", lang)
		}
		tickOff(t, b, "workaround-1", built.Manifest.ID)
		b.open(filepath.Join(built.Folder, bundle.PartLaptop, "pages", "plans", "omsorg.html"))
		tickOff(t, b, "s1", built.Manifest.ID)
		b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true}, nil)
		for _, page := range []string{"index.html", "poster.html", "book.html", "card.html"} {
			b.open(filepath.Join(built.Folder, bundle.PartLaptop, "pages", page))
			if wide := b.eval(`String(document.documentElement.scrollWidth)`); wide != "360" {
				t.Errorf("%s: %s is %s pixels wide on a telephone of 360", lang, page, wide)
			}
		}
		b.call("Emulation.clearDeviceMetricsOverride", map[string]any{}, nil)
	}
	if strangers := b.outside(); len(strangers) > 0 {
		t.Errorf("the pages asked for %v", strangers)
	}
	if len(b.faults) > 0 {
		t.Errorf("the browser complained: %v", b.faults)
	}
	control := filepath.Join(t.TempDir(), "control.html")
	if err := os.WriteFile(control, []byte(`<img src="http://127.0.0.1:9/x">`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open(control)
	if len(b.outside()) != 1 {
		t.Errorf("control: a page that asked elsewhere was not found out: %v", b.asked)
	}
}

// tickOff begins and ends a step on the page that is open, and reads the export.
func tickOff(t *testing.T, b *browser, step, id string) {
	t.Helper()
	b.eval(`document.getElementById('by').value = 'NN'; document.getElementById('run').value = '2026-07'; document.getElementById('run').dispatchEvent(new Event('change'))`)
	for _, cell := range []string{"began", "ended"} {
		b.eval(fmt.Sprintf(`document.querySelector('tr[data-step=%q] .%s button').click()`, step, cell))
	}
	kept := b.eval(`Object.keys(localStorage).join(' ')`)
	text := b.eval(`document.getElementById('show').click(); document.getElementById('out').textContent`)
	times, err := bundle.ReadPaper("ticks.json", []byte(text))
	if err != nil || !strings.Contains(kept, "beredskab/"+id+"/omsorg/"+step) {
		t.Fatalf("%v, kept %s\n%s", err, kept, text)
	}
	for _, p := range times {
		if p.Step == step && p.System == "omsorg" && p.By == "NN" && p.Run == "2026-07" && !p.Started.IsZero() && !p.Ended.Before(p.Started) {
			return
		}
	}
	t.Errorf("%s was ticked off, and is not in %s", step, text)
}

// browser is a Chromium that is told what to do over two pipes.
type browser struct {
	t        *testing.T
	to       io.Writer
	from     *bufio.Reader
	session  string
	last     int
	asked    []string // every address that was asked for
	faults   []string // what scripts and policies broke
	finished bool     // loading the page
}

type message struct {
	ID     int             `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
	In     string          `json:"sessionId,omitempty"`
}

// browse starts a browser. Where tests must not be skipped there has to be one
// (.ci/setup browser).
func browse(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no Chromium: run .ci/setup browser")
		}
		t.Skip("there is no Chromium on this machine; .ci/setup browser installs one")
	}
	hears, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, says, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--disable-background-networking",
		"--disable-component-update", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir())
	cmd.ExtraFiles = []*os.File{hears, says}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_, _ = to.Close(), from.Close()
	})
	_, _ = hears.Close(), says.Close()
	b := &browser{t: t, to: to, from: bufio.NewReader(from)}
	var target struct{ TargetID, SessionID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &target)
	b.session = target.SessionID
	for _, domain := range []string{"Page.enable", "Network.enable", "Runtime.enable", "Log.enable"} {
		b.call(domain, map[string]any{}, nil)
	}
	return b
}

// call does one thing and waits for its answer; what happens meanwhile is noted.
func (b *browser) call(method string, params map[string]any, result any) {
	b.t.Helper()
	b.last++
	text, err := json.Marshal(params)
	if err != nil {
		b.t.Fatal(err)
	}
	if text, err = json.Marshal(message{ID: b.last, Method: method, Params: text, In: b.session}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	for {
		m := b.next()
		if m.ID != b.last {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatal(err)
			}
		}
		return
	}
}

func (b *browser) next() (m message) {
	b.t.Helper()
	text, err := b.from.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("the browser ended: %v", err)
	}
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	switch m.Method {
	case "Network.requestWillBeSent":
		var sent struct{ Request struct{ URL string } }
		_ = json.Unmarshal(m.Params, &sent)
		b.asked = append(b.asked, sent.Request.URL)
	case "Page.loadEventFired":
		b.finished = true
	case "Runtime.exceptionThrown", "Log.entryAdded":
		b.faults = append(b.faults, string(m.Params))
	}
	return m
}

// open goes to a file and waits until it is there with all that it loads.
func (b *browser) open(path string) {
	b.t.Helper()
	b.finished = false
	b.call("Page.navigate", map[string]any{"url": (&url.URL{Scheme: "file", Path: path}).String()}, nil)
	for !b.finished {
		b.next()
	}
}

// eval carries out a script on the page and gives its value.
func (b *browser) eval(script string) string {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true}, &answer)
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", script, answer.ExceptionDetails)
	}
	return fmt.Sprint(answer.Result.Value)
}

// outside are the addresses that were asked for and lie outside the folder.
func (b *browser) outside() (strangers []string) {
	for _, address := range b.asked {
		if !strings.HasPrefix(address, "file:") && !strings.HasPrefix(address, "data:") {
			strangers = append(strangers, address)
		}
	}
	return strangers
}
