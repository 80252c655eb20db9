package plan

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

// benchPlans is how many plans of about 2.2 KB the benchmarks read.
const benchPlans = 5000

// benchFolder writes generated plans with ten steps each.
func benchFolder(tb testing.TB, plans int) fs.FS {
	tb.Helper()
	dir := tb.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	write(organisationFile, smallOrganisation)
	for i := range plans {
		write(fmt.Sprintf("system-%04d.yaml", i), benchPlan(i))
	}
	return os.DirFS(dir)
}

func benchPlan(i int) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# yaml-language-server: $schema=schema/plan.schema.json\nschema: 1\nid: system-%04d\nname: Fagsystem %d\npurpose: Sagsbehandling og udbetaling\n"+
		"owner:\n  role: systemejer\n  unit: Center %d\n  mailbox: center-%d@eksempelkommune.dk\ncriticality: forretningskritisk\nrecovery_class: 2\nhosting: ekstern\n"+
		"objectives:\n  mtpd: 5d\n  mbco: Sager kan læses\n  rto: 2d\n  wrt: 16h\n  rpo: 26h\n", i, i, i%40, i%40)
	if i == 0 {
		out.WriteString("depends_on: []\n")
	} else {
		fmt.Fprintf(&out, "depends_on:\n  - id: system-%04d\n    kind: drift\n", i/2)
	}
	out.WriteString("backup: {method: daglig, interval: 24h, duration: 30m, retention: 30d, copies: 3}\ncontacts:\n")
	for _, role := range []string{"it-vagt", "systemejer"} {
		fmt.Fprintf(&out, "  - role: %s\n    mailbox: %s@eksempelkommune.dk\n    hours: hele døgnet\n", role, role)
	}
	out.WriteString("recovery:\n  steps:\n")
	for step := range 10 {
		fmt.Fprintf(&out, "    - id: trin-%d\n      title: Gendan del %d og kontrollér den\n      team: fagsystemer\n      estimate: 15m\n", step, step)
		if step > 0 {
			fmt.Fprintf(&out, "      after: [trin-%d]\n", step-1)
		}
	}
	return out.String()
}

// cpu reports the processor time of a benchmark from here on: unlike the time on
// the wall, it stays the same while others use the machine.
func cpu(b *testing.B) func() {
	b.Helper()
	used := func() time.Duration {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			b.Fatal(err)
		}
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	before := used()
	return func() { b.ReportMetric(float64((used()-before).Milliseconds())/float64(b.N), "cpu-ms/op") }
}

func BenchmarkLoadCold(b *testing.B) {
	folder := benchFolder(b, benchPlans)
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		if set, problems := NewReader().Load(folder); len(problems) > 0 || len(set.Plans) != benchPlans {
			b.Fatal(problems)
		}
	}
}

// BenchmarkBareYAML is the floor of a cold load: the YAML library alone, strict,
// into the same types, on all processors.
func BenchmarkBareYAML(b *testing.B) {
	folder := benchFolder(b, benchPlans)
	b.ReportAllocs()
	defer cpu(b)()
	for b.Loop() {
		eachFile(b, folder, func(src []byte) error {
			var p barePlan
			return yaml.Load(src, &p, yaml.WithKnownFields())
		})
	}
}

func BenchmarkLoadWarm(b *testing.B) {
	folder, reader := benchFolder(b, benchPlans), NewReader()
	reader.Load(folder)
	defer cpu(b)()
	for b.Loop() {
		if set, problems := reader.Load(folder); len(problems) > 0 || len(set.Plans) != benchPlans {
			b.Fatal(problems)
		}
	}
}

// BenchmarkReadHash is the floor of a warm load.
func BenchmarkReadHash(b *testing.B) {
	folder := benchFolder(b, benchPlans)
	defer cpu(b)()
	for b.Loop() {
		eachFile(b, folder, func(src []byte) error {
			if sum := sha256.Sum256(src); bytes.Equal(sum[:], make([]byte, len(sum))) {
				return errors.New("impossible")
			}
			return nil
		})
	}
}

func BenchmarkParseCanonical(b *testing.B) {
	p, _ := Parse("system-0001.yaml", []byte(benchPlan(1)))
	stored := p.Canonical()
	for b.Loop() {
		if _, err := ParseCanonical(stored); err != nil {
			b.Fatal(err)
		}
	}
}

func eachFile(b testing.TB, folder fs.FS, f func(src []byte) error) {
	b.Helper()
	names, err := fs.Glob(folder, "system-*.yaml")
	if err != nil || len(names) != benchPlans {
		b.Fatal(err, len(names))
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				src, err := fs.ReadFile(folder, names[i])
				if err == nil {
					err = f(src)
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	workers.Wait()
}

// barePlan is the part of a plan that the generated files use, with yaml tags.
type barePlan struct {
	Schema        int               `yaml:"schema"`
	ID            string            `yaml:"id"`
	Name          string            `yaml:"name"`
	Purpose       string            `yaml:"purpose"`
	Owner         map[string]string `yaml:"owner"`
	Criticality   string            `yaml:"criticality"`
	RecoveryClass int               `yaml:"recovery_class"`
	Hosting       string            `yaml:"hosting"`
	Objectives    struct {
		MTPD string `yaml:"mtpd"`
		MBCO string `yaml:"mbco"`
		RTO  string `yaml:"rto"`
		WRT  string `yaml:"wrt"`
		RPO  string `yaml:"rpo"`
	} `yaml:"objectives"`
	DependsOn []struct {
		ID   string `yaml:"id"`
		Kind string `yaml:"kind"`
	} `yaml:"depends_on"`
	Backup struct {
		Method    string `yaml:"method"`
		Interval  string `yaml:"interval"`
		Duration  string `yaml:"duration"`
		Retention string `yaml:"retention"`
		Copies    int    `yaml:"copies"`
	} `yaml:"backup"`
	Contacts []struct {
		Role    string `yaml:"role"`
		Mailbox string `yaml:"mailbox"`
		Hours   string `yaml:"hours"`
	} `yaml:"contacts"`
	Recovery struct {
		Steps []struct {
			ID       string   `yaml:"id"`
			Title    string   `yaml:"title"`
			Team     string   `yaml:"team"`
			Estimate string   `yaml:"estimate"`
			After    []string `yaml:"after"`
		} `yaml:"steps"`
	} `yaml:"recovery"`
}

// TestManyPlansFitInMemory: 5,000 plans take less than 100 MiB.
func TestManyPlansFitInMemory(t *testing.T) {
	folder, reader := benchFolder(t, 500), NewReader()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	set, problems := reader.Load(folder)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if len(problems) > 0 || len(set.Plans) != 500 {
		t.Fatal(problems)
	}
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / 500; each > 20<<10 {
		t.Errorf("a plan takes %d bytes; 5,000 of them would take %d MiB", each, each*5000>>20)
	} else {
		t.Logf("a plan of %d bytes takes %d bytes", len(benchPlan(7)), each)
	}
	runtime.KeepAlive(reader)
}
