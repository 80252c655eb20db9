package ops

import (
	"context"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beredskab/internal/kept"
	"beredskab/internal/outbox"
)

// collector gives the figures of one look.
type collector struct{ watch *Watch }

// Describe gives nothing, which Prometheus takes for "not known beforehand":
// channels and loops come and go.
func (collector) Describe(chan<- *prometheus.Desc) {}

// Collect looks once and gives every figure. What could not be asked is left
// out: a gauge of 0 would look like good news.
func (c collector) Collect(out chan<- prometheus.Metric) {
	w := c.watch
	s := w.look(context.Background())
	f := figures{out}
	f.give("build_info", "What runs: always 1.", 1, "version", w.Version, "revision", w.Commit, "go", runtime.Version())
	f.give("ready", "1 when this node can do its work, as /readyz says.", truth(len(s.trouble) == 0 || s.trouble[0].Minor))
	w.mu.Lock()
	for loop, beat := range w.beats {
		f.at("loop_last_timestamp_seconds", "When each loop of the program last began a round.", beat, "loop", loop)
	}
	w.mu.Unlock()
	good, bad, _ := w.Meter.state()
	f.give("register_reachable", "1 when the register takes changes and can be read.", truth(bad.IsZero() && s.lost == nil))
	f.at("register_last_change_timestamp_seconds", "When the register last took a change of this node.", good)
	for anchor, at := range w.Anchored() {
		f.at("anchor_last_timestamp_seconds", "Of when the newest checkpoint is that this server put into each anchor; 0: none since its start.", at, "anchor", anchor)
	}
	f.messages(w)
	f.give("steps_in_hand", "Automatic steps that this node carries out now.", float64(w.InHand()))
	if s.blind == nil {
		f.give("disk_free_bytes", "Room on the disk of the state folder.", float64(s.disk.Free))
		f.give("disk_total_bytes", "Size of the disk of the state folder.", float64(s.disk.Total))
		f.give("register_wal_bytes", "Write-ahead log of the SQLite register; 0 on PostgreSQL.", float64(s.disk.Log))
		f.give("spool_entries", "What the spool of this node holds.", float64(s.disk.Spool))
	}
	if s.lost == nil {
		f.runs(s.runs)
		f.census(s.census)
	}
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// figures writes gauges under the program's name.
type figures struct{ out chan<- prometheus.Metric }

// give writes one figure; labels are name and value in turn.
func (f figures) give(name, help string, value float64, labels ...string) {
	var names, values []string
	for i := 0; i < len(labels); i += 2 {
		names, values = append(names, labels[i]), append(values, labels[i+1])
	}
	desc := prometheus.NewDesc("beredskab_"+name, help, names, nil)
	f.out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, values...)
}

// at writes a moment, as seconds since 1970; 0 for one that never was.
func (f figures) at(name, help string, at time.Time, labels ...string) {
	seconds := 0.0
	if !at.IsZero() {
		seconds = float64(at.UnixMicro()) / 1e6
	}
	f.give(name, help, seconds, labels...)
}

// messages are what this server has tried itself since it began.
func (f figures) messages(w *Watch) {
	for channel, t := range w.told() {
		for _, outcome := range []outbox.Outcome{outbox.Accepted, outbox.TryAgain, outbox.GiveUp} {
			desc := prometheus.NewDesc("beredskab_message_tries_total", "Tries of this server to deliver messages, by how they ended.", []string{"channel", "outcome"}, nil)
			f.out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(t.Tries[outcome]), channel, string(outcome))
		}
		f.at("message_delivered_last_timestamp_seconds", "When this server last delivered a message; 0: never since its start.", t.Delivered, "channel", channel)
	}
	if w.Connected == nil {
		return
	}
	for channel, works := range w.Connected() {
		f.give("channel_connected", "1 when answers can come from the channel, such as over the socket to Slack.", truth(works), "channel", channel)
	}
}

// told is what was tried; empty where nothing is sent from here.
func (w *Watch) told() map[string]outbox.Tally {
	if w.Told == nil {
		return nil
	}
	return w.Told()
}

func (f figures) runs(o open) {
	const help = "Runs that have not ended."
	f.give("runs_open", help, float64(o.drills), "kind", "drill")
	f.give("runs_open", help, float64(o.incidents), "kind", "incident")
	f.give("questions_open", "Steps that wait for a person.", float64(o.questions))
	f.at("question_oldest_timestamp_seconds", "Since when the oldest of them waits; 0: none does.", o.oldest)
	f.give("steps_overdue", "Steps that wait for a person and whose deputy has been asked.", float64(o.overdue))
	f.give("steps_unknown", "Steps of which nobody knows how they ended.", float64(o.unknown))
}

func (f figures) census(c kept.Census) {
	for _, state := range []kept.OccurrenceState{kept.OccurrenceAsked, kept.OccurrenceStarted, kept.OccurrenceMissed, kept.OccurrenceSkipped} {
		f.give("occurrences", "Due times of the last 30 days, by what became of them.", float64(c.Occurrences[state]), "state", string(state))
	}
	f.give("schedules_due", "Schedules whose moment has come and that nobody has followed yet.", float64(c.Due))
	f.give("schedules_stuck", "Schedules that cannot be followed, or wait for something.", float64(c.Stuck))
	for _, state := range []kept.AttemptState{kept.AttemptStarting, kept.AttemptRunning, kept.AttemptUnknown} {
		f.give("attempts", "Automatic steps of all nodes that are in hand, or whose end nobody knows.", float64(c.Attempts[state]), "state", string(state))
	}
	for _, state := range []string{"breached", "at_risk", "unknown", "waived"} {
		f.give("findings_open", "What the checks found and is still so, by state.", float64(c.Findings[state]), "state", state)
	}
	for channel, n := range c.Owed {
		f.give("messages_owed", "Messages that wait to be delivered.", float64(n), "channel", channel)
		f.at("message_oldest_timestamp_seconds", "Since when the oldest of them waits.", c.OldestOwed[channel], "channel", channel)
	}
	for channel, n := range c.Overdue {
		f.give("messages_overdue", "Messages that have been due for five minutes without a try.", float64(n), "channel", channel)
	}
	for channel, n := range c.Refused {
		f.give("messages_refused", "Messages that cannot be delivered.", float64(n), "channel", channel)
	}
	living := 0
	for _, n := range c.Nodes {
		if n.Quiet = c.At.Sub(n.Beat); n.Alive() {
			living++
		}
	}
	const help = "Servers of this register, by whether they have given a sign of life lately."
	f.give("nodes", help, float64(living), "state", "living")
	f.give("nodes", help, float64(len(c.Nodes)-living), "state", "silent")
	f.give("register_log_entries", "Number of the newest entry of the log.", float64(c.Head))
	f.give("register_schema", "Version of the register's tables.", float64(c.Schema))
	f.give("register_commits_waiting", "Commits that wait for a standby.", float64(c.Waiting))
	f.at("log_signed_last_timestamp_seconds", "When the log was last signed; 0: never.", c.Signed)
	f.at("backup_last_timestamp_seconds", "When the newest backup was made; 0: never.", c.Backup)
}
