package approval

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"beredskab/internal/matrix"
	"beredskab/internal/rights"
)

// TestRandomActs says what it likes, in any order and by anybody, and holds that
// whatever comes into force has what it needs, by the right people and on that hash;
// that there is one version in force at most; and that the past stays as it was.
func TestRandomActs(t *testing.T) {
	reached := 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 5))
		s := &story{t: t}
		var allowed []Act
		for range 40 {
			now := s.now()
			a := randomAct(r, s)
			past := s.acts
			s.acts = append(slices.Clip(past), a)
			if now.May(a) == nil {
				allowed = append(allowed, a)
			}
			if n := r.IntN(a.Seq); !same(Of("esdh", past, versions(), hour(n)), Of("esdh", s.acts, versions(), hour(n))) {
				t.Fatalf("seed %d: %s in hour %d changed hour %d", seed, a.Kind, a.Seq, n)
			}
		}
		now := s.now()
		r.Shuffle(len(s.acts), func(i, j int) { s.acts[i], s.acts[j] = s.acts[j], s.acts[i] })
		if !same(now, s.now()) || !same(now, Of("esdh", allowed, versions(), time.Time{})) {
			t.Fatalf("seed %d: what was refused counts for something, or the order of the list does", seed)
		}
		for i, p := range now.Periods() {
			if i > 0 && (now.Periods()[i-1].To.IsZero() || now.Periods()[i-1].To.After(p.From)) {
				t.Fatalf("seed %d: two versions in force at once: %v", seed, now.Periods())
			}
			if why := unfounded(allowed, p); why != "" {
				t.Fatalf("seed %d: in force from %s: %s", seed, p.From, why)
			}
			reached++
		}
		for n := range 45 {
			hash, _, ok := Of("esdh", s.acts, versions(), hour(n)).InForce()
			if want, wanted := during(now.Periods(), hour(n)); ok != wanted || hash != want {
				t.Fatalf("seed %d, hour %d: %q in force, the periods say %q", seed, n, hash, want)
			}
		}
	}
	if reached < 100 {
		t.Errorf("only %d versions came into force: the acts are too wild", reached)
	}
}

func same(a, b *Standing) bool {
	return slices.Equal(a.Periods(), b.Periods()) && a.Pending() == b.Pending() && a.State(a.Pending()) == b.State(b.Pending()) &&
		slices.Equal(a.Authors(), b.Authors()) && a.Reviewed().Equal(b.Reviewed())
}

func during(periods []Period, at time.Time) (hash string, ok bool) {
	for _, p := range periods {
		if !at.Before(p.From) && (p.To.IsZero() || at.Before(p.To)) {
			hash, ok = p.Version, true
		}
	}
	return hash, ok
}

// unfounded looks, in the acts that were allowed, for what a version needs when it
// comes into force: submitted, then confirmed, accepted and approved by the right
// people, with nothing said since that takes it back.
func unfounded(acts []Act, p Period) string {
	end := slices.IndexFunc(acts, func(a Act) bool { return a.Kind == Approved && a.At.Equal(p.From) && a.Version == p.Version })
	if end < 0 {
		return "nobody approved it at that moment"
	}
	begin := end
	for begin >= 0 && acts[begin].Kind != Submitted {
		begin--
	}
	if begin < 0 || acts[begin].Version != p.Version {
		return "it is not what was submitted last"
	}
	by, wrote := acts[end].By, acts[begin].wrote()
	if by.Role != matrix.ITManager || by.Ungoverned {
		return "not approved by an IT manager"
	}
	if slices.Contains(wrote, by.Person) || by.Delegation != "" && slices.Contains(wrote, by.OnBehalfOf) {
		return "approved by its author"
	}
	confirmed, accepted := false, false
	for _, a := range acts[begin:end] {
		if a.Version != p.Version {
			continue
		}
		switch a.Kind {
		case ChangesAsked, Withdrawn:
			return "it had gone back"
		case Confirmed:
			confirmed = a.By.Role == matrix.SystemOwner && !a.By.Ungoverned
		case Accepted:
			accepted = *a.Values == promise() && a.By.Role != matrix.Coordinator && !a.By.Ungoverned
		}
	}
	if !confirmed || !accepted {
		return "the owner has not spoken"
	}
	return ""
}

// randomAct is half the time what the pending version waits for, by anybody.
func randomAct(r *rand.Rand, s *story) Act {
	names := []string{"a", "b", "c"}
	kinds := []Kind{Submitted, Confirmed, Accepted, Approved, ChangesAsked, Withdrawn, Retired}
	name, kind := names[r.IntN(3)], kinds[r.IntN(len(kinds))]
	by := rights.Basis{
		Person: []string{"p-1", "p-2", "p-3"}[r.IntN(3)],
		Role:   []matrix.Role{matrix.ITManager, matrix.SystemOwner, matrix.Coordinator, ""}[r.IntN(4)],
	}
	if now := s.now(); r.IntN(3) > 0 && now.Pending() != "" {
		name = names[slices.IndexFunc(names, func(n string) bool { return hash(n) == now.Pending() })]
		if needs := now.Next(now.Pending()); r.IntN(3) > 0 {
			kind, by.Role = needs[0].Kind, needs[0].Role
		}
	}
	switch r.IntN(8) {
	case 0:
		by.Delegation, by.OnBehalfOf = "d", []string{"p-1", "p-2", "p-3"}[r.IntN(3)]
	case 1:
		by.Ungoverned, by.Role = true, ""
	}
	return s.act(kind, name, by, func(a *Act) {
		switch r.IntN(10) {
		case 0:
			a.Shown = ""
		case 1:
			if a.Values != nil {
				a.Values.RTO += 60
			}
		case 2:
			a.Authors, a.Claim = []string{[]string{"p-1", "p-2"}[r.IntN(2)]}, "a claim"
		}
	})
}
