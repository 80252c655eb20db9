package site

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

// Version says which program this is; Go stamps the commit when it builds.
type Version struct {
	Schema   string `json:"schema"`
	Version  string `json:"version"`
	Revision string `json:"revision"`
	Time     string `json:"time"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// ReadVersion reads what Go stamped into this binary.
func ReadVersion() *Version {
	v := &Version{Schema: "beredskab.version.v1", Version: "(devel)", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.time":
			v.Time = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

// Text prints one line.
func (v *Version) Text(out io.Writer) {
	revision := v.Revision
	if revision == "" {
		revision = "without a commit"
	}
	fmt.Fprintf(out, "beredskab %s, %s (%s, %s/%s)\n", v.Version, revision, v.Go, v.OS, v.Arch)
}
