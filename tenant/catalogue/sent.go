package catalogue

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// chunkBytes is how much of a file one row holds.
const chunkBytes = 1 << 20

// MostSent is how much a shop's system may send before it is read, in bytes.
const MostSent = 512 << 20

// SentFile is a file that a shop's system has sent, or is sending.
type SentFile struct {
	ID        uuid.UUID
	SourceID  uuid.UUID
	Name      string
	Seq       int64 `gorm:"->"`
	State     string
	Complete  bool // what was sent before it no longer counts
	Size      int64
	CreatedAt time.Time
}

// TableName is the table of SentFile.
func (SentFile) TableName() string { return "shop.feed_file" }

// Append adds bytes to the file of a name that is being sent, which begins with
// them if there is none.
func Append(tx tenant.Tx, source uuid.UUID, name string, part []byte, now time.Time) (SentFile, error) {
	if err := lock(tx, source); err != nil {
		return SentFile{}, err
	}
	if err := roomFor(tx, source, int64(len(part))); err != nil {
		return SentFile{}, err
	}
	var all []SentFile
	err := tx.Query().Where("source_id = ? and name = ? and state = 'open'", source, name).Find(&all).Error
	if err != nil {
		return SentFile{}, fmt.Errorf("look for file %s: %w", name, err)
	}
	if len(all) == 0 {
		f := SentFile{ID: uuid.Must(uuid.NewV7()), SourceID: source, Name: name, State: "open", CreatedAt: now}
		if err := tx.Query().Omit("Seq").Create(&f).Error; err != nil {
			return SentFile{}, fmt.Errorf("begin file %s: %w", name, err)
		}
		all = append(all, f)
	}
	return all[0], write(tx, &all[0], part)
}

// Send keeps a whole feed that was sent at once, and has it read.
func Send(tx tenant.Tx, source uuid.UUID, body []byte, now time.Time) (Source, error) {
	src, err := TakeSource(tx, source)
	if err != nil {
		return Source{}, err
	}
	if !src.Sent() {
		return Source{}, fmt.Errorf("send a feed to source %s, which is fetched: %w", source, fault.Conflict)
	}
	if len(body) == 0 {
		return Source{}, fault.Invalid{Problem: "the body is empty"}
	}
	if err := lock(tx, source); err != nil {
		return Source{}, err
	}
	if _, err := tx.Exec("delete from shop.feed_file where source_id = $1", source); err != nil {
		return Source{}, fmt.Errorf("forget what was sent to %s before: %w", source, err)
	}
	f, err := Append(tx, source, "feed", body, now)
	if err != nil {
		return Source{}, err
	}
	if err := Finish(tx, f, true, now); err != nil {
		return Source{}, err
	}
	return src, tenant.Audit(tx, "catalogue.send", source.String(), map[string]any{"bytes": len(body)})
}

// write adds a part to a file, a row for each chunk.
func write(tx tenant.Tx, f *SentFile, part []byte) error {
	var n int
	err := tx.Query().Raw("select coalesce(max(n), -1) + 1 from shop.feed_chunk where file_id = ?", f.ID).Scan(&n).Error
	for ; err == nil && len(part) > 0; n++ {
		cut := min(len(part), chunkBytes)
		_, err = tx.Exec("insert into shop.feed_chunk (file_id, n, bytes) values ($1, $2, $3)", f.ID, n, part[:cut])
		part, f.Size = part[cut:], f.Size+int64(cut)
	}
	if err == nil {
		_, err = tx.Exec("update shop.feed_file set size = $2 where id = $1", f.ID, f.Size)
	}
	if err != nil {
		return fmt.Errorf("keep a part of file %s: %w", f.Name, err)
	}
	return nil
}

// roomFor refuses what is more than is kept of one source.
func roomFor(tx tenant.Tx, source uuid.UUID, more int64) error {
	var size int64
	if err := tx.Query().Raw("select coalesce(sum(size), 0) from shop.feed_file where source_id = ?", source).Scan(&size).Error; err != nil {
		return fmt.Errorf("ask how much was sent to %s: %w", source, err)
	}
	if size+more > MostSent {
		return fault.Invalid{Problem: fmt.Sprintf("more than %d MiB were sent: send everything anew", MostSent>>20)}
	}
	return nil
}

