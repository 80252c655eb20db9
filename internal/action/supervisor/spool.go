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

	"beredskab/internal/disk"
	"beredskab/internal/fault"
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
	Deserted bool   // the server died before it gave the word, so that nothing was started
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

// spool is the folder of attempts: one file each, which stays as an empty tombstone after its record is cleared.
type spool struct{ dir string }

const (
	// sparePattern names records that no attempt has yet. No attempt's own name begins with a point.
	sparePattern = ".spare-*"
	// barred is the target of the symbolic link that stands in the place of an attempt's record when the attempt was declared never
	// started. A link is made whole or not at all, and it takes the name, so that the attempt can never start afterwards.
	barred = "never-started"
)

func openSpool(dir string) (*spool, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("spool folder %q: write an absolute path", dir)
	}
	if err := disk.MakeFolder(dir); err != nil {
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
	s := &spool{dir: dir}
	return s, s.sweep()
}

// sweep deletes the spare records of servers that were killed. A lock tells those that a living supervisor waits with.
func (s *spool) sweep() error {
	names, err := filepath.Glob(filepath.Join(s.dir, sparePattern))
	if err != nil {
		return fmt.Errorf("sweeping the spool: %w", err)
	}
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			continue
		}
		if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			_ = os.Remove(name)
		}
		_ = file.Close()
	}
	return nil
}

// name gives the path of the attempt's record. Readable identities stay readable; all others become a hash, so that no name can
// leave the spool.
func (s *spool) name(r Attempt) string {
	plain := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)
	if plain.MatchString(r.Run) && plain.MatchString(r.Step) {
		return filepath.Join(s.dir, r.Run+"~"+r.Step+"~"+strconv.Itoa(r.Number))
	}
	key := sha256.Sum256(fmt.Appendf(nil, "%d:%s:%d:%s:%d", len(r.Run), r.Run, len(r.Step), r.Step, r.Number))
	return filepath.Join(s.dir, hex.EncodeToString(key[:]))
}

// locked makes a file that sweeping leaves alone. Until it has its lock, a sweep beside it may take it away; then another is made.
func (s *spool) locked() (*os.File, error) {
	for {
		file, err := os.CreateTemp(s.dir, sparePattern)
		if err != nil {
			return nil, err
		}
		err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		own, errOwn := file.Stat()
		named, errNamed := os.Stat(file.Name())
		if err == nil && errOwn == nil && errNamed == nil && os.SameFile(own, named) {
			return file, nil
		}
		_, _ = os.Remove(file.Name()), file.Close()
		if err != nil && !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, err
		}
	}
}

// spare makes a locked record that no attempt has yet, and puts it on disk. The lock belongs to the open file, which a supervisor
// inherits. All of it is allocated, and the parts are written over with zeros, so that writing a part later moves nothing but data.
func (s *spool) spare() (*os.File, error) {
	file, err := s.locked()
	if err != nil {
		return nil, fmt.Errorf("making a record in the spool: %w", err)
	}
	err = unix.Fallocate(int(file.Fd()), 0, 0, recordSize)
	zeros := headAt
	if errors.Is(err, unix.EOPNOTSUPP) {
		zeros, err = recordSize, nil
	}
	if err == nil {
		_, err = file.WriteAt(make([]byte, zeros), 0)
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		_, _ = os.Remove(file.Name()), file.Close()
		return nil, fmt.Errorf("making a record in the spool: %w", err)
	}
	return file, nil
}

// claim makes a spare record the attempt's own. Only one can ever succeed for an attempt: this is the second fence against starting
// it twice. It is safe against power loss after settle.
func (s *spool) claim(spare string, r Attempt) error {
	err := os.Link(spare, s.name(r))
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: the spool holds %s", ErrStarted, s.name(r))
	}
	if err != nil {
		return fmt.Errorf("%w: naming the attempt's record in the spool: %w", ErrRefused, err)
	}
	_ = os.Remove(spare)
	return nil
}

// holds says whether the spool has seen the attempt.
func (s *spool) holds(r Attempt) bool {
	_, err := os.Lstat(s.name(r))
	return err == nil
}

// bar takes the attempt's name without a record, so that it can never be started. It reports false if the name is taken.
func (s *spool) bar(r Attempt) (bool, error) {
	err := os.Symlink(barred, s.name(r))
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// settle puts the names in the spool on disk.
func (s *spool) settle() error {
	if err := disk.Sync(s.dir); err != nil {
		return fmt.Errorf("writing the spool to disk: %w", err)
	}
	return nil
}

// open gives the record for reading. The error is errBarred for an attempt that was declared never started.
func (s *spool) open(r Attempt) (*os.File, error) {
	file, err := os.OpenFile(s.name(r), os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if errors.Is(err, unix.ELOOP) {
		return nil, errBarred
	}
	return file, err
}

// clear empties the record and leaves its name, so that the attempt can still not be started again.
func (s *spool) clear(r Attempt) error {
	file, err := os.OpenFile(s.name(r), os.O_WRONLY|os.O_TRUNC|unix.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ELOOP) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
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
	fault.Point("spool.part.unsynced")
	return unix.Fdatasync(int(file.Fd()))
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
