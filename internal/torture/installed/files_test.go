package installed

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"beredskab/internal/app"
	"beredskab/internal/proof"
)

// TestPackageFiles holds what the packages are made of to what is there.
func TestPackageFiles(t *testing.T) {
	var nfpm struct {
		Contents []struct {
			Src, Dst, Type string
			Info           struct {
				Mode         int
				Owner, Group string
			} `yaml:"file_info"`
		}
		Scripts map[string]string
	}
	readYAML(t, "templates/deploy/package/nfpm.yaml", &nfpm)
	for _, c := range nfpm.Contents {
		if c.Src != "" && !strings.HasPrefix(c.Src, "${DIST}/") {
			read(t, c.Src)
		}
		if strings.HasPrefix(c.Dst, "/etc/beredskab/") && (c.Type != "config|noreplace" || c.Info.Mode != 0o640 || c.Info.Owner != "root" || c.Info.Group != "beredskab") {
			t.Errorf("%s is not a kept file of root's and the server's group, mode 0640", c.Dst)
		}
		if c.Info.Mode == 0 {
			t.Errorf("%s has no mode of its own, so it has that of a work tree", c.Dst)
		}
	}
	for _, script := range nfpm.Scripts {
		must(t, "sh", "-n", script)
	}
	if len(nfpm.Scripts) != 4 || len(nfpm.Contents) < 15 {
		t.Errorf("%d scripts, %d files", len(nfpm.Scripts), len(nfpm.Contents))
	}
}

// The settings that the package brings are such as the program takes.
func TestPackagedSettings(t *testing.T) {
	file := filepath.Join(proof.Root(t), "templates/deploy/package/beredskab.yaml")
	s, err := app.Load(map[string]string{"config": file}, func(string) (string, bool) { return "", false }, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if s.Dir != "/var/lib/beredskab" || s.Plans != "/srv/beredskab/plans" || s.Actions != "/etc/beredskab/actions.yaml" {
		t.Errorf("%s, %s, %s", s.Dir, s.Plans, s.Actions)
	}
	s.Actions = filepath.Join(proof.Root(t), "templates/deploy/package/actions.yaml")
	s.Plans = t.TempDir()
	if _, err := s.Catalogue(); err != nil {
		t.Error(err)
	}
}

// TestContainerFiles holds the container file to the release's own way of
// building, and both to pinned images and a user without rights. There is no
// engine here that could run them.
func TestContainerFiles(t *testing.T) {
	file := read(t, "templates/deploy/container/Containerfile")
	flags := regexp.MustCompile(`-trimpath .*-ldflags='[^']*'`)
	stamped := strings.Replace(flags.FindString(read(t, "Makefile")), "$(STAMP)", "false", 1)
	if got := flags.FindString(file); got != stamped || got == "" {
		t.Errorf("the container builds with %q, make build with %q", got, stamped)
	}
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "go.mod"))[1]
	if !strings.Contains(file, "golang:"+version+"-bookworm ") {
		t.Errorf("the container is not built with Go %s of go.mod", version)
	}
	if !regexp.MustCompile(`(?m)^USER [1-9]\d*:[1-9]\d*$`).MatchString(file) {
		t.Error("the container runs as root")
	}
	var compose struct {
		Services map[string]struct {
			Image   string
			CapDrop []string `yaml:"cap_drop"`
			Ports   []string
			Init    bool
		}
	}
	readYAML(t, "templates/deploy/container/compose.yaml", &compose)
	images := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(file, -1)
	images = append(images, []string{"", compose.Services["register"].Image})
	for _, image := range images {
		if !regexp.MustCompile(`:\d+\.\d+[\w.-]*$`).MatchString(image[1]) {
			t.Errorf("the image %q is not pinned to a version", image[1])
		}
	}
	server := compose.Services["beredskab"]
	if !server.Init || len(server.CapDrop) == 0 || len(server.Ports)+len(compose.Services["register"].Ports) > 0 {
		t.Errorf("%+v: want an init, no capabilities, and nothing published", server)
	}
}

// The proxies let everybody through to the pages, and operators alone to the figures.
func TestProxySamples(t *testing.T) {
	for _, name := range []string{"nginx.conf", "Caddyfile"} {
		text := read(t, filepath.Join("templates/deploy/proxy", name))
		for _, want := range []string{"127.0.0.1:8372", "127.0.0.1:8370", "healthz", "readyz", "metrics", "192.0.2.10", "X-Forwarded-For"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not speak of %s", name, want)
			}
		}
	}
}
