// What is taken over: getaddrinfo. The C library's other questions about names get answers from the hosts file only, for its
// resolver would ask through the kernel's network.
#include <netdb.h>
#include <nss.h>

#include "apps/preload/route.h"
#include "posix/sockets.h"

using namespace sluice;
using preload::network;

namespace {

[[gnu::constructor]] void start_of_process() { __nss_configure_lookup("hosts", "files"); }

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
    // As of a kernel without IPv6: some programs look at errno to see that they should ask again, for IPv4.
    if (hints && hints->ai_family == AF_INET6) {
        errno = EAFNOSUPPORT;
        return EAI_FAMILY;
    }
    if (!network().is_up()) {
        errno = ENETDOWN;
        return EAI_SYSTEM;
    }
    const preload::Inside inside;
    return posix::getaddrinfo(node, service, hints, result);
}

void freeaddrinfo(addrinfo* list) noexcept {
    const preload::Inside inside;
    posix::freeaddrinfo(list);
}

}  // extern "C"
#pragma GCC visibility pop
