//go:build !linux

package media

func newTransport() (transport, error) { return newGoroutines(), nil }
