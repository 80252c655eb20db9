package kept

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Silence is how long a node may go without a beat, by the database's clock,
// until the others take it for dead. With a beat every BeatEvery another node
// has taken over within 13 s at the latest (R5: p99 15 s).
const (
	Silence   = 9 * time.Second
	BeatEvery = 3 * time.Second
)

// Role is what a node does for all.
type Role string

// The roles. A runner carries out automatic steps and does nothing else; with a
// site, those of that site only. A scheduler does everything but that.
const (
	Everything Role = "all"
	Runner     Role = "runner"
	Scheduler  Role = "scheduler"
)

// Node is one server process that has driven this register.
type Node struct {
	Name    string
	Epoch   int64
	Beat    time.Time     // the newest one, by the database's clock; zero: it was forgotten
	Quiet   time.Duration // since then, by the database's clock
	Site    string        // network zone whose steps it carries out; empty: those that name none
	Role    Role
	Key     string // public key that its name is bound to, as text; empty: to none yet
	Version string // of the program
	Boot    string // of its machine
	Started time.Time
}

// Alive tells whether the others count on it.
func (n Node) Alive() bool { return !n.Beat.IsZero() && n.Quiet < Silence }

// Carries tells whether it carries out steps of that site.
func (n Node) Carries(site string) bool { return n.Role != Scheduler && n.Site == site }

// Leads tells whether it does what one does for all: schedules, checks,
// messages, and everything of a run but carrying steps out.
func (n Node) Leads() bool { return n.Role != Runner }

// LookQueue is where a run waits for whichever node leads.
const LookQueue = "drive"

// IsSite tells whether a text can name a site, as plan files may: up to 32 small
// letters and digits, with single hyphens between them, because the name is also
// that of a line of the queue.
func IsSite(text string) bool {
	for part := range strings.SplitSeq(text, "-") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return len(text) <= 32
}

// CarryQueue is where a run waits for a node that carries out steps of that
// site.
func CarryQueue(site string) string {
	if site == "" {
		return "carry"
	}
	return "carry-" + site
}

// Queues are those that the node takes runs from.
func (n Node) Queues() (list []string) {
	if n.Leads() {
		list = append(list, LookQueue)
	}
	if n.Role != Scheduler {
		list = append(list, CarryQueue(n.Site))
	}
	return list
}

// Fingerprint names the node's key in a few letters; empty when it has none.
func (n Node) Fingerprint() string {
	if n.Key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(n.Key))
	return hex.EncodeToString(sum[:8])
}