// Drop throws away the files of a source that are being sent: the sender begins
// anew.
func Drop(tx tenant.Tx, source uuid.UUID) error {
	if _, err := tx.Exec("delete from shop.feed_file where source_id = $1 and state = 'open'", source); err != nil {
		return fmt.Errorf("throw away what was half sent to %s: %w", source, err)
	}
	return nil
}

// Finish says that a file is whole, and has it read; complete: what was sent
// before it no longer counts. A file that is not being sent is fault.NotFound.
func Finish(tx tenant.Tx, f SentFile, complete bool, due time.Time) error {
	n, err := tx.Exec("update shop.feed_file set state = 'whole', complete = $2 where id = $1 and state = 'open'", f.ID, complete)
	if err != nil {
		return fmt.Errorf("finish file %s: %w", f.Name, err)
	}
	if n == 0 {
		return fmt.Errorf("finish file %s: %w", f.Name, fault.NotFound)
	}
	return wantAt(tx, f.SourceID, due)
}

// Sending returns the file of a name that is being sent, or fault.NotFound.
func Sending(tx tenant.Tx, source uuid.UUID, name string) (SentFile, error) {
	var f SentFile
	return f, taken(tx.Query().Take(&f, "source_id = ? and name = ? and state = 'open'", source, name).Error, "file", name)
}

// whole returns the files that are read together: the last that is complete and
// what came after it. Those before are thrown away.
func whole(tx tenant.Tx, source uuid.UUID) ([]SentFile, error) {
	const last = "select max(seq) from shop.feed_file where source_id = $1 and state = 'whole' and complete"
	if _, err := tx.Exec("delete from shop.feed_file where source_id = $1 and state = 'whole' and seq < ("+last+")", source); err != nil {
		return nil, fmt.Errorf("throw away old files of %s: %w", source, err)
	}
	var all []SentFile
	if err := tx.Query().Where("source_id = ? and state = 'whole'", source).Order("seq").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", source, err)
	}
	return all, nil
}

// openSent opens what was sent to a source: a file as it is, several as one
// packed file. They are read as they are needed.
func openSent(ctx context.Context, db *tenant.DB, s tenant.Scope, source uuid.UUID) (io.ReadCloser, error) {
	var files []SentFile
	err := db.Within(ctx, s, func(tx tenant.Tx) (err error) {
		files, err = whole(tx, source)
		return err
	})
	if err != nil {
		return nil, err
	}
	switch len(files) {
	case 0:
		return nil, fault.Invalid{Problem: "nothing was sent yet"}
	case 1:
		return &chunks{ctx: ctx, db: db, scope: s, file: files[0]}, nil
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(pack(ctx, w, db, s, files)) }()
	return r, nil
}

// pack writes files as one packed file, without packing them again.
func pack(ctx context.Context, w io.Writer, db *tenant.DB, s tenant.Scope, files []SentFile) error {
	out := zip.NewWriter(w)
	for _, f := range files {
		to, err := out.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
		if err != nil {
			return err
		}
		if _, err := io.Copy(to, &chunks{ctx: ctx, db: db, scope: s, file: f}); err != nil {
			return err
		}
	}
	return out.Close()
}

// chunks reads a file that was sent, a row at a time.
type chunks struct {
	ctx   context.Context // of the reading: io.Reader has no place for it
	db    *tenant.DB
	scope tenant.Scope
	file  SentFile
	n     int
	rest  []byte
}

// Close implements io.Closer.
func (c *chunks) Close() error { return nil }

// Read implements io.Reader.
func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *chunks) fill() error {
	err := c.db.Within(c.ctx, c.scope, func(tx tenant.Tx) error {
		rows, err := tx.Rows("select bytes from shop.feed_chunk where file_id = $1 and n = $2", c.file.ID, c.n)
		if err != nil {
			return err
		}
		defer rows.Close()
		if !rows.Next() {
			return errors.Join(rows.Err(), io.EOF)
		}
		c.n++
		return rows.Scan(&c.rest)
	})
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	if err != nil {
		return fmt.Errorf("read file %s: %w", c.file.Name, err)
	}
	return nil
}
