package plan

import (
	"path"
	"strings"

	"beredskab/internal/plan/strict"
)

// Parse reads one plan file. All problems are told at once; the plan is nil only
// when the text could not be read at all. References to other files are checked
// by Reader.Load. A plan with an error must not be used for anything but showing.
func Parse(file string, src []byte) (*Plan, Problems) {
	return parsePlan(strict.NewDecoder(advise, Plan{}), file, src)
}

// ParseOrganisation reads the organisation file, as Parse does a plan.
func ParseOrganisation(file string, src []byte) (*Organisation, Problems) {
	return parseOrganisation(strict.NewDecoder(advise, Organisation{}), file, src)
}

// Decode reads another YAML file of ours into a pointer to a struct with yaml
// (or json) tags, as strictly as a plan: a key without omitempty is required,
// and jsonschema tags (enum, format, minimum, maximum, minItems) set limits.
func Decode(file string, src []byte, into any) Problems {
	r, _ := strict.NewDecoder(nil, into).Read(file, src, into)
	return r.Problems.Sorted()
}

// reading adds to the reading of a text what a plan must keep.
type reading struct{ *strict.Reading }

func parsePlan(d *strict.Decoder, file string, src []byte) (*Plan, Problems) {
	p := &Plan{File: file}
	text, ok := d.Read(file, src, p)
	if !ok {
		return nil, text.Problems.Sorted()
	}
	r := reading{text}
	r.fileName(p.ID)
	r.validatePlan(p)
	p.remember()
	return p, r.Problems.Sorted()
}

func parseOrganisation(d *strict.Decoder, file string, src []byte) (*Organisation, Problems) {
	o := &Organisation{File: file}
	text, ok := d.Read(file, src, o)
	if !ok {
		return nil, text.Problems.Sorted()
	}
	reading{text}.validateOrganisation(o)
	o.hash = digest(o.Canonical())
	return o, text.Problems.Sorted()
}

// fileName wants a plan to be found under its id.
func (r reading) fileName(id string) {
	base := path.Base(r.File)
	if id == "" || base == id+".yaml" || !strings.HasSuffix(base, ".yaml") && !strings.HasSuffix(base, ".yml") {
		return
	}
	r.In("id", "BP046", "the file is called "+base+" but the id is "+strict.Quote(id),
		"rename the file to "+strict.Short(id)+".yaml, or correct the id")
}
