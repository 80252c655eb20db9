package bundle

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"beredskab/internal/disk"
)

const (
	shortestPassphrase = 16      // characters: it guards a file that may be copied and guessed at for years
	mostUnsealed       = 4 << 30 // bytes that are unpacked from one copy
	mostPages          = 100_000 // files that are
)

// Seal says who can open the encrypted copy: those who hold the key of one of
// the recipients (age1…), or who know the passphrase. age's format wants one or
// the other; the file opens with the age program too.
type Seal struct {
	Recipients []string
	Passphrase string
}

func (s Seal) wanted() bool { return len(s.Recipients) > 0 || s.Passphrase != "" }

func (s Seal) recipients() (list []age.Recipient, err error) {
	switch {
	case s.Passphrase != "" && len(s.Recipients) > 0:
		return nil, errors.New("the encrypted copy has recipients and a passphrase; give one of the two, and make a second copy for the other")
	case s.Passphrase != "":
		if n := utf8.RuneCountInString(s.Passphrase); n < shortestPassphrase {
			return nil, fmt.Errorf("the passphrase has %d characters; use %d or more, such as five random words", n, shortestPassphrase)
		}
		one, err := age.NewScryptRecipient(s.Passphrase)
		return []age.Recipient{one}, err
	case len(s.Recipients) == 0:
		return nil, nil
	}
	for _, text := range s.Recipients {
		some, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("a recipient of the encrypted copy cannot be read; write its public key, which begins with age1: %w", err)
		}
		list = append(list, some...)
	}
	return list, nil
}

// write encrypts a tar of the files.
func (s Seal) write(to io.Writer, all files, at time.Time) error {
	recipients, err := s.recipients()
	if err != nil {
		return err
	}
	sealed, err := age.Encrypt(to, recipients...)
	if err != nil {
		return fmt.Errorf("encrypting: %w", err)
	}
	archive := tar.NewWriter(sealed)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		head := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(all[name])), ModTime: at, Format: tar.FormatPAX}
		if err := archive.WriteHeader(head); err != nil {
			return err
		}
		if _, err := archive.Write(all[name]); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), sealed.Close())
}

// Opener opens an encrypted copy: the text of an age key file, or the
// passphrase.
type Opener struct {
	Identities string
	Passphrase string
}

func (o Opener) identities() ([]age.Identity, error) {
	if o.Passphrase != "" {
		one, err := age.NewScryptIdentity(o.Passphrase)
		return []age.Identity{one}, err
	}
	list, err := age.ParseIdentities(strings.NewReader(o.Identities))
	if err != nil {
		return nil, fmt.Errorf("the key cannot be read; give a file with a line that begins with AGE-SECRET-KEY-: %w", err)
	}
	return list, nil
}

// Unseal opens an encrypted copy into a folder that is not there yet. Anybody can
// encrypt to a known recipient, so Verify the folder before believing it.
func Unseal(from io.Reader, folder string, with Opener) error {
	identities, err := with.identities()
	if err != nil {
		return fmt.Errorf("opening the encrypted copy: %w", err)
	}
	clear, err := age.Decrypt(from, identities...)
	if err != nil {
		return fmt.Errorf("opening the encrypted copy; is it the right key or passphrase, and the whole file?: %w", err)
	}
	if err := disk.MakeFolder(filepath.Dir(folder)); err != nil {
		return fmt.Errorf("opening the encrypted copy: %w", err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return fmt.Errorf("opening the encrypted copy; name a folder that is not there yet: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("opening the encrypted copy: %w", err)
	}
	err = errors.Join(unpack(root, tar.NewReader(io.LimitReader(clear, mostUnsealed))), root.Close())
	if err != nil {
		return fmt.Errorf("unpacking the encrypted copy: %w", errors.Join(err, os.RemoveAll(folder)))
	}
	return nil
}

// unpack takes ordinary files only, and none twice.
func unpack(root *os.Root, archive *tar.Reader) error {
	for n := 0; ; n++ {
		head, err := archive.Next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case n >= mostPages:
			return fmt.Errorf("it holds more than %d files", mostPages)
		case head.Typeflag != tar.TypeReg:
			return fmt.Errorf("%q in it is not an ordinary file", head.Name)
		}
		if err := root.MkdirAll(path.Dir(head.Name), 0o700); err != nil {
			return err
		}
		file, err := root.OpenFile(head.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, archive)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
}
