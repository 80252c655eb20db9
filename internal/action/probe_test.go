package action

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProbeHTTP(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"status": "up", "n": 3.0, "list": [{"ok": true}], "none": null}`)
	})
	mux.HandleFunc("/bad", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusFound) })
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, longestBody+10))
	})
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	defer server.Close()
	l := local(t, "", Options{Allow: Allow{Hosts: []string{strings.TrimPrefix(server.URL, "http://")}}})
	for _, one := range []struct {
		path    string
		with    []string
		outcome Outcome
		message string
	}{
		{"/ok", nil, OK, "status 200"},
		{"/ok", []string{"method", "HEAD"}, OK, "status 200"},
		{"/ok", []string{"contains", `"up"`}, OK, ""},
		{"/ok", []string{"contains", "down"}, Failed, "does not contain"},
		{"/ok", []string{"json_path", "status", "equals", "up"}, OK, ""},
		{"/ok", []string{"json_path", "n", "equals", "3.0"}, OK, ""},
		{"/ok", []string{"json_path", "list.0.ok", "equals", "true"}, OK, ""},
		{"/ok", []string{"json_path", "list.1.ok", "equals", "true"}, Failed, "has no list.1.ok"},
		{"/ok", []string{"json_path", "none", "equals", "null"}, OK, ""},
		{"/ok", []string{"json_path", "status", "equals", "down"}, Failed, `want "down"`},
		{"/ok", []string{"max_ms", "60000"}, OK, ""},
		{"/bad", nil, Failed, "status 503, want 200"},
		{"/bad", []string{"status", "503"}, OK, ""},
		{"/away", nil, Failed, "redirects are not followed"},
		{"/away", []string{"status", "302"}, OK, ""},
		{"/huge", []string{"contains", "x"}, Failed, "longer than"},
		{"/bad", []string{"json_path", "a", "equals", "b", "status", "503"}, Failed, "not JSON"},
	} {
		expect(t, l, request("http", append(one.with, "url", server.URL+one.path)...), one.outcome, one.message)
	}
	r := request("http", "url", server.URL+"/hang")
	r.Timeout = 50 * time.Millisecond
	expect(t, l, r, TimedOut, "timed out after 50ms")
	for _, cause := range []error{ErrAbort, ErrDetach} {
		ctx, cancel := context.WithCancelCause(context.Background())
		l.options.Started = func(Request, Process) { cancel(cause) }
		res, err := l.Run(ctx, request("http", "url", server.URL+"/hang"))
		if (cause == ErrAbort && res.Outcome != Aborted) || (cause == ErrDetach && !errors.Is(err, ErrDetached)) {
			t.Errorf("%v: %+v, %v", cause, res, err)
		}
	}
}

// certificate makes a self-signed certificate for localhost.
func certificate(t *testing.T, life time.Duration) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(life),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func TestProbeTCPAndTLS(t *testing.T) {
	cert, roots := certificate(t, 20*24*time.Hour+time.Hour)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	address := listener.Addr().String()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	l := local(t, "", Options{Roots: roots, Allow: Allow{Hosts: []string{"127.0.0.0/8:*"}}})
	expect(t, l, request("tcp", "address", address), OK, "connected")
	expect(t, l, request("tcp", "address", closed.Addr().String()), Failed, "refused")
	expect(t, l, request("tls", "address", address), OK, "in 20 days")
	expect(t, l, request("tls", "address", address, "server_name", "localhost"), OK, "in 20 days")
	expect(t, l, request("tls", "address", address, "min_days", "21"), Failed, "want at least 21")
	expect(t, l, request("tls", "address", address, "server_name", "other.example.dk"), Failed, "certificate is valid for")
	expect(t, l, request("http", "url", "https://"+address+"/", "status", "404"), OK, "")
	strange := local(t, "", Options{Roots: x509.NewCertPool(), Allow: Allow{Hosts: []string{"127.0.0.1:*"}}})
	expect(t, strange, request("tls", "address", address), Failed, "unknown authority")
}

// serveDNS answers each question with 192.0.2.7, or with a text, over UDP.
func serveDNS(t *testing.T) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buffer := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			end := 12
			for buffer[end] != 0 && end < n {
				end += int(buffer[end]) + 1
			}
			question := buffer[12 : end+5]
			kind := question[len(question)-3]
			data := []byte{192, 0, 2, 7}
			if kind == 16 {
				data = append([]byte{4}, "text"...)
			}
			answer := append([]byte{buffer[0], buffer[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0}, question...)
			answer = append(answer, 0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, 0, byte(len(data)))
			_, _ = conn.WriteTo(append(answer, data...), from)
		}
	}()
	return conn.LocalAddr().String()
}

func TestProbeDNS(t *testing.T) {
	server := serveDNS(t)
	l := local(t, "", Options{Allow: Allow{Hosts: []string{"127.0.0.1:*", "esdh.example.dk:443", "*.intern.example.dk:*"}}})
	expect(t, l, request("dns", "name", "esdh.example.dk", "server", server), OK, "esdh.example.dk A is 192.0.2.7")
	expect(t, l, request("dns", "name", "a.intern.example.dk", "server", server, "expect", "192.0.2.7"), OK, "")
	expect(t, l, request("dns", "name", "esdh.example.dk", "server", server, "expect", "192.0.2.7, 192.0.2.8"), Failed, `want "192.0.2.8"`)
	expect(t, l, request("dns", "name", "esdh.example.dk", "server", server, "type", "TXT", "expect", "text"), OK, "")
	for _, with := range [][]string{
		{"name", "other.example.dk"},
		{"name", "esdh.example.dk", "server", "192.0.2.1:53"},
		{"name", "127.1"},
		{"name", "ESDH.example.dk"},
		{"name", "esdh.example.dk", "type", "ANY"},
	} {
		if problems := l.Check("dns", request("dns", with...).With); len(problems) != 1 {
			t.Errorf("%v: %v", with, problems)
		}
	}
}

func TestProbeFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string, age time.Duration) {
		t.Helper()
		path := filepath.Join(dir, name)
		at := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	write("backup-1.bak", "old", 48*time.Hour)
	write("backup-2.bak", "newer", 2*time.Hour)
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "backup-9.bak"), 0o700), os.Symlink("/etc/passwd", filepath.Join(dir, "backup-8.bak"))); err != nil {
		t.Fatal(err)
	}
	l := local(t, "", Options{Allow: Allow{Paths: []string{dir}}})
	sum := sha256.Sum256([]byte("newer"))
	with := func(more ...string) Request { return request("file", append(more, "path", dir+"/backup-*.bak")...) }
	expect(t, l, with("sha256", hex.EncodeToString(sum[:])), OK, "backup-2.bak: 5 bytes")
	expect(t, l, with("sha256", strings.Repeat("0", 64)), Failed, "SHA-256")
	expect(t, l, with("min_size", "5"), OK, "")
	expect(t, l, with("min_size", "1KiB"), Failed, "at least 1024 bytes")
	expect(t, l, with("max_age", "1h"), Failed, "want at most 1h")
	if res := expect(t, l, with("max_age", "3h"), OK, ""); !res.RecoveryPoint.IsZero() {
		t.Error("a recovery point that nobody asked for")
	}
	res := expect(t, l, with("max_age", "1h", "recovery_point", "true"), Failed, "")
	if age := time.Since(res.RecoveryPoint); age < 2*time.Hour || age > 3*time.Hour {
		t.Errorf("recovery point %s", res.RecoveryPoint)
	}
	expect(t, l, request("file", "path", dir+"/nothing"), Failed, "no regular file")
	expect(t, l, request("file", "path", dir+"/backup-8.bak"), Failed, "no regular file")
	for _, path := range []string{"/etc/passwd", dir + "/../x", dir, "backup-1.bak", dir + "/[", dir + "x/file"} {
		if problems := l.Check("file", map[string]string{"path": path}); len(problems) == 0 {
			t.Errorf("%s was accepted", path)
		}
	}
}

func TestProbeSQL(t *testing.T) {
	l := local(t, "", Options{OpenSQL: database(t), Allow: Allow{SQL: []string{"esdh"}}})
	with := func(query string, more ...string) Request {
		return request("sql", append(more, "database", "esdh", "query", query)...)
	}
	expect(t, l, with("select count(*) from backup", "equals", "2"), OK, "")
	expect(t, l, with("select count(*) from backup", "equals", "3"), Failed, `want "3"`)
	expect(t, l, with("select id from backup", "min_rows", "2"), OK, "2 rows")
	expect(t, l, with("select id from backup", "min_rows", "3"), Failed, "want at least 3 rows")
	expect(t, l, with("select id from backup where id > 9"), Failed, "0 rows")
	expect(t, l, with("select a from nowhere"), Failed, "no such table")
	res := expect(t, l, with("select max(ended) from backup;", "max_age", "2h"), OK, "")
	if age := time.Since(res.RecoveryPoint); age < 90*time.Minute || age > 2*time.Hour {
		t.Errorf("recovery point %s", res.RecoveryPoint)
	}
	expect(t, l, with("select min(ended) from backup", "max_age", "2h"), Failed, "want at most 2h")
	expect(t, l, with("select 'soon'", "max_age", "2h"), Failed, "no time stamp")
	expect(t, l, with(`with b as (select 'a;b--' as "update" from backup) select "update" from b -- c`, "equals", "a;b--"), OK, "")
	for _, query := range []string{
		"delete from backup", "select 1; delete from backup", "select 1; select 2", "with x as (delete from backup returning 1) select 1 from x",
		"pragma query_only=0", "attach 'x' as y", "select 1 into t", "explain select 1", "", "-- x", "select 'a", `select "a`, "select /* 1",
		"select load_extension('x')", "select $$;$$", "select 'a\\'; drop table x --'", "update backup set id = 1", "vacuum into 'x'", "begin",
		"select 1 /* /* */ ; delete from backup */", "copy backup to program 'id'", "values (1)",
	} {
		if problems := l.Check("sql", with(query).With); len(problems) == 0 {
			t.Errorf("%s was accepted", query)
		}
	}
	if got := fmt.Sprint(l.Check("sql", map[string]string{"database": "edsh", "query": "select 1"})); !strings.Contains(got, "did you mean esdh?") {
		t.Error(got)
	}
}

