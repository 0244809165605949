package media

import (
	"encoding/binary"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Sending and receiving by the bare system calls, because those of x/sys/unix
// allocate an address for each packet, and tell the scheduler of each call
// although none of these can block.

// rawAddress has room for a socket address of either family. Port and address
// are in network order, the family in the machine's.
type rawAddress [unix.SizeofSockaddrInet6]byte

const (
	inet4Host = 4 // where an address begins in sockaddr_in
	inet6Host = 8 // and in sockaddr_in6
)

// put writes a into r, as an address of the socket's family, and returns its size.
func (r *rawAddress) put(a netip.AddrPort, inet6 bool) uintptr {
	binary.BigEndian.PutUint16(r[2:], a.Port())
	if inet6 {
		binary.NativeEndian.PutUint16(r[:], unix.AF_INET6)
		host := a.Addr().As16()
		copy(r[inet6Host:], host[:])
		return unix.SizeofSockaddrInet6
	}
	binary.NativeEndian.PutUint16(r[:], unix.AF_INET)
	host := a.Addr().As4()
	copy(r[inet4Host:], host[:])
	return unix.SizeofSockaddrInet4
}

func (r *rawAddress) get() netip.AddrPort {
	port := binary.BigEndian.Uint16(r[2:])
	if binary.NativeEndian.Uint16(r[:]) == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(r[inet4Host:])), port)
	}
	return netip.AddrPortFrom(netip.AddrFrom16([16]byte(r[inet6Host:])).Unmap(), port)
}

func sendTo(k *shardSocket, datagram []byte, to netip.AddrPort) error {
	if !k.inet6 && !to.Addr().Is4() {
		return unix.EAFNOSUPPORT
	}
	var address rawAddress
	size := address.put(to, k.inet6)
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(k.fd),
		uintptr(unsafe.Pointer(&datagram[0])), uintptr(len(datagram)), unix.MSG_DONTWAIT, //nolint:gosec // G103: see above
		uintptr(unsafe.Pointer(&address)), size) //nolint:gosec // G103: see above
	if errno != 0 {
		return errno
	}
	return nil
}

func receiveFrom(k *shardSocket, buffer []byte) (int, netip.AddrPort, error) {
	var address rawAddress
	size := uint32(len(address))
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(k.fd),
		uintptr(unsafe.Pointer(&buffer[0])), uintptr(len(buffer)), unix.MSG_DONTWAIT, //nolint:gosec // G103: see above
		uintptr(unsafe.Pointer(&address)), uintptr(unsafe.Pointer(&size))) //nolint:gosec // G103: see above
	if errno != 0 {
		return 0, netip.AddrPort{}, errno
	}
	return int(n), address.get(), nil
}
