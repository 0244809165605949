// Package depottest is a store that speaks S3, for tests.
package depottest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Bucket is the bucket that there is.
const Bucket = "tapes"

// S3 is a store in memory, which can be spoiled.
type S3 struct {
	URL   string // for RECORDINGS_STORE
	Puts  atomic.Int64
	Parts atomic.Int64

	memory *s3mem.Backend
	spoil  atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
}

// Open starts one; it ends with the test.
func Open(t testing.TB) *S3 {
	t.Helper()
	s := &S3{memory: s3mem.New()}
	if err := s.memory.CreateBucket(Bucket); err != nil {
		t.Fatal(err)
	}
	inner := gofakes3.New(s.memory).Server()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if spoil := s.spoil.Load(); spoil != nil && (*spoil)(w, r) {
			return
		}
		if r.URL.Query().Has("partNumber") {
			s.Parts.Add(1)
		} else if r.Method == http.MethodPut {
			s.Puts.Add(1)
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	s.URL = "s3://" + Bucket + "/of/calls?tls=off&region=us-east-1&endpoint=" + strings.TrimPrefix(srv.URL, "http://")
	return s
}

// Spoil has requests answered by with, where that reports that it did; nil for
// none.
func (s *S3) Spoil(with func(http.ResponseWriter, *http.Request) bool) {
	if with == nil {
		s.spoil.Store(nil)
		return
	}
	s.spoil.Store(&with)
}

// Away has the store answer nothing but that it is not there, or be back.
func (s *S3) Away(away bool) {
	if !away {
		s.Spoil(nil)
		return
	}
	s.Spoil(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
}

// Has reports whether a file is there.
func (s *S3) Has(name string) bool {
	o, err := s.memory.HeadObject(Bucket, "of/calls/"+name)
	return err == nil && o != nil && !o.IsDeleteMarker
}
