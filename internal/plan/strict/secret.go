package strict

import (
	"bytes"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// secretRule knows one kind of text that no plan may hold (spec/domain.md 4.1):
// a plan is read by many and printed on paper.
type secretRule struct {
	code    string
	what    string
	hint    string
	pattern *regexp.Regexp
}

const keepSecretsOut = "take it out, treat it as disclosed and change it; a plan may name where a secret lies, such as secret://name"

// secretRules are compiled once a Reader.
func secretRules() []secretRule {
	secret := func(what, pattern string) secretRule {
		return secretRule{"BP060", what, keepSecretsOut, regexp.MustCompile(pattern)}
	}
	return []secretRule{
		secret("a private key", `-----BEGIN [A-Z ]*PRIVATE KEY`),
		secret("a password in an address", `://[^/\s:@]+:[^/\s@]+@`),
		secret("a cloud access key", `\b(AKIA|ASIA)[0-9A-Z]{16}\b`),
		secret("a Slack token", `\bxox[abeprs]-[0-9A-Za-z-]{10,}|hooks\.slack\.com/services/`),
		secret("a signed token", `\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.`),
		secret("a source code host's token", `\b(gh[pousr]_[A-Za-z0-9]{20,}|glpat-[A-Za-z0-9_-]{16,})`),
		secret("a password", `(?i)\b(password|passwd|pwd|adgangskode|kodeord|secret|api[_-]?key|token)\s*[:=]\s*`+
			`([a-z]\S{0,40}[0-9]|[0-9]\S{0,40}[a-z])\S*`),
		{
			"BP061", "a civil registration number (CPR)",
			"take it out; write a case number or a test person's alias",
			regexp.MustCompile(`(^|[^0-9A-Za-z-])[0-3678][0-9](0[1-9]|1[0-2])[0-9]{2}-[0-9]{4}($|[^0-9A-Za-z-])`),
		},
	}
}

// scanSecrets looks at every scalar, but only in a file that holds one of the
// signs: nearly no file does, so that nearly all are read at full speed.
func (r *Reading) scanSecrets(rules []secretRule) {
	if suspicious(r.src) {
		r.secretsBelow(r.root, rules)
	}
}

func suspicious(src []byte) bool {
	lower := lowered(src)
	for _, sign := range [...]string{
		"-----begin", "akia", "asia", "xox", "hooks.slack", "eyj", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat",
		"pass", "pwd", "kode", "secret", "api", "token",
	} {
		if bytes.Contains(lower, []byte(sign)) {
			return true
		}
	}
	for rest := lower; ; {
		hyphen := bytes.IndexByte(rest, '-')
		if hyphen < 0 {
			break
		}
		if hyphen >= 6 && digits(rest[hyphen-6:hyphen]) && len(rest) > hyphen+4 && digits(rest[hyphen+1:hyphen+5]) {
			return true
		}
		rest = rest[hyphen+1:]
	}
	address := bytes.Index(lower, []byte("://"))
	return address >= 0 && bytes.IndexByte(lower[address:], '@') > 0
}

// lowered makes ASCII letters small; the signs hold no others.
func lowered(src []byte) []byte {
	lower := make([]byte, len(src))
	for i, c := range src {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return lower
}

func digits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func (r *Reading) secretsBelow(node *yaml.Node, rules []secretRule) {
	for i, item := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 1 && secretKey(node.Content[i-1].Value) &&
			item.Kind == yaml.ScalarNode && item.Value != "" && !strings.HasPrefix(item.Value, "secret://") {
			r.on(item, "BP060", Quote(node.Content[i-1].Value)+" holds a secret in clear", keepSecretsOut)
			continue
		}
		r.secretsBelow(item, rules)
	}
	if node.Kind != yaml.ScalarNode || r.fullyTold() {
		return
	}
	for _, rule := range rules {
		if rule.pattern.MatchString(node.Value) {
			r.on(node, rule.code, "this text holds "+rule.what, rule.hint)
			return
		}
	}
}

// secretKey tells keys whose value would be a secret.
func secretKey(key string) bool {
	switch strings.ToLower(key) {
	case "password", "passwd", "pwd", "adgangskode", "kodeord", "secret", "token", "api_key", "apikey", "api-key", "private_key":
		return true
	default:
		return false
	}
}
