package action

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Allow lists what probes may look at; nothing else is reached (S12).
type Allow struct {
	// Hosts are host:port patterns. The host is a name, *.domain, an address or a CIDR range; the port is a number or *. Examples:
	// esdh.example.dk:443, *.example.dk:*, 10.20.0.0/16:5432, [2001:db8::]/32:443. An allowed name still may not lead to a
	// loopback, link-local, metadata, multicast or unspecified address, unless an address pattern allows that address too.
	Hosts []string
	// Paths are absolute folders for file probes.
	Paths []string
	// SQL are names of configured database targets.
	SQL []string
}

// hostRule is one parsed pattern.
type hostRule struct {
	name   string       // lower case; empty for addresses
	prefix netip.Prefix // of an address or a range
	port   int          // 0: any
}

// endpoint is a target as a plan names it.
type endpoint struct {
	host string
	addr netip.Addr // valid when host is an address
	port int
}

func (a Allow) validate() error {
	var wrong []error
	for _, text := range a.Hosts {
		if _, err := parseHostRule(text); err != nil {
			wrong = append(wrong, fmt.Errorf("allowed host %q: %w", text, err))
		}
	}
	for _, dir := range a.Paths {
		if !filepath.IsAbs(dir) || filepath.Clean(dir) != dir {
			wrong = append(wrong, fmt.Errorf("allowed path %q: write a clean absolute folder", dir))
		}
	}
	return errors.Join(wrong...)
}

// rules parses patterns that validate has accepted.
func (a Allow) rules() []hostRule {
	rules := make([]hostRule, 0, len(a.Hosts))
	for _, text := range a.Hosts {
		if rule, err := parseHostRule(text); err == nil {
			rules = append(rules, rule)
		}
	}
	return rules
}

func parseHostRule(text string) (hostRule, error) {
	usage := errors.New("write host:port, *.domain:port or 10.0.0.0/8:port, with * for any port")
	cut := strings.LastIndexByte(text, ':')
	if cut <= 0 || strings.HasSuffix(text, "]") {
		return hostRule{}, usage
	}
	host, portText := text[:cut], text[cut+1:]
	rule := hostRule{}
	if portText != "*" {
		port, err := parsePort(portText)
		if err != nil {
			return hostRule{}, usage
		}
		rule.port = port
	}
	bare := strings.NewReplacer("[", "", "]", "").Replace(host)
	if prefix, err := netip.ParsePrefix(bare); err == nil {
		rule.prefix = prefix.Masked()
		return rule, nil
	}
	if addr, err := netip.ParseAddr(bare); err == nil && addr.Zone() == "" {
		rule.prefix = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
		return rule, nil
	}
	if err := checkName(strings.TrimPrefix(host, "*.")); err != nil {
		return hostRule{}, usage
	}
	rule.name = host
	return rule, nil
}

func parsePort(text string) (int, error) {
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 || strconv.Itoa(port) != text {
		return 0, fmt.Errorf("%s is no port; write a number from 1 to 65535", quote(text))
	}
	return port, nil
}

