package plan

import (
	"path"
	"strings"
)

// Parse reads one plan file. All problems are told at once; the plan is nil only
// when the text could not be read at all. References to other files are checked
// by Reader.Load. A plan with an error must not be used for anything but showing.
func Parse(file string, src []byte) (*Plan, Problems) {
	return newDecoder(Plan{}).plan(file, src)
}

// ParseOrganisation reads the organisation file, as Parse does a plan.
func ParseOrganisation(file string, src []byte) (*Organisation, Problems) {
	return newDecoder(Organisation{}).organisation(file, src)
}

// Decode reads another YAML file of ours into a pointer to a struct with yaml
// (or json) tags, as strictly as a plan: a key without omitempty is required,
// and jsonschema tags (enum, format, minimum, maximum, minItems) set limits.
func Decode(file string, src []byte, into any) Problems {
	r := &reading{file: file, src: src}
	newDecoder(into).read(r, into)
	return r.problems.sorted()
}

func (d *decoder) plan(file string, src []byte) (*Plan, Problems) {
	r, p := &reading{file: file, src: src}, &Plan{File: file}
	if !d.read(r, p) {
		return nil, r.problems.sorted()
	}
	r.fileName(p.ID)
	r.validatePlan(p)
	p.remember()
	return p, r.problems.sorted()
}

func (d *decoder) organisation(file string, src []byte) (*Organisation, Problems) {
	r, o := &reading{file: file, src: src}, &Organisation{File: file}
	if !d.read(r, o) {
		return nil, r.problems.sorted()
	}
	r.validateOrganisation(o)
	o.hash = digest(o.Canonical())
	return o, r.problems.sorted()
}

// fileName wants a plan to be found under its id.
func (r *reading) fileName(id string) {
	base := path.Base(r.file)
	if id == "" || base == id+".yaml" || !strings.HasSuffix(base, ".yaml") && !strings.HasSuffix(base, ".yml") {
		return
	}
	r.in("id", problemFileName, "the file is called "+base+" but the id is "+quote(id),
		"rename the file to "+short(id)+".yaml, or correct the id")
}
