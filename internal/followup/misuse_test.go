package followup

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"beredskab/internal/kept"
)

func entries(n int, every time.Duration, change func(int, *Trace)) []Trace {
	list := make([]Trace, n)
	for i := range list {
		list[i] = Trace{Seq: int64(i + 1), At: morning().Add(time.Duration(i) * every), Actor: "a", Act: "drill.start", Outcome: "done"}
		change(i, &list[i])
	}
	return list
}

func suspected(list []Trace) []string {
	var out []string
	for _, s := range DigestOf(list, morning(), morning().Add(aDay), Watch{}).Suspicions {
		out = append(out, fmt.Sprintf("%s %s %d", s.Code, s.Person, s.Count))
	}
	return out
}

func TestSignsOfMisuse(t *testing.T) {
	refused := func(act string) func(int, *Trace) {
		return func(_ int, e *Trace) { e.Act, e.Outcome = act, "refused" }
	}
	for name, w := range map[string]struct {
		list []Trace
		want string
	}{
		"work":                {entries(500, time.Minute, func(int, *Trace) {}), ""},
		"four refusals":       {entries(4, time.Minute, refused("plan.approve")), ""},
		"five refusals":       {entries(5, time.Minute, refused("plan.approve")), "refusals a 5"},
		"spread too thin":     {entries(5, 7*time.Hour, refused("plan.approve")), ""},
		"thin over its start": {entries(5, 7*time.Hour, func(_ int, e *Trace) { e.Outcome, e.At = "refused", e.At.Add(-22*time.Hour) }), ""},
		"self-approval":       {entries(1, 0, func(_ int, e *Trace) { e.Outcome, e.Self = "refused", true }), "self_approval a 1"},
		"sign-ins":            {entries(6, time.Second, refused("login.password")), "sign_ins a 6"},
		"chain":               {entries(1, 0, func(_ int, e *Trace) { e.Act = "log.broken" }), "chain_break  1"},
		"many things":         {entries(2, time.Hour, func(_ int, e *Trace) { e.Act, e.Items = "audit.export", 300 }), "mass_export a 600"},
		"many exports":        {entries(5, time.Hour, func(_ int, e *Trace) { e.Act = "plan.export" }), "many_exports a 5"},
		"different people":    {entries(5, time.Hour, func(i int, e *Trace) { e.Act, e.Actor = "plan.export", fmt.Sprint(i) }), ""},
		"one try each":        {entries(10, time.Second, func(i int, e *Trace) { e.Act, e.Outcome, e.Actor = "login.code", "refused", fmt.Sprint(i) }), "many_names  10"},
		"before the period":   {entries(9, -time.Minute, func(_ int, e *Trace) { e.Outcome, e.At = "refused", e.At.Add(-time.Minute) }), ""},
		"over its start":      {entries(5, time.Minute, func(_ int, e *Trace) { e.Outcome, e.At = "refused", e.At.Add(-4*time.Minute) }), "refusals a 5"},
	} {
		if got := strings.Join(suspected(w.list), ", "); got != w.want {
			t.Errorf("%s: %q, not %q", name, got, w.want)
		}
	}
}

func TestTheDigestCountsItsOwnPeriodInAnyOrder(t *testing.T) {
	list := slices.Concat(
		entries(30, time.Minute, func(i int, e *Trace) { e.Actor, e.Outcome = fmt.Sprint(i%3), []string{"done", "refused"}[i%2] }),
		entries(2, time.Minute, func(_ int, e *Trace) { e.Act, e.Outcome = "session.open", "refused" }),
		entries(1, 0, func(_ int, e *Trace) { e.At = e.At.Add(-aDay) }),
		entries(1, 0, func(_ int, e *Trace) { e.At = e.At.Add(aDay) }),
	)
	d := DigestOf(list, morning(), morning().Add(aDay), Watch{})
	if d.Entries != 32 || d.People != 4 || d.Refused != 15 || d.FailedSignIns != 2 || len(d.Suspicions) != 3 {
		t.Errorf("%+v", d)
	}
	if text := d.Suspicions[0].Text; text != "0 was refused 5 times" || len(d.Suspicions[0].Seq) != 5 {
		t.Errorf("%+v", d.Suspicions[0])
	}
	turned := slices.Clone(list)
	slices.Reverse(turned)
	if other := DigestOf(turned, morning(), morning().Add(aDay), Watch{}); !reflect.DeepEqual(len(d.Suspicions), len(other.Suspicions)) || other.Entries != d.Entries {
		t.Error("the order of the entries changed the digest")
	}
}

func TestAFloodIsReadInOnePass(t *testing.T) {
	list := entries(20_000, 4*time.Second, func(i int, e *Trace) { e.Act, e.Outcome, e.Actor = "login.code", "refused", fmt.Sprint(i) })
	if got := suspected(list); len(got) != 1 || got[0] != "many_names  20000" {
		t.Errorf("%v", got)
	}
}

func TestTraceOf(t *testing.T) {
	e := kept.Entry{Seq: 7, Actor: "a", Act: "plan.approve", Outcome: "refused", Bytes: []byte(`{"v":1,"detail":{"why":"nej","self":true,"items":3}}`)}
	if got := TraceOf(e); !got.Self || got.Items != 3 || got.Seq != 7 || got.Act != "plan.approve" {
		t.Errorf("%+v", got)
	}
	e.Bytes = []byte(`{"v":1,"detail":{"basis":{"person":"p-7"},"detail":{"items":700}}}`)
	if got := TraceOf(e); got.Items != 700 {
		t.Errorf("an act with its ground: %+v", got)
	}
	for _, odd := range []string{"", "null", `{"detail":[1]}`, `{"detail":"x"}`, `{"detail":{"self":"ja"}}`} {
		e.Bytes = []byte(odd)
		if got := TraceOf(e); got.Self || got.Items != 0 || got.Seq != 7 {
			t.Errorf("%s: %+v", odd, got)
		}
	}
}
