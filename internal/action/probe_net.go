package action

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The longest body that the http probe reads, in bytes.
const longestBody = 1 << 20

func (l *Local) probeHTTP(with map[string]string) (probe, []Problem) {
	v, problems := checkValues(map[string]param{
		"url":       {Type: typeString, MaxLength: 2048},
		"method":    {Type: typeEnum, Values: []string{"GET", "HEAD"}, Default: "GET"},
		"status":    {Type: typeInt, Default: "200"},
		"contains":  {Type: typeString, Optional: true, AllowDash: true},
		"json_path": {Type: typeString, Optional: true},
		"equals":    {Type: typeString, Optional: true, AllowDash: true},
		"max_ms":    {Type: typeInt, Optional: true},
	}, with)
	if (v["json_path"] == "") != (v["equals"] == "") {
		problems = append(problems, Problem{"json_path", "json_path and equals belong together; write both or none"})
	}
	if v["method"] == "HEAD" && v["contains"]+v["json_path"] != "" {
		problems = append(problems, Problem{"method", "HEAD brings no body to look into; write GET"})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	target, problems := l.site(v["url"])
	if len(problems) > 0 {
		return nil, problems
	}
	return func(ctx context.Context) (finding, error) { return l.lookHTTP(ctx, v, target) }, nil
}

// site reads a URL strictly, because each lenient reading is a way around an allow-list.
func (l *Local) site(text string) (endpoint, []Problem) {
	wrong := func(format string, args ...any) (endpoint, []Problem) {
		return endpoint{}, []Problem{{"url", fmt.Sprintf(format, args...)}}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return wrong("%s is no URL; write https://host/path", quote(text))
	case u.Scheme != "http" && u.Scheme != "https":
		return wrong("scheme %s: write http or https", quote(u.Scheme))
	case u.User != nil || strings.ContainsRune(u.Host, '@'):
		return wrong("a URL here holds no user or password")
	case u.Opaque != "" || u.Host == "" || u.Fragment != "":
		return wrong("%s: write https://host/path, without a fragment", quote(text))
	case strings.ContainsAny(text, "\\ \t\r\n") || !strings.HasPrefix(text, u.Scheme+"://"+u.Host):
		return wrong("%s: write the host plainly, without encoding, capital letters or white space", quote(text))
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return l.reach("url", net.JoinHostPort(u.Hostname(), port))
}

func (l *Local) lookHTTP(ctx context.Context, v values, target endpoint) (finding, error) {
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10,
			DialContext:     l.options.Allow.dialer(target).DialContext,
			TLSClientConfig: l.tlsConfig(target.host),
		},
	}
	request, err := http.NewRequestWithContext(ctx, v["method"], v["url"], nil)
	if err != nil {
		return finding{}, fmt.Errorf("asking %s: %w", target, err)
	}
	request.Header.Set("User-Agent", "beredskab")
	started := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return finding{}, fmt.Errorf("asking %s: %w", target, err)
	}
	defer func() { _ = response.Body.Close() }()
	if want := v.integer("status"); response.StatusCode != want {
		message := fmt.Sprintf("status %d, want %d", response.StatusCode, want)
		if to := response.Header.Get("Location"); to != "" {
			message += fmt.Sprintf("; it redirects to %s, and redirects are not followed", quote(to))
		}
		return finding{message: message}, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, longestBody+1))
	if err != nil {
		return finding{}, fmt.Errorf("reading the answer of %s: %w", target, err)
	}
	took := time.Since(started)
	if wrong := judgeBody(v, body); wrong != "" {
		return finding{message: wrong}, nil
	}
	if most := v.integer("max_ms"); most > 0 && took > time.Duration(most)*time.Millisecond {
		return finding{message: fmt.Sprintf("answered after %d ms, want at most %d ms", took.Milliseconds(), most)}, nil
	}
	return finding{good: true, message: fmt.Sprintf("status %d after %d ms", response.StatusCode, took.Milliseconds())}, nil
}

// judgeBody says what is wrong with the body, or nothing.
func judgeBody(v values, body []byte) string {
	if v["contains"] == "" && v["json_path"] == "" {
		return ""
	}
	if len(body) > longestBody {
		return fmt.Sprintf("the answer is longer than %d bytes; probe a smaller page", longestBody)
	}
	if !strings.Contains(string(body), v["contains"]) {
		return fmt.Sprintf("the answer does not contain %s", quote(v["contains"]))
	}
	if v["json_path"] == "" {
		return ""
	}
	found, err := follow(body, v["json_path"])
	if err != nil {
		return err.Error()
	}
	if found != v["equals"] {
		return fmt.Sprintf("%s is %s, want %s", v["json_path"], quote(found), quote(v["equals"]))
	}
	return ""
}

// follow walks a dotted path, such as checks.0.status, through a JSON document.
func follow(body []byte, path string) (string, error) {
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	var at any
	if err := decoder.Decode(&at); err != nil {
		return "", fmt.Errorf("the answer is not JSON: %w", err)
	}
	for key := range strings.SplitSeq(path, ".") {
		var next any
		found := false
		switch here := at.(type) {
		case map[string]any:
			next, found = here[key]
		case []any:
			if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(here) {
				next, found = here[i], true
			}
		}
		if !found {
			return "", fmt.Errorf("the answer has no %s (at %s)", path, quote(key))
		}
		at = next
	}
	if text, ok := at.(string); ok {
		return text, nil
	}
	text, err := json.Marshal(at)
	return string(text), err
}

