// Lets one program text be compiled against the kernel's sockets and against ours: `net::` names the calls, `network` is made
// first, and main() prints a transcript that must be the same both times.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef TWICE_SLUICE
#include "posix/sockets.h"
namespace net = sluice::posix;
#else
#include <fcntl.h>
#include <netdb.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
namespace net {
using ::accept;
using ::accept4;
using ::bind;
using ::close;
using ::connect;
using ::dup;
using ::epoll_create1;
using ::epoll_ctl;
using ::epoll_wait;
using ::fcntl;
using ::freeaddrinfo;
using ::getaddrinfo;
using ::getpeername;
using ::getsockname;
using ::getsockopt;
using ::ioctl;
using ::listen;
using ::poll;
using ::read;
using ::readv;
using ::recv;
using ::recvfrom;
using ::recvmsg;
using ::select;
using ::send;
using ::sendmsg;
using ::sendto;
using ::setsockopt;
using ::shutdown;
using ::socket;
using ::socketpair;
using ::write;
using ::writev;
}  // namespace net
#endif

namespace twice {

// What the program runs on while it exists: nothing for the kernel, a host of ours with an address on a cable that leads
// nowhere. Both speak to themselves by 127.0.0.1.
class Network {
public:
    Network();
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

private:
    struct Parts;
    Parts* parts_ = nullptr;
};

}  // namespace twice
