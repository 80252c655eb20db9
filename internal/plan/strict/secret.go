package strict

import (
	"bytes"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// secretRule knows one kind of text that no plan may hold (spec/domain.md 4.1):
// a plan is read by many and printed on paper. A pattern is slow, so it is tried
// only in a file that has one of the signs, on text that has one of the marks.
type secretRule struct {
	code    string
	what    string
	hint    string
	signs   []string // in small letters; none for a rule that always holds
	marks   string
	pattern *regexp.Regexp
}

const keepSecretsOut = "take it out, treat it as disclosed and change it; a plan may name where a secret lies, such as secret://name"

// secretRules are compiled once a Decoder.
func secretRules() []secretRule {
	secret := func(what, marks, pattern string, signs ...string) secretRule {
		return secretRule{"BP060", what, keepSecretsOut, signs, marks, regexp.MustCompile(pattern)}
	}
	return []secretRule{
		secret("a private key", "-", `-----BEGIN [A-Z ]*PRIVATE KEY`, "-----begin"),
		secret("a password in an address", "@", `://[^/\s:@]+:[^/\s@]+@`, "://"),
		secret("a cloud access key", "IS", `\b(AKIA|ASIA)[0-9A-Z]{16}\b`, "akia", "asia"),
		secret("a Slack token", "-/", `\bxox[abeprs]-[0-9A-Za-z-]{10,}|hooks\.slack\.com/services/`, "xox", "hooks.slack"),
		secret("a signed token", ".", `\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.`, "eyj"),
		secret("a source code host's token", "_-", `\b(gh[pousr]_[A-Za-z0-9]{20,}|glpat-[A-Za-z0-9_-]{16,})`, "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat"),
		secret("a password", ":=", `(?i)\b(password|passwd|pwd|adgangskode|kodeord|secret|api[_-]?key|token)\s*[:=]\s*`+
			`([a-z]\S{0,40}[0-9]|[0-9]\S{0,40}[a-z])\S*`, "pass", "pwd", "adgangskode", "kodeord", "secret", "api", "token"),
		{
			"BP061", "a civil registration number (CPR)", "take it out; write a case number or a test person's alias", nil, "-",
			regexp.MustCompile(`(^|[^0-9A-Za-z-])[0-3678][0-9](0[1-9]|1[0-2])[0-9]{2}-[0-9]{4}($|[^0-9A-Za-z-])`),
		},
	}
}

// scanSecrets looks at every scalar for the rules of which the file has a sign:
// in nearly all files those are none, so that they are read at full speed.
func (r *Reading) scanSecrets(rules []secretRule) {
	lower := lowered(r.src)
	var apply []secretRule
	for _, rule := range rules {
		if hasSign(lower, rule.signs) {
			apply = append(apply, rule)
		}
	}
	if len(apply) > 0 {
		r.secretsBelow(r.root, apply)
	}
}

func hasSign(lower []byte, signs []string) bool {
	for _, sign := range signs {
		if bytes.Contains(lower, []byte(sign)) {
			return true
		}
	}
	return signs == nil && numberLike(lower)
}

// numberLike tells whether six digits, a hyphen and four digits stand somewhere.
func numberLike(text []byte) bool {
	for rest := text; ; {
		hyphen := bytes.IndexByte(rest, '-')
		if hyphen < 0 {
			return false
		}
		if hyphen >= 6 && digits(rest[hyphen-6:hyphen]) && len(rest) > hyphen+4 && digits(rest[hyphen+1:hyphen+5]) {
			return true
		}
		rest = rest[hyphen+1:]
	}
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
		if strings.ContainsAny(node.Value, rule.marks) && rule.pattern.MatchString(node.Value) {
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
