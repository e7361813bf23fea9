// getaddrinfo without a resolver: dotted addresses, /etc/hosts, port numbers, /etc/services (POSIX.1-2017, RFC 3493 6.1).
#include <netinet/in.h>

#include <fstream>
#include <memory>
#include <new>
#include <string>

#include "posix/addresses.h"
#include "posix/name_files.h"
#include "posix/sockets.h"

namespace sluice::posix {
namespace {

// An answer and the room for what it points at.
struct Found {
    addrinfo info{};
    sockaddr_storage address{};
    std::string name;
};

std::string text_of_file(const char* path) {
    std::ifstream file(path);
    std::string text;
    for (std::string line; std::getline(file, line);) text += line + '\n';
    return text;
}

// 0 or EAI_...
int check_hints(const addrinfo& hints) {
    constexpr int known =
        AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG;
    if ((hints.ai_flags & ~known) != 0) return EAI_BADFLAGS;
    if (hints.ai_family != AF_UNSPEC && hints.ai_family != AF_INET) return EAI_FAMILY;
    if (hints.ai_socktype != 0 && hints.ai_socktype != SOCK_STREAM) return EAI_SOCKTYPE;
    if (hints.ai_protocol != 0 && hints.ai_protocol != IPPROTO_TCP) return EAI_SOCKTYPE;
    return 0;
}

int find_address(const char* node, const addrinfo& hints, wire::Address& address) {
    if (!node) {  // AI_PASSIVE: for bind(); else the host itself
        address = (hints.ai_flags & AI_PASSIVE) != 0 ? wire::Address() : wire::Address::v4(127, 0, 0, 1);
        return 0;
    }
    auto found = wire::parse_address(node);
    if (!found && (hints.ai_flags & AI_NUMERICHOST) == 0) found = find_host(text_of_file("/etc/hosts"), node);
    if (!found) return EAI_NONAME;
    address = *found;
    return 0;
}

int find_port(const char* service, const addrinfo& hints, std::uint16_t& port) {
    port = 0;
    if (!service) return 0;
    auto found = parse_port(service);
    if (!found && (hints.ai_flags & AI_NUMERICSERV) != 0) return EAI_NONAME;
    if (!found) found = find_service(text_of_file("/etc/services"), service, "tcp");
    if (!found) return EAI_SERVICE;
    port = *found;
    return 0;
}

}  // namespace

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
    const addrinfo wanted = hints ? *hints : addrinfo{};
    if (!node && !service) return EAI_NONAME;
    if (const int error = check_hints(wanted)) return error;
    if ((wanted.ai_flags & AI_CANONNAME) != 0 && !node) return EAI_BADFLAGS;
    wire::Endpoint endpoint;
    if (const int error = find_port(service, wanted, endpoint.port)) return error;
    if (const int error = find_address(node, wanted, endpoint.address)) return error;

    auto found = std::unique_ptr<Found>(new (std::nothrow) Found);
    if (!found) return EAI_MEMORY;
    found->info.ai_flags = wanted.ai_flags;
    found->info.ai_family = AF_INET;
    found->info.ai_socktype = SOCK_STREAM;
    found->info.ai_protocol = IPPROTO_TCP;
    found->info.ai_addr = reinterpret_cast<sockaddr*>(&found->address);
    found->info.ai_addrlen = sizeof found->address;
    (void)store(endpoint, found->info.ai_addr, &found->info.ai_addrlen);
    if ((wanted.ai_flags & AI_CANONNAME) != 0) {
        found->name = node;
        found->info.ai_canonname = found->name.data();
    }
    *result = &found.release()->info;
    return 0;
}

void freeaddrinfo(addrinfo* list) {
    // `info` is the first member, so both have one address.
    static_assert(std::is_standard_layout_v<Found>);
    while (list) {
        addrinfo* const next = list->ai_next;
        delete reinterpret_cast<Found*>(list);
        list = next;
    }
}

}  // namespace sluice::posix
