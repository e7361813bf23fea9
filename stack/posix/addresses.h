// Socket addresses of the system to endpoints and back.
#pragma once

#include <sys/socket.h>

#include "posix/answer.h"
#include "wire/address.h"

namespace sluice::posix {

// EFAULT: no address; EINVAL: too short; EAFNOSUPPORT: not AF_INET.
Answer<wire::Endpoint> endpoint_of(const sockaddr* address, socklen_t length);
// True for an AF_UNSPEC address, which connect() takes to dissolve an association.
bool is_unspecified_family(const sockaddr* address, socklen_t length);
// Room for an address that accept() and its like fill in. EFAULT, EINVAL as below.
Answer<void> check_room(const sockaddr* address, const socklen_t* length);
// Stores as much as there is room for and the real length, as accept(2) says. Nothing for a null `address`.
// EFAULT: no length; EINVAL: a length that is negative as an int.
Answer<void> store(const wire::Endpoint& endpoint, sockaddr* address, socklen_t* length);

// The name of an AF_UNIX socket that has none (unix(7)).
Answer<void> store_unnamed(sockaddr* address, socklen_t* length);

}  // namespace sluice::posix
