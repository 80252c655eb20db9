package plan

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"beredskab/internal/plan/strict"
)

// Set is a plan folder as read: the organisation and the plans without errors
// of their own, by id. A plan stays in when only its references to other files
// are wrong.
type Set struct {
	Organisation *Organisation // nil when its file is missing or wrong
	Plans        []*Plan
}

// Plan is the plan of one system.
func (s *Set) Plan(id string) (*Plan, bool) {
	i, ok := slices.BinarySearchFunc(s.Plans, id, func(p *Plan, id string) int { return cmp.Compare(p.ID, id) })
	if !ok {
		return nil, false
	}
	return s.Plans[i], true
}

// Reader reads plan folders. It keeps what it read by path and SHA-256, so that
// a folder in which nothing changed costs reading and hashing only. It may be
// used by many goroutines.
type Reader struct {
	decoder *strict.Decoder
	mu      sync.Mutex
	kept    map[string]parsed
}

// parsed is what one file came to.
type parsed struct {
	file         string
	sum          [sha256.Size]byte
	src          []byte // only while loading, for the excerpts of problems between files
	plan         *Plan
	organisation *Organisation
	problems     Problems
}

const organisationFile = "organisation.yaml"

// NewReader makes a Reader.
func NewReader() *Reader {
	return &Reader{decoder: strict.NewDecoder(advise, Plan{}, Organisation{}), kept: map[string]parsed{}}
}

// Load reads all *.yaml and *.yml files in the root of a folder, but hidden ones
// and those in subfolders, and checks references between them. A bad file never
// hides the good ones. The result is the same however many processors share the
// work.
func (r *Reader) Load(fsys fs.FS) (*Set, Problems) {
	files, problems := planFiles(fsys)
	r.mu.Lock()
	kept := r.kept
	r.mu.Unlock()
	results := make([]parsed, len(files))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				results[i] = r.file(fsys, files[i], kept)
			}
		})
	}
	workers.Wait()
	set, found := assemble(results)
	r.keep(results)
	return set, append(problems, found...).Sorted()
}

func (r *Reader) keep(results []parsed) {
	kept := make(map[string]parsed, len(results))
	for _, result := range results {
		result.src = nil
		kept[result.file] = result
	}
	r.mu.Lock()
	r.kept = kept
	r.mu.Unlock()
}

// planFiles lists what to read. Symbolic links, folders with the name of a plan
// and devices are refused: a plan folder may come from a stranger.
func planFiles(fsys fs.FS) (files []string, problems Problems) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, Problems{fileProblem(".", "BP011", "the plan folder cannot be read: "+err.Error(), "check the path and its rights")}
	}
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") || !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
			continue
		}
		if !entry.Type().IsRegular() {
			problems = append(problems, fileProblem(name, "BP003", "this is not an ordinary file", "put the file itself here, not a link or a folder"))
			continue
		}
		files = append(files, name)
	}
	if !slices.Contains(files, organisationFile) {
		problems = append(problems, fileProblem(organisationFile, "BP047", "the folder has no "+organisationFile,
			"write one with the organisation's teams, roles and cadence, or check the path"))
	}
	return files, problems
}

func fileProblem(file, code, message, hint string) Problem {
	return Problem{Code: code, Severity: "error", File: file, Message: message, Hint: hint}
}

// file reads one file, or takes what is kept when its bytes are the same.
func (r *Reader) file(fsys fs.FS, name string, kept map[string]parsed) parsed {
	src, err := readRegular(fsys, name)
	if err != nil {
		return parsed{file: name, problems: Problems{fileProblem(name, "BP011", "the file cannot be read: "+err.Error(), "check the file and its rights")}}
	}
	sum := sha256.Sum256(src)
	if old, ok := kept[name]; ok && old.sum == sum {
		old.src = src
		return old
	}
	result := parsed{file: name, sum: sum, src: src}
	if name == organisationFile {
		result.organisation, result.problems = parseOrganisation(r.decoder, name, src)
	} else {
		result.plan, result.problems = parsePlan(r.decoder, name, src)
	}
	return result
}

// readRegular reads a little more than the limit at most; the size is judged by
// the reading itself, so that the message is the same everywhere.
func readRegular(fsys fs.FS, name string) (src []byte, err error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // Nothing was written, so nothing can be lost.
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is not an ordinary file")
	}
	src = make([]byte, min(info.Size(), strict.MaxBytes)+1)
	n, err := io.ReadFull(file, src)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return src[:n], nil
}

// assemble makes the set and checks what one file says of another.
func assemble(results []parsed) (*Set, Problems) {
	set, problems := new(Set), Problems(nil)
	for i := range results {
		result := &results[i]
		problems = append(problems, result.problems...)
		switch {
		case result.problems.Failed():
		case result.organisation != nil:
			set.Organisation = result.organisation
		case result.plan != nil:
			set.Plans = append(set.Plans, result.plan)
		}
	}
	slices.SortFunc(set.Plans, func(a, b *Plan) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.File, b.File)) })
	return set, append(problems, references(set, results)...)
}
