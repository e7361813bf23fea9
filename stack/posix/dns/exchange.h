// One question to one server over our own sockets: by UDP, by TCP when the answer did not fit (RFC 1035 4.2, RFC 7766).
#pragma once

#include <memory>

#include "posix/dns/message.h"
#include "posix/driver.h"

namespace sluice::posix::dns {

enum class Failure : std::uint8_t { timed_out, unreachable, refused, no_socket, bad_name };
std::string_view text_of(Failure failure);

struct Exchanged {
    Reply reply;
    std::size_t octets = 0;
    bool by_tcp = false;
    Duration took{};
};

struct ExchangeOptions {
    Duration timeout = 5s;
    bool wants_recursion = true;
    bool only_tcp = false;
};

// Blocks. A socket of its own for each question, so with a port of its own, and a random id (RFC 5452 9.2).
std::expected<Exchanged, Failure> exchange(const std::shared_ptr<Driver>& driver,
                                           const wire::Endpoint& server, const Question& question,
                                           const ExchangeOptions& options);

}  // namespace sluice::posix::dns
