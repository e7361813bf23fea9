#include "posix/addresses.h"

#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sluice::posix {

Answer<wire::Endpoint> endpoint_of(const sockaddr* address, socklen_t length) {
    if (!address) return fail(EFAULT);
    if (length < sizeof(sockaddr_in) || length > sizeof(sockaddr_storage)) return fail(EINVAL);
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    if (in.sin_family != AF_INET) return fail(EAFNOSUPPORT);
    return wire::Endpoint{wire::Address::v4(ntohl(in.sin_addr.s_addr)), ntohs(in.sin_port)};
}

bool is_unspecified_family(const sockaddr* address, socklen_t length) {
    sa_family_t family = AF_INET;
    if (address && length >= sizeof family) std::memcpy(&family, address, sizeof family);
    return family == AF_UNSPEC;
}

Answer<void> check_room(const sockaddr* address, const socklen_t* length) {
    if (!address) return {};
    if (!length) return fail(EFAULT);
    if (static_cast<int>(*length) < 0) return fail(EINVAL);
    return {};
}

Answer<void> store(const wire::Endpoint& endpoint, sockaddr* address, socklen_t* length) {
    if (const Answer<void> room = check_room(address, length); !room || !address) return room;
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(endpoint.address.to_v4());
    in.sin_port = htons(endpoint.port);
    std::memcpy(address, &in, std::min<std::size_t>(*length, sizeof in));
    *length = sizeof in;
    return {};
}

Answer<void> store_unnamed(sockaddr* address, socklen_t* length) {
    if (const Answer<void> room = check_room(address, length); !room || !address) return room;
    const sa_family_t family = AF_UNIX;
    std::memcpy(address, &family, std::min<std::size_t>(*length, sizeof family));
    *length = sizeof family;
    return {};
}

}  // namespace sluice::posix
