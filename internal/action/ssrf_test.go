package action

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// forms are ways to reach what the allow-list does not name; PORT is the port of a server on this machine (S12).
func forms() []string {
	return strings.Fields(`
		http://127.0.0.1:PORT/ http://127.0.0.1:PORT http://localhost:PORT/ http://LOCALHOST:PORT/ http://localhost.:PORT/
		http://127.1:PORT/ http://127.0.1:PORT/ http://127.127.127.127:PORT/ http://0:PORT/ http://0.0.0.0:PORT/
		http://2130706433:PORT/ http://017700000001:PORT/ http://0177.0.0.1:PORT/ http://0x7f000001:PORT/ http://0x7f.0.0.1:PORT/
		http://0x7f.1:PORT/ http://127.0.0.01:PORT/ http://127.0.0.1.:PORT/ http://[::1]:PORT/ http://[::]:PORT/
		http://[0:0:0:0:0:0:0:1]:PORT/ http://[::ffff:127.0.0.1]:PORT/ http://[::ffff:7f00:1]:PORT/ http://[::127.0.0.1]:PORT/ http://[64:ff9b::7f00:1]:PORT/
		http://[2002:7f00:1::]:PORT/ http://[::1%25lo]:PORT/ http://[fe80::1]:PORT/ http://[fe80::1%25eth0]:PORT/ http://[fd00:ec2::254]/latest/
		http://169.254.169.254/latest/meta-data/ http://169.254.169.254:PORT/ http://2852039166/ http://0xa9fea9fe/ http://169.254.43518/
		http://[::ffff:169.254.169.254]/ http://100.100.100.200/ http://metadata.google.internal/ http://user@127.0.0.1:PORT/ http://allowed.example.dk@127.0.0.1:PORT/
		http://allowed.example.dk:80@127.0.0.1:PORT/ http://127.0.0.1:PORT@allowed.example.dk/ http://127.0.0.1:PORT#@allowed.example.dk/ http://127.0.0.1:PORT\@allowed.example.dk/ http://allowed.example.dk\@127.0.0.1:PORT/
		http://allowed.example.dk:PORT/ http://allowed.example.dk:443/ https://allowed.example.dk/ http://allowed.example.dk.evil.example/ http://evil-allowed.example.dk/
		http://x.allowed.example.dk/ http://ALLOWED.example.dk/ http://allowed.example.dk./ http://allowed%2eexample.dk/ http://127%2e0%2e0%2e1:PORT/
		http://①②⑦.0.0.1:PORT/ http://127。0。0。1:PORT/ http://аllowed.example.dk/ file:///etc/passwd file://127.0.0.1/etc/passwd
		gopher://127.0.0.1:PORT/ ftp://127.0.0.1/ unix:///var/run/docker.sock http+unix://%2Fvar%2Frun/ data:text/plain,x
		javascript:alert(1) //127.0.0.1:PORT/ http:127.0.0.1:PORT/ http:/127.0.0.1:PORT/ http:///127.0.0.1:PORT/
		127.0.0.1:PORT http:// http://:PORT/ HTTP://127.0.0.1:PORT/ http://allowed.example.dk:080/
		http://allowed.example.dk:+80/ http://allowed.example.dk:0/ http://allowed.example.dk:65616/ http://10.0.0.256/
		http://10.1.2.3:81/ http://11.0.0.1/ http://[::ffff:10.1.2.3]/ http://10.1.2/ http://192.168.0.1/`)
}

// TestForbiddenTargets is S12: none of the forms is accepted, and none reaches the server.
func TestForbiddenTargets(t *testing.T) {
	var reached atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer server.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	l := local(t, "", Options{Allow: Allow{Hosts: []string{"allowed.example.dk:80", "10.0.0.0/8:80", "[2001:db8::]/32:80"}}})
	list := forms()
	if len(list) < 60 {
		t.Fatalf("only %d forms", len(list))
	}
	for _, form := range list {
		form = strings.ReplaceAll(form, "PORT", port)
		if problems := l.Check("http", map[string]string{"url": form}); len(problems) == 0 {
			t.Errorf("%s was accepted", form)
		}
		if res, _ := l.Run(context.Background(), request("http", "url", form)); res.Outcome == OK {
			t.Errorf("%s was asked", form)
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the server was reached %d times", n)
	}
	for _, form := range []string{"http://allowed.example.dk/", "http://allowed.example.dk:80/x?y=z@w", "http://10.1.2.3/", "http://[2001:db8::1]/"} {
		if problems := l.Check("http", map[string]string{"url": form}); len(problems) > 0 {
			t.Errorf("%s: %v", form, problems)
		}
	}
}

// TestNameMayNotLeadHome is the defence against rebinding: the name is allowed, the address that it leads to is not.
func TestNameMayNotLeadHome(t *testing.T) {
	var reached atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer server.Close()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	strict := local(t, "", Options{Allow: Allow{Hosts: []string{"localhost:" + port}}})
	expect(t, strict, request("http", "url", "http://localhost:"+port+"/"), Failed, "that the allow-list does not name")
	expect(t, strict, request("tcp", "address", "localhost:"+port), Failed, "that the allow-list does not name")
	expect(t, strict, request("tls", "address", "localhost:"+port), Failed, "that the allow-list does not name")
	if reached.Load() > 0 {
		t.Error("the server was reached")
	}
	// The control: with the address on the list too, the same name is fine.
	wide := local(t, "", Options{Allow: Allow{Hosts: []string{"localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port}}})
	expect(t, wide, request("http", "url", "http://localhost:"+port+"/"), OK, "")
}

func TestJudge(t *testing.T) {
	allow := Allow{Hosts: []string{"allowed.example.dk:*", "10.0.0.0/8:*", "169.254.7.7:80"}}
	name := endpoint{host: "allowed.example.dk", port: 80}
	for address, want := range map[string]bool{
		"10.1.2.3:80": true, "192.168.4.4:80": true, "93.184.216.34:80": true, "169.254.7.7:80": true, "[2001:db8::1]:80": true,
		"127.0.0.1:80": false, "[::1]:80": false, "0.0.0.0:80": false, "169.254.169.254:80": false, "169.254.7.8:80": false,
		"[::ffff:127.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false, "[fe80::1%eth0]:80": false,
		"224.0.0.1:80": false, "[fd00:ec2::254]:80": false, "100.100.100.200:80": false, "93.184.216.34:81": false, "255.255.255.255:80": false,
	} {
		if err := allow.judge(name, address); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAllowListIsChecked(t *testing.T) {
	for _, host := range []string{"", "esdh.example.dk", "esdh.example.dk:x", "ESDH.dk:1", "*:443", "a.*.dk:1", "http://x.dk:80", "10.0.0.0/33:1", "127.1:80", "[::1]"} {
		if err := (Allow{Hosts: []string{host}}).validate(); err == nil {
			t.Errorf("%q was accepted", host)
		}
	}
	if err := (Allow{Paths: []string{"backup"}}).validate(); err == nil {
		t.Error("a relative folder was accepted")
	}
}
