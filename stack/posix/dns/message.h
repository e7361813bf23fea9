// DNS messages (RFC 1035 4, RFC 6891): queries as octets, replies as values. The octets themselves are the business of
// ldns; this file knows what a stub resolver asks and looks for.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "wire/address.h"

namespace sluice::posix::dns {

namespace type {
inline constexpr std::uint16_t a = 1;
inline constexpr std::uint16_t ns = 2;
inline constexpr std::uint16_t cname = 5;
inline constexpr std::uint16_t soa = 6;
}  // namespace type

namespace code {  // RCODE
inline constexpr std::uint8_t no_error = 0;
inline constexpr std::uint8_t server_failure = 2;
inline constexpr std::uint8_t no_such_name = 3;
}  // namespace code

struct Question {
    std::string name;  // without the last dot, as typed
    std::uint16_t type = type::a;
};

struct Query {
    std::uint16_t id = 0;
    bool wants_recursion = true;
    Question question;
};

struct Record {
    std::string name;  // lower case, without the last dot; the root is empty
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    wire::Address address;      // A
    std::string target;         // NS, CNAME: as a name
    std::uint32_t minimum = 0;  // SOA: how long "no" may be kept (RFC 2308 4)
    std::string text;           // as in a zone file
};

struct Reply {
    std::uint16_t id = 0;
    std::uint8_t code = 0;
    bool is_truncated = false;
    bool is_authoritative = false;
    bool has_recursion = false;
    std::vector<Record> answer;
    std::vector<Record> authority;
    std::vector<Record> additional;
};

// Nothing: no name that could be asked for (RFC 1035 2.3.4: labels of 63 octets, names of 255).
std::optional<std::vector<std::uint8_t>> write_query(const Query& query);
// Nothing: not a reply to exactly this query, or no message at all (RFC 5452 9.1: ignore it and keep waiting).
std::optional<Reply> read_reply(ByteView octets, const Query& query);

// Letters in lower case, no dot at the end.
std::string canonical(std::string_view name);
// "A" or "15"; nothing: unknown.
std::optional<std::uint16_t> type_from(std::string_view text);
std::string type_text(std::uint16_t type);

}  // namespace sluice::posix::dns