func TestProbeWait(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := local(t, "", Options{Allow: Allow{Paths: []string{dir}}})
		r := request("wait", "for", "file", "path", dir+"/flag", "every", "7s")
		r.Timeout = time.Minute
		res := expect(t, l, r, TimedOut, "not true at look 9")
		if res.Elapsed != time.Minute {
			t.Errorf("waited %s", res.Elapsed)
		}
		go func() {
			time.Sleep(20 * time.Second)
			if err := os.WriteFile(dir+"/flag", nil, 0o600); err != nil {
				panic(err)
			}
		}()
		if res = expect(t, l, r, OK, "true at look 4"); res.Elapsed != 21*time.Second {
			t.Errorf("waited %s", res.Elapsed)
		}
		for _, with := range [][]string{{"path", dir + "/x"}, {"for", "wait"}, {"for", "file", "pth", "x"}, {"for", "file", "path", dir + "/x", "every", "0s"}} {
			if problems := l.Check("wait", request("wait", with...).With); len(problems) == 0 {
				t.Errorf("%v was accepted", with)
			}
		}
	})
}

func BenchmarkProbe(b *testing.B) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	l := local(b, "", Options{Allow: Allow{Hosts: []string{"127.0.0.1:*"}}})
	r := request("http", "url", server.URL+"/", "status", "404")
	for b.Loop() {
		if res, err := l.Run(context.Background(), r); err != nil || res.Outcome != OK {
			b.Fatalf("%+v, %v", res, err)
		}
	}
}
