// What packetdrill asks of a userspace stack that it loads (its --so_filename): a table of functions, 33 words in this order.
// The first word is given to each as its first argument. Failures answer -1 and set errno.
#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

namespace sluice::packetdrill {

struct Table {
    void* userdata;
    void (*free)(void*);
    int (*socket)(void*, int domain, int type, int protocol);
    int (*bind)(void*, int fd, const sockaddr* address, socklen_t length);
    int (*listen)(void*, int fd, int backlog);
    int (*accept)(void*, int fd, sockaddr* address, socklen_t* length);
    int (*connect)(void*, int fd, const sockaddr* address, socklen_t length);
    ssize_t (*read)(void*, int fd, void* room, size_t length);
    ssize_t (*readv)(void*, int fd, const iovec* buffers, int count);
    ssize_t (*recv)(void*, int fd, void* room, size_t length, int flags);
    ssize_t (*recvfrom)(void*, int fd, void* room, size_t length, int flags, sockaddr* from,
                        socklen_t* from_length);
    ssize_t (*recvmsg)(void*, int fd, msghdr* message, int flags);
    ssize_t (*write)(void*, int fd, const void* data, size_t length);
    ssize_t (*writev)(void*, int fd, const iovec* buffers, int count);
    ssize_t (*send)(void*, int fd, const void* data, size_t length, int flags);
    ssize_t (*sendto)(void*, int fd, const void* data, size_t length, int flags, const sockaddr* to,
                      socklen_t to_length);
    ssize_t (*sendmsg)(void*, int fd, const msghdr* message, int flags);
    int (*fcntl)(void*, int fd, int command, ...);
    int (*ioctl)(void*, int fd, unsigned long request, ...);
    int (*close)(void*, int fd);
    int (*shutdown)(void*, int fd, int how);
    int (*getsockopt)(void*, int fd, int level, int name, void* value, socklen_t* length);
    int (*setsockopt)(void*, int fd, int level, int name, const void* value, socklen_t length);
    int (*poll)(void*, pollfd* descriptors, nfds_t count, int timeout_ms);
    int (*netdev_send)(void*, const void* packet, size_t octets);
    int (*netdev_receive)(void*, void* room, size_t* octets, long long* time_us);
    int (*usleep)(void*, useconds_t time_us);
    int (*gettimeofday)(void*, timeval* time, struct timezone* zone);
    int (*epoll_create)(void*, int size);
    int (*epoll_ctl)(void*, int set, int operation, int fd, epoll_event* event);
    int (*epoll_wait)(void*, int set, epoll_event* events, int most, int timeout_ms);
    int (*pipe)(void*, int* ends);
    int (*splice)(void*, int in, loff_t* in_offset, int out, loff_t* out_offset, size_t length,
                  unsigned flags);
};
static_assert(sizeof(Table) == 33 * sizeof(void*));

// The one name the tool looks up. Fills the table, which is zero; 0, or -1 after a message: `flags` (may be null) is wrong.
extern "C" __attribute__((visibility("default"))) int packetdrill_interface_init(const char* flags,
                                                                                 Table* table);

}  // namespace sluice::packetdrill
