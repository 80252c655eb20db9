package app

import "runtime/debug"

// Build says which program this is, as Go stamped it into the binary.
type Build struct {
	Version  string `json:"version"`  // "(devel)" without a tag
	Revision string `json:"revision"` // the commit, empty without one
	Time     string `json:"time"`     // of the commit, RFC 3339
	Modified bool   `json:"modified"` // built from more than the commit
}

// ReadBuild reads the stamp.
func ReadBuild() Build {
	b := Build{Version: "(devel)"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