// checkName accepts plain lower-case host names. Names that some resolver would read as a number are not names: 2130706433, 0x7f.1
// and 127.1 all mean 127.0.0.1 to it.
func checkName(name string) error {
	labels := strings.Split(name, ".")
	label := regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?$`)
	for _, l := range labels {
		if !label.MatchString(l) {
			return fmt.Errorf("host %s: write a host name in small ASCII letters without a final dot (punycode where it has others)", quote(name))
		}
	}
	last := labels[len(labels)-1]
	if last[0] >= '0' && last[0] <= '9' {
		return fmt.Errorf("host %s: write an address as 192.0.2.1 or [2001:db8::1]", quote(name))
	}
	return nil
}

// parseEndpoint reads host:port strictly: one spelling for each target.
func parseEndpoint(text string) (endpoint, error) {
	host, portText, err := net.SplitHostPort(text)
	if err != nil {
		return endpoint{}, fmt.Errorf("%s: write host:port, such as esdh.example.dk:443", quote(text))
	}
	port, err := parsePort(portText)
	if err != nil {
		return endpoint{}, err
	}
	e := endpoint{host: host, port: port}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return e, checkName(host)
	}
	if addr.Zone() != "" || addr.Is4In6() || addr.String() != host {
		return endpoint{}, fmt.Errorf("host %s: write the address in its short form %s", quote(host), addr.Unmap().WithZone(""))
	}
	e.addr = addr
	return e, nil
}

func (e endpoint) String() string { return net.JoinHostPort(e.host, strconv.Itoa(e.port)) }

// permits says whether the plan may name this target at all.
func (a Allow) permits(e endpoint) bool {
	return slices.ContainsFunc(a.rules(), func(r hostRule) bool {
		if r.port != 0 && r.port != e.port {
			return false
		}
		if e.addr.IsValid() {
			return r.prefix.IsValid() && r.prefix.Contains(e.addr)
		}
		return r.name != "" && matchName(r.name, e.host)
	})
}

// permitsName says whether a DNS probe may ask for a name.
func (a Allow) permitsName(name string) bool {
	return slices.ContainsFunc(a.rules(), func(r hostRule) bool { return r.name != "" && matchName(r.name, name) })
}

func matchName(pattern, name string) bool {
	if tail, wild := strings.CutPrefix(pattern, "*"); wild {
		return strings.HasSuffix(name, tail)
	}
	return pattern == name
}

// dialer connects to one permitted target. The address is judged when the connection is made, after the name was resolved, so that a
// name that changes its address in between gains nothing.
func (a Allow) dialer(target endpoint) *net.Dialer {
	return &net.Dialer{
		KeepAlive: -1,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			return a.judge(target, address)
		},
	}
}

func (a Allow) judge(target endpoint, address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %s: %w", address, err)
	}
	addr := at.Addr().Unmap().WithZone("")
	listed := slices.ContainsFunc(a.rules(), func(r hostRule) bool {
		return r.prefix.IsValid() && r.prefix.Contains(addr) && (r.port == 0 || r.port == int(at.Port()))
	})
	switch {
	case listed:
		return nil
	case target.addr.IsValid():
		return fmt.Errorf("address %s is not on the allow-list", addr)
	case int(at.Port()) != target.port:
		return fmt.Errorf("port %d is not the one that the plan names", at.Port())
	case special(addr):
		return fmt.Errorf("%s leads to %s, a loopback, link-local or reserved address that the allow-list does not name", target.host, addr)
	}
	return nil
}

// special are the addresses that no name may lead to by itself: this machine, its link, cloud metadata, and transition ranges in
// which an IPv4 address can hide.
func special(addr netip.Addr) bool {
	if !addr.IsValid() || addr.IsLoopback() || addr.IsUnspecified() || addr.IsMulticast() ||
		addr.IsLinkLocalUnicast() || addr.IsInterfaceLocalMulticast() {
		return true
	}
	for _, text := range []string{
		"0.0.0.0/8", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fd00:ec2::254/128", "fec0::/10",
	} {
		if netip.MustParsePrefix(text).Contains(addr) {
			return true
		}
	}
	return false
}

// folder gives the allowed folder that holds a path, and the path within it.
func (a Allow) folder(name string) (dir, rest string, err error) {
	if !filepath.IsAbs(name) || filepath.Clean(name) != name {
		return "", "", fmt.Errorf("%s: write a clean absolute path", quote(name))
	}
	for _, dir := range a.Paths {
		if within(dir, name) {
			rest, err := filepath.Rel(dir, name)
			return dir, path.Clean(rest), err
		}
	}
	return "", "", fmt.Errorf("%s is not below an allowed folder; ask the administrator to list its folder", quote(name))
}

// limitTime gives a context that ends with the step's timeout and says so.
func limitTime(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, timeout, errTimeout)
}
