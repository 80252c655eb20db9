package soak

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sample is one look at a process: what may grow in it.
type sample map[string]float64

// What a sample holds.
const (
	memory      = "resident MiB"
	descriptors = "descriptors"
	goroutines  = "goroutines"
	children    = "descendants"
	wal         = "WAL MiB"
)

// look reads what the kernel knows of a process, and what it says of itself.
func look(pid int, metrics, database string) (sample, error) {
	s := sample{}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return nil, err
	}
	s[memory] = field(string(status), "VmRSS:") / 1024
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return nil, err
	}
	s[descriptors], s[children] = float64(len(open)), float64(descendants(pid))
	if info, err := os.Stat(database + "-wal"); err == nil {
		s[wal] = float64(info.Size()) / (1 << 20)
	}
	if metrics == "" {
		return s, nil
	}
	s[goroutines], err = figure(metrics, "go_goroutines")
	return s, err
}

// field is the first number behind a name.
func field(text, name string) float64 {
	_, rest, _ := strings.Cut(text, name)
	words := strings.Fields(rest)
	if len(words) == 0 {
		return 0
	}
	n, _ := strconv.ParseFloat(words[0], 64)
	return n
}

// figure asks the program for one of its own figures.
func figure(address, name string) (float64, error) {
	client := http.Client{Timeout: 20 * time.Second}
	answer, err := client.Get("http://" + address + "/metrics")
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(rest, 64)
		}
	}
	return 0, fmt.Errorf("%s says nothing of %s", address, name)
}

// descendants counts the processes below one, also those of its children.
func descendants(pid int) (count int) {
	parents := map[int]int{}
	list, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range list {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has just ended
		}
		front, back, _ := strings.Cut(string(text), " ")
		words := strings.Fields(back[strings.LastIndex(back, ")")+1:])
		child, _ := strconv.Atoi(front)
		parents[child], _ = strconv.Atoi(words[1])
	}
	for child := range parents {
		for at := parents[child]; at > 1; at = parents[at] {
			if at == pid {
				count++
				break
			}
		}
	}
	return count
}

// growth compares the smallest figures of the last third with those of the
// second: the first is for warming up, and what is only in use comes back to its
// smallest, while what leaks does not.
func growth(samples []sample, what string) float64 {
	third := len(samples) / 3
	least := func(part []sample) float64 {
		return slices.MinFunc(part, func(a, b sample) int { return int(1000 * (a[what] - b[what])) })[what]
	}
	return least(samples[2*third:]) - least(samples[third:2*third])
}

// grown lists what grew by more than it may.
func grown(samples []sample, limits map[string]float64) (list []string) {
	for what, limit := range limits {
		if g := growth(samples, what); g > limit {
			list = append(list, fmt.Sprintf("%s grew by %.1f, at most %.1f are allowed", what, g, limit))
		}
	}
	slices.Sort(list)
	return list
}

func most(samples []sample, what string) (most float64) {
	for _, s := range samples {
		most = max(most, s[what])
	}
	return most
}
