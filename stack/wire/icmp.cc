#include "wire/icmp.h"

#include "base/checksum.h"

namespace sluice::wire {
namespace {

constexpr std::size_t extended_quote_least = 128;

}  // namespace

std::expected<IcmpHeader, Reason> parse_icmp(ByteView message) {
    if (message.size() < icmp_header_length) return std::unexpected(Reason::icmp_short);
    // RFC 792: the checksum covers the whole message.
    Checksum checksum;
    checksum.add(message);
    if (checksum.value() != 0) return std::unexpected(Reason::icmp_bad_checksum);
    Reader in(message);
    IcmpHeader header;
    header.type = in.u8();
    header.code = in.u8();
    in.skip(2);
    header.rest = in.u32();
    return header;
}

void write_icmp(Writer& out, const IcmpHeader& header, std::uint16_t body_sum) {
    Checksum checksum;
    checksum.add_u16(static_cast<std::uint16_t>(header.type << 8U | header.code));
    checksum.add_u32(header.rest);
    checksum.add_u16(body_sum);
    out.u8(header.type);
    out.u8(header.code);
    out.u16(checksum.value());
    out.u32(header.rest);
}

ByteView icmp_quote(const IcmpHeader& header, ByteView body) {
    const bool may_extend = header.type == icmp_type::unreachable ||
                            header.type == icmp_type::time_exceeded ||
                            header.type == icmp_type::parameter_problem;
    // RFC 4884 3: the second octet of the second word counts the 32-bit words of the original datagram.
    const std::size_t length = (header.rest >> 16U & 0xffU) * 4U;
    // RFC 4884 5.5: a length of zero means no extensions.
    // Choice: neither does one that breaks RFC 4884 4.1 (at least 128 octets, all of them here) mean extensions:
    // old routers left anything in these bits, and the quoted header at the front is the same either way.
    if (!may_extend || length < extended_quote_least || length > body.size()) return body;
    return body.first(length);
}

}  // namespace sluice::wire
