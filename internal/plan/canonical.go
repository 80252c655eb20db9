package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Canonical are the bytes that name this version of the plan: JSON with the
// keys in the order of docs/plan-format.md, without optional keys that say
// nothing, durations in minutes, map keys sorted, no white space. Comments, key
// order and layout of the file do not show in them (DESIGN 1).
func (p *Plan) Canonical() []byte { return canonical(p) }

// Hash is the SHA-256 of the canonical bytes in hex. It is computed once when
// the plan is read.
func (p *Plan) Hash() string {
	if p.hash != "" {
		return p.hash
	}
	return digest(p.Canonical())
}

// StepsHash is the SHA-256 in hex of what is carried out in the recovery and
// security steps: evidence that was measured on other steps no longer counts
// (DESIGN 1, C9). How long a step is expected to take is no part of it: an
// estimate that follows a measured time must not void that very measurement.
// Cleanup runs after the measurement and is left out.
func (p *Plan) StepsHash() string {
	if p.stepsHash != "" {
		return p.stepsHash
	}
	return digest(canonical(Recovery{Steps: carriedOut(p.Recovery.Steps), SecuritySteps: carriedOut(p.Recovery.SecuritySteps)}))
}

// Hash is the SHA-256 in hex of what is carried out in the step, whatever its
// estimate.
func (s *Step) Hash() string { return digest(canonical(carriedOut([]Step{*s})[0])) }

// carriedOut leaves out what a step promises and does not do.
func carriedOut(steps []Step) []Step {
	steps = slices.Clone(steps)
	for i := range steps {
		steps[i].Estimate = 0
	}
	return steps
}

func (p *Plan) remember() {
	p.hash, p.stepsHash = "", ""
	p.hash, p.stepsHash = p.Hash(), p.StepsHash()
}

// ParseCanonical reads back a plan from the canonical bytes that the register
// stored. Its Hash is that of the bytes given.
func ParseCanonical(canonical []byte) (*Plan, error) {
	p := new(Plan)
	if err := fromCanonical(canonical, p); err != nil {
		return nil, fmt.Errorf("reading the stored plan: %w", err)
	}
	p.hash, p.stepsHash = digest(canonical), p.StepsHash()
	return p, nil
}

// Canonical are the bytes that name this version of the organisation file.
func (o *Organisation) Canonical() []byte { return canonical(o) }

// Hash is the SHA-256 of the canonical bytes in hex.
func (o *Organisation) Hash() string {
	if o.hash != "" {
		return o.hash
	}
	return digest(o.Canonical())
}

// ReadCanonical fills the organisation from the canonical bytes that the
// register stored.
func (o *Organisation) ReadCanonical(canonical []byte) error {
	*o = Organisation{}
	if err := fromCanonical(canonical, o); err != nil {
		return fmt.Errorf("reading the stored organisation: %w", err)
	}
	o.hash = digest(canonical)
	return nil
}

func canonical(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("plan: %T holds a type that JSON cannot say: %v", value, err)) // A fault of ours: the types are fixed.
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func fromCanonical(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return fmt.Errorf("more follows after %d bytes", decoder.InputOffset())
	}
	return nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
