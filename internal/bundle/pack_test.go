package bundle_test

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"testing"

	"beredskab/internal/bundle"
)

// A bundle that was packed verifies as it lies; of one with a part for the crisis laptop
// that part stays here, and each other part verifies by itself.
func TestPack(t *testing.T) {
	for _, with := range []bool{false, true} {
		in := sample(t, "da")
		in.Print = true
		if with {
			in.Laptop = laptop(t)
		}
		var out bytes.Buffer
		if err := bundle.Pack(&out, os.DirFS(build(t, in).Folder)); err != nil {
			t.Fatal(err)
		}
		packed, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fs.Stat(packed, bundle.PartLaptop); err == nil {
			t.Error("the register is handed out")
		}
		if _, err := fs.Stat(packed, "README.txt"); err != nil {
			t.Error(err)
		}
		parts := []string{bundle.PartOpen, bundle.PartPrint}
		if !with {
			parts = append(parts, ".")
		}
		for _, part := range parts {
			folder, err := fs.Sub(packed, part)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := bundle.Verify(folder, public()); err != nil {
				t.Errorf("with a laptop %t, %s: %v", with, part, err)
			}
		}
	}
}
