package site

import (
	"fmt"
	"io"
	"runtime"

	"beredskab/internal/app"
)

// Version says which program this is; Go stamps the commit when it builds.
type Version struct {
	Schema string `json:"schema"`
	app.Build
	Go   string `json:"go"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// ReadVersion says it of this binary.
func ReadVersion() *Version {
	return &Version{Schema: "beredskab.version.v1", Build: app.ReadBuild(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
}

// Text prints one line.
func (v *Version) Text(out io.Writer) {
	revision := v.Revision
	if revision == "" {
		revision = "without a commit"
	}
	fmt.Fprintf(out, "beredskab %s, %s (%s, %s/%s)\n", v.Version, revision, v.Go, v.OS, v.Arch)
}
