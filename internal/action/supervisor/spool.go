package supervisor

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// The record file of an attempt has a fixed layout, and all of it is allocated before anything starts. A full disk therefore
// refuses the step at the beginning and can never lose its exit status at the end (F9, F10).
const (
	startAt    = 0
	endAt      = 8 << 10
	lengthAt   = 16<<10 - 8
	headAt     = 16 << 10
	tailAt     = headAt + keep
	recordSize = tailAt + keep
	recordName = "record"
)

// startRecord is on disk before the command starts.
type startRecord struct {
	Attempt    Attempt
	Process    Process
	Started    time.Time
	WorkDir    string // temporary working folder to delete, empty if the catalogue names one
	Executable string
	Fences     []string
	Missing    []string
}

// endRecord is on disk before the supervisor ends.
type endRecord struct {
	Refused  string // why the command was not started, empty if it was
	Outcome  Outcome
	Message  string
	ExitCode int
	Started  time.Time
	Ended    time.Time
	Elapsed  time.Duration
	Length   int64
	SHA256   string
	Kept     string // SHA-256 of the kept head and tail regions
}

// spool is the folder of attempts. Its folders stay as tombstones after their records are cleared.
type spool struct{ dir string }

func openSpool(dir string) (*spool, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("spool folder %q: write an absolute path", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the spool folder: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("reading the spool folder: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("spool folder %s has mode %04o: output may be secret, so make it 0700", dir, info.Mode().Perm())
	}
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return nil, fmt.Errorf("spool folder %s is not writable: %w", dir, err)
	}
	return &spool{dir: dir}, nil
}

// folder names the attempt's folder. Readable identities stay readable; all others become a hash, so that no name can leave the spool.
func (s *spool) folder(r Attempt) string {
	plain := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)
	if plain.MatchString(r.Run) && plain.MatchString(r.Step) {
		return filepath.Join(s.dir, r.Run+"~"+r.Step+"~"+strconv.Itoa(r.Number))
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%d:%s:%d:%s:%d", len(r.Run), r.Run, len(r.Step), r.Step, r.Number))
	return filepath.Join(s.dir, hex.EncodeToString(key[:]))
}

// create makes the attempt's folder and its locked, allocated record. The lock belongs to the open file, which the supervisor inherits.
func (s *spool) create(r Attempt) (*os.File, error) {
	dir := s.folder(r)
	if err := os.Mkdir(dir, 0o700); errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w: %s exists", ErrStarted, dir)
	} else if err != nil {
		return nil, fmt.Errorf("%w: making the attempt's folder in the spool: %w", ErrRefused, err)
	}
	file, err := allocate(filepath.Join(dir, recordName))
	if err != nil {
		// Nothing ran, so the attempt may be tried again once there is space.
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("%w: making the attempt's record in the spool: %w", ErrRefused, err)
	}
	return file, nil
}

func allocate(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	fd := int(file.Fd())
	err = unix.Fallocate(fd, 0, 0, recordSize)
	if errors.Is(err, unix.EOPNOTSUPP) {
		_, err = file.WriteAt(make([]byte, recordSize), 0)
	}
	if err == nil {
		err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// settle puts the names of the attempt's folder and record on disk.
func (s *spool) settle(r Attempt) error {
	for _, dir := range []string{s.folder(r), s.dir} {
		if err := syncDir(dir); err != nil {
			return fmt.Errorf("writing the spool to disk: %w", err)
		}
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// open gives the record for reading.
func (s *spool) open(r Attempt) (*os.File, error) {
	return os.Open(filepath.Join(s.folder(r), recordName))
}

// clear deletes the record and leaves the folder, so that the attempt can still not be started again.
func (s *spool) clear(r Attempt) error {
	err := os.Remove(filepath.Join(s.folder(r), recordName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// writePart writes one part of the record with its checksum, and all that was written so far to disk.
func writePart(file *os.File, at int64, part any) error {
	text, err := json.Marshal(part)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	line := append(hex.AppendEncode(nil, sum[:]), ' ')
	line = append(append(line, text...), '\n')
	if len(line) > endAt-startAt-8 {
		return fmt.Errorf("record part of %d bytes does not fit", len(line))
	}
	if _, err := file.WriteAt(line, at); err != nil {
		return err
	}
	return file.Sync()
}

// readPart reads one part. It reports false when the part was never written, and an error when it is damaged.
func readPart(file *os.File, at int64, part any) (bool, error) {
	region := make([]byte, endAt-startAt-8)
	n, err := file.ReadAt(region, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	region = region[:n]
	if len(bytes.Trim(region, "\x00")) == 0 {
		return false, nil
	}
	line, _, found := bytes.Cut(region, []byte{'\n'})
	sumText, text, _ := bytes.Cut(line, []byte{' '})
	sum := sha256.Sum256(text)
	if !found || string(sumText) != hex.EncodeToString(sum[:]) {
		return false, fmt.Errorf("%s is damaged at byte %d", file.Name(), at)
	}
	if err := json.Unmarshal(text, part); err != nil {
		return false, fmt.Errorf("%s at byte %d: %w", file.Name(), at, err)
	}
	return true, nil
}

// readOutput gives what the record keeps of the output, and the hash of those bytes.
func readOutput(file *os.File) (Output, string, error) {
	all := make([]byte, recordSize-lengthAt)
	if _, err := file.ReadAt(all, lengthAt); err != nil {
		return Output{}, "", fmt.Errorf("reading the kept output: %w", err)
	}
	length := int64(binary.BigEndian.Uint64(all))
	if length < 0 {
		return Output{}, "", fmt.Errorf("%s is damaged: the length of the output is negative", file.Name())
	}
	head, ring := all[8:8+min(length, keep)], all[8+keep:]
	tail := unroll(ring, length)
	return Output{Head: visible(head), Tail: visible(tail), Length: length}, keptSum(head, tail), nil
}

func keptSum(head, tail []byte) string {
	sum := sha256.New()
	sum.Write(head)
	sum.Write(tail)
	return hex.EncodeToString(sum.Sum(nil))
}
