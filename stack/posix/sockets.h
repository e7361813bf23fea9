// The POSIX-shaped calls on the Stack: the system's own structures, constants, flags and errno values, in a namespace.
//
// Thread rule: any thread may make any call at any time; one lock per Host is taken inside, held for the length of a call and
// given up while a call blocks. Close a descriptor only when no other thread may still use its number.
//
// Behaviour is that of POSIX.1-2017 and the Linux man pages; docs/sockets.md lists each call, option and errno with its test.
// Where they differ from it:
//  - No call raises SIGPIPE, with or without MSG_NOSIGNAL; EPIPE is always answered (docs/decisions/0010).
//  - close() ends calls that still wait on the descriptor with ECANCELED.
//  - After fork() only the parent may use the sockets; after exec() nobody.
//
// Descriptors are real numbers of the process, but only these calls know them: a system call answers EBADF, and so do these
// calls for a number that is not theirs (ENOTSOCK when it is an open file and the call is about sockets). poll(), ppoll(),
// select() and pselect() take ordinary descriptors and ours together.
#pragma once

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace sluice::posix {

// AF_INET with SOCK_STREAM, SOCK_DGRAM or SOCK_RAW; SOCK_NONBLOCK and SOCK_CLOEXEC may be added to the type.
int socket(int domain, int type, int protocol);
// AF_UNIX with SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET: two ends in the memory of this process.
int socketpair(int domain, int type, int protocol, int* pair);
int bind(int fd, const sockaddr* address, socklen_t length);
int listen(int fd, int backlog);
int accept(int fd, sockaddr* address, socklen_t* length);
int accept4(int fd, sockaddr* address, socklen_t* length, int flags);
int connect(int fd, const sockaddr* address, socklen_t length);
int shutdown(int fd, int how);
int close(int fd);
int dup(int fd);
int dup2(int fd, int number);
int dup3(int fd, int number, int flags);

ssize_t send(int fd, const void* data, size_t length, int flags);
ssize_t sendto(int fd, const void* data, size_t length, int flags, const sockaddr* to, socklen_t to_length);
ssize_t sendmsg(int fd, const msghdr* message, int flags);
ssize_t recv(int fd, void* room, size_t length, int flags);
ssize_t recvfrom(int fd, void* room, size_t length, int flags, sockaddr* from, socklen_t* from_length);
ssize_t recvmsg(int fd, msghdr* message, int flags);
int sendmmsg(int fd, mmsghdr* messages, unsigned int count, int flags);
int recvmmsg(int fd, mmsghdr* messages, unsigned int count, int flags, timespec* limit);
ssize_t read(int fd, void* room, size_t length);
ssize_t readv(int fd, const iovec* buffers, int count);
ssize_t write(int fd, const void* data, size_t length);
ssize_t writev(int fd, const iovec* buffers, int count);
// From an ordinary file to a socket.
ssize_t sendfile(int fd, int file, off_t* offset, size_t count);

int getsockname(int fd, sockaddr* address, socklen_t* length);
int getpeername(int fd, sockaddr* address, socklen_t* length);
int getsockopt(int fd, int level, int name, void* value, socklen_t* length);
int setsockopt(int fd, int level, int name, const void* value, socklen_t length);
// F_GETFL, F_SETFL (O_NONBLOCK), F_GETFD, F_SETFD, F_DUPFD, F_DUPFD_CLOEXEC.
int fcntl(int fd, int command, ...);
// FIONBIO, FIONREAD, TIOCOUTQ, SIOCOUTQNSD, SIOCATMARK.
int ioctl(int fd, unsigned long request, ...);
int sockatmark(int fd);

int poll(pollfd* descriptors, nfds_t count, int timeout_ms);
int ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask);
int select(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, timeval* timeout);
int pselect(int count, fd_set* readable, fd_set* writable, fd_set* exceptional, const timespec* timeout,
            const sigset_t* mask);

// An epoll set takes ordinary descriptors and ours together; its number is the kernel's own. Level, EPOLLET, EPOLLONESHOT.
int epoll_create(int size);
int epoll_create1(int flags);
int epoll_ctl(int set, int operation, int fd, epoll_event* event);
int epoll_wait(int set, epoll_event* events, int most, int timeout_ms);
int epoll_pwait(int set, epoll_event* events, int most, int timeout_ms, const sigset_t* mask);

// Dotted IPv4 addresses; names in the hosts file, then of the Host's name servers (Host::set_names; at first there are
// none); port numbers and names in /etc/services. The list is freed by our freeaddrinfo(), never by the system's.
int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result);
void freeaddrinfo(addrinfo* list);

}  // namespace sluice::posix