func (l *Local) tlsConfig(name string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: l.options.Roots, ServerName: name}
}

func (l *Local) probeTCP(with map[string]string) (probe, []Problem) {
	v, problems := checkValues(map[string]param{"address": {Type: typeString}}, with)
	if len(problems) > 0 {
		return nil, problems
	}
	target, problems := l.reach("address", v["address"])
	if len(problems) > 0 {
		return nil, problems
	}
	return func(ctx context.Context) (finding, error) {
		started := time.Now()
		conn, err := l.options.Allow.dialer(target).DialContext(ctx, "tcp", target.String())
		if err != nil {
			return finding{}, fmt.Errorf("connecting to %s: %w", target, err)
		}
		_ = conn.Close()
		return finding{good: true, message: fmt.Sprintf("connected after %d ms", time.Since(started).Milliseconds())}, nil
	}, nil
}

func (l *Local) probeTLS(with map[string]string) (probe, []Problem) {
	v, problems := checkValues(map[string]param{
		"address":     {Type: typeString},
		"min_days":    {Type: typeInt, Default: "14"},
		"server_name": {Type: typeString, Optional: true},
	}, with)
	if len(problems) > 0 {
		return nil, problems
	}
	target, problems := l.reach("address", v["address"])
	if name := v["server_name"]; name != "" && len(problems) == 0 && checkName(name) != nil {
		problems = []Problem{{"server_name", checkName(name).Error()}}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	name := v["server_name"]
	if name == "" {
		name = target.host
	}
	return func(ctx context.Context) (finding, error) { return l.lookTLS(ctx, target, name, v.integer("min_days")) }, nil
}

func (l *Local) lookTLS(ctx context.Context, target endpoint, name string, days int) (finding, error) {
	dialer := &tls.Dialer{NetDialer: l.options.Allow.dialer(target), Config: l.tlsConfig(name)}
	conn, err := dialer.DialContext(ctx, "tcp", target.String())
	if err != nil {
		return finding{}, fmt.Errorf("connecting to %s: %w", target, err)
	}
	defer func() { _ = conn.Close() }()
	chain := conn.(*tls.Conn).ConnectionState().PeerCertificates
	first := slices.MinFunc(chain, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
	left := int(time.Until(first.NotAfter).Hours() / 24)
	message := fmt.Sprintf("the certificate of %s ends %s, in %d days", quote(first.Subject.CommonName), first.NotAfter.UTC().Format(time.DateOnly), left)
	if left < days {
		return finding{message: message + fmt.Sprintf(", want at least %d", days)}, nil
	}
	return finding{good: true, message: message}, nil
}

func (l *Local) probeDNS(with map[string]string) (probe, []Problem) {
	v, problems := checkValues(map[string]param{
		"name":   {Type: typeString},
		"type":   {Type: typeEnum, Values: []string{"A", "AAAA", "CNAME", "MX", "NS", "TXT"}, Default: "A"},
		"expect": {Type: typeString, Optional: true, AllowDash: true},
		"server": {Type: typeString, Optional: true},
	}, with)
	if len(problems) > 0 {
		return nil, problems
	}
	if err := checkName(v["name"]); err != nil {
		return nil, []Problem{{"name", err.Error()}}
	}
	if !l.options.Allow.permitsName(v["name"]) {
		return nil, []Problem{{"name", v["name"] + " is not on the allow-list; ask the administrator to list it"}}
	}
	resolver := &net.Resolver{PreferGo: true, StrictErrors: true}
	if v["server"] != "" {
		target, problems := l.reach("server", v["server"])
		if len(problems) > 0 {
			return nil, problems
		}
		resolver.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return l.options.Allow.dialer(target).DialContext(ctx, network, target.String())
		}
	}
	return func(ctx context.Context) (finding, error) { return lookDNS(ctx, resolver, v) }, nil
}

func lookDNS(ctx context.Context, resolver *net.Resolver, v values) (finding, error) {
	answers, err := ask(ctx, resolver, v["type"], v["name"]+".")
	if err != nil {
		return finding{}, fmt.Errorf("asking for %s %s: %w", v["type"], v["name"], err)
	}
	slices.Sort(answers)
	message := fmt.Sprintf("%s %s is %s", v["name"], v["type"], strings.Join(answers, ", "))
	for _, want := range split(v["expect"]) {
		if !slices.Contains(answers, strings.TrimSuffix(want, ".")) {
			return finding{message: message + ", want " + quote(want)}, nil
		}
	}
	return finding{good: true, message: message}, nil
}

func ask(ctx context.Context, resolver *net.Resolver, kind, name string) ([]string, error) {
	var answers []string
	add := func(text string) { answers = append(answers, strings.TrimSuffix(text, ".")) }
	switch kind {
	case "A", "AAAA":
		found, err := resolver.LookupNetIP(ctx, map[string]string{"A": "ip4", "AAAA": "ip6"}[kind], name)
		for _, addr := range found {
			add(addr.Unmap().String())
		}
		return answers, err
	case "CNAME":
		found, err := resolver.LookupCNAME(ctx, name)
		add(found)
		return answers, err
	case "MX":
		found, err := resolver.LookupMX(ctx, name)
		for _, mx := range found {
			add(mx.Host)
		}
		return answers, err
	case "NS":
		found, err := resolver.LookupNS(ctx, name)
		for _, ns := range found {
			add(ns.Host)
		}
		return answers, err
	}
	return resolver.LookupTXT(ctx, name)
}
