// getaddrinfo: dotted addresses, names by the resolver, port numbers, /etc/services (POSIX.1-2017, RFC 3493 6.1).
#include <netinet/in.h>

#include <array>
#include <fstream>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "posix/addresses.h"
#include "posix/dns/resolver.h"
#include "posix/host.h"
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

struct Kind {
    int type;
    int protocol;
    const char* service_protocol;  // as in /etc/services
};
constexpr std::array kinds{Kind{SOCK_STREAM, IPPROTO_TCP, "tcp"}, Kind{SOCK_DGRAM, IPPROTO_UDP, "udp"},
                           Kind{SOCK_RAW, 0, ""}};

// RFC 3493 6.1: zero asks for every kind.
std::vector<Kind> kinds_for(const addrinfo& hints) {
    std::vector<Kind> wanted;
    for (const Kind& kind : kinds) {
        const bool is_type = hints.ai_socktype == 0 || hints.ai_socktype == kind.type;
        const bool is_protocol =
            hints.ai_protocol == 0 || kind.protocol == 0 || hints.ai_protocol == kind.protocol;
        if (is_type && is_protocol) wanted.push_back(kind);
    }
    return wanted;
}

// 0 or EAI_...
int check_hints(const addrinfo& hints) {
    constexpr int known =
        AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG;
    if ((hints.ai_flags & ~known) != 0) return EAI_BADFLAGS;
    if (hints.ai_family != AF_UNSPEC && hints.ai_family != AF_INET) return EAI_FAMILY;
    return kinds_for(hints).empty() ? EAI_SOCKTYPE : 0;
}

int ask_resolver(const char* node, dns::Finding& finding) {
    const std::shared_ptr<Driver> driver = current_driver();
    const auto found = driver ? driver->names().find(driver, node) : dns::Resolver().find(nullptr, node);
    if (!found) return EAI_AGAIN;
    finding = *found;
    switch (finding.kind) {
        case dns::Finding::Kind::found: return 0;
        case dns::Finding::Kind::no_addresses: return EAI_NODATA;
        case dns::Finding::Kind::no_such_name: break;
    }
    return EAI_NONAME;
}

int find_addresses(const char* node, const addrinfo& hints, dns::Finding& finding) {
    if (!node) {  // AI_PASSIVE: for bind(); else the host itself
        const bool is_any = (hints.ai_flags & AI_PASSIVE) != 0;
        finding.addresses = {is_any ? wire::Address() : wire::Address::v4(127, 0, 0, 1)};
        return 0;
    }
    finding.canonical_name = node;
    if (const auto address = wire::parse_address(node)) {
        finding.addresses = {*address};
        return 0;
    }
    return (hints.ai_flags & AI_NUMERICHOST) != 0 ? EAI_NONAME : ask_resolver(node, finding);
}

// The port for one kind of socket.
int find_port(const char* service, const addrinfo& hints, const Kind& kind, std::uint16_t& port) {
    port = 0;
    if (!service) return 0;
    auto found = parse_port(service);
    if (!found && (hints.ai_flags & AI_NUMERICSERV) != 0) return EAI_NONAME;
    if (!found) found = find_service(text_of_file("/etc/services"), service, kind.service_protocol);
    if (!found) return EAI_SERVICE;
    port = *found;
    return 0;
}

Found* make_found(const wire::Endpoint& endpoint, const Kind& kind, const addrinfo& hints) {
    auto* found = new (std::nothrow) Found;
    if (!found) return nullptr;
    found->info.ai_flags = hints.ai_flags;
    found->info.ai_family = AF_INET;
    found->info.ai_socktype = kind.type;
    found->info.ai_protocol = kind.protocol;
    found->info.ai_addr = reinterpret_cast<sockaddr*>(&found->address);
    found->info.ai_addrlen = sizeof found->address;
    (void)store(endpoint, found->info.ai_addr, &found->info.ai_addrlen);
    return found;
}

struct Freed {
    void operator()(addrinfo* list) const { posix::freeaddrinfo(list); }
};

}  // namespace

int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
    const addrinfo wanted = hints ? *hints : addrinfo{};
    if (!node && !service) return EAI_NONAME;
    if (const int error = check_hints(wanted)) return error;
    if ((wanted.ai_flags & AI_CANONNAME) != 0 && !node) return EAI_BADFLAGS;
    struct Place {
        Kind kind;
        std::uint16_t port;
    };
    std::vector<Place> places;
    int refusal = EAI_SERVICE;
    for (const Kind& kind : kinds_for(wanted)) {
        std::uint16_t port = 0;
        const int error = find_port(service, wanted, kind, port);
        if (error == 0)
            places.push_back({kind, port});
        else
            refusal = error;
    }
    if (places.empty()) return refusal;
    dns::Finding finding;
    if (const int error = find_addresses(node, wanted, finding)) return error;

    std::unique_ptr<addrinfo, Freed> list;
    addrinfo** end = nullptr;
    for (const wire::Address& address : finding.addresses) {
        for (const Place& place : places) {
            Found* const found = make_found({address, place.port}, place.kind, wanted);
            if (!found) return EAI_MEMORY;
            if (end)
                *end = &found->info;
            else
                list.reset(&found->info);
            end = &found->info.ai_next;
        }
    }
    if ((wanted.ai_flags & AI_CANONNAME) != 0) {
        auto* const first = reinterpret_cast<Found*>(list.get());
        first->name = finding.canonical_name;
        list->ai_canonname = first->name.data();
    }
    *result = list.release();
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
