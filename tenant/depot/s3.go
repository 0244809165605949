package depot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const (
	// part is how much goes to the store in one piece: the least that S3 takes of
	// a file in pieces is 5 MiB, and an hour's recording is 55.
	part = 16 << 20
	// block is how much is read of a file at once: a minute of sound.
	block = 1 << 20
	// answerWithin is how long a store may take to begin an answer. The job tries
	// again later.
	answerWithin = 20 * time.Second
)

var errNoBucket = errors.New("it names no bucket")

// bucket is a store that speaks S3.
type bucket struct {
	client *minio.Client
	name   string
	prefix string
}

func openS3(u *url.URL, c Config) (bucket, error) {
	q := u.Query()
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // that of the standard library
	transport.ResponseHeaderTimeout = answerWithin
	client, err := minio.New(cmp.Or(q.Get("endpoint"), "s3.amazonaws.com"), &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: q.Get("tls") != "off", Region: q.Get("region"),
		Transport: transport, MaxRetries: 1, // the row knows when to try again
	})
	if err != nil || u.Host == "" {
		return bucket{}, fmt.Errorf("read RECORDINGS_STORE as s3://BUCKET/PREFIX?endpoint=HOST:PORT: %w", cmp.Or(err, errNoBucket))
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return bucket{client, u.Host, prefix}, nil
}

func (bucket) Place() Place { return S3 }

func (b bucket) Put(ctx context.Context, spool *os.Root, name, sum string) error {
	f, err := spool.Open(filepath.FromSlash(name))
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	_, err = b.client.PutObject(ctx, b.name, b.prefix+name, f, info.Size(), minio.PutObjectOptions{
		ContentType: "application/octet-stream", PartSize: part, NumThreads: 1,
		DisableContentSha256: true, // all of it is read back
	})
	if err != nil {
		return fmt.Errorf("bring %s to bucket %s: %w", name, b.name, err)
	}
	back, err := b.client.GetObject(ctx, b.name, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return fmt.Errorf("read %s back from bucket %s: %w", name, b.name, err)
	}
	defer back.Close()
	return check(back, name, sum)
}

func (b bucket) Open(ctx context.Context, name string) (File, error) {
	info, err := b.client.StatObject(ctx, b.name, b.prefix+name, minio.StatObjectOptions{})
	if minio.ToErrorResponse(err).Code == "NoSuchKey" {
		err = errors.Join(err, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("look for %s in bucket %s: %w", name, b.name, err)
	}
	return &object{ctx: context.WithoutCancel(ctx), in: b, name: name, size: info.Size, at: -1}, nil
}

func (b bucket) Remove(ctx context.Context, name string) error {
	if err := b.client.RemoveObject(ctx, b.name, b.prefix+name, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("remove %s from bucket %s: %w", name, b.name, err)
	}
	return nil
}

// object is a file in a bucket. It is read by blocks, of which the last is kept:
// whoever listens reads on.
type object struct {
	ctx  context.Context //nolint:containedctx // of the store's requests: io.ReaderAt has none
	in   bucket
	name string
	size int64

	mu   sync.Mutex
	at   int64 // of the block that is kept; -1 for none
	kept []byte
}

func (o *object) Size() int64  { return o.size }
func (o *object) Close() error { return nil }

// ReadAt implements io.ReaderAt.
func (o *object) ReadAt(p []byte, off int64) (n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for n < len(p) && off < o.size {
		if err := o.fetch(off / block); err != nil {
			return n, err
		}
		read := copy(p[n:], o.kept[off%block:])
		n, off = n+read, off+int64(read)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (o *object) fetch(at int64) error {
	if o.at == at {
		return nil
	}
	var opts minio.GetObjectOptions
	from, to := at*block, min(o.size, (at+1)*block)
	if err := opts.SetRange(from, to-1); err != nil {
		return err
	}
	body, err := o.in.client.GetObject(o.ctx, o.in.name, o.in.prefix+o.name, opts)
	if err != nil {
		return fmt.Errorf("read %s in bucket %s: %w", o.name, o.in.name, err)
	}
	defer body.Close()
	o.at, o.kept = -1, make([]byte, to-from)
	if _, err := io.ReadFull(body, o.kept); err != nil {
		return fmt.Errorf("read %s in bucket %s: %w", o.name, o.in.name, err)
	}
	o.at = at
	return nil
}
