#include "wire/ipv4.h"

namespace sluice::wire {
namespace {

constexpr std::uint16_t flag_dont_fragment = 0x4000;
constexpr std::uint16_t flag_more_fragments = 0x2000;
constexpr std::uint16_t offset_bits = 0x1fff;
constexpr std::uint32_t checksum_at = 10;

constexpr std::uint8_t option_end = 0;
constexpr std::uint8_t option_no_operation = 1;
constexpr std::uint8_t option_loose_route = 131;
constexpr std::uint8_t option_strict_route = 137;

std::expected<Ipv4Header, Reason> parse_fields(ByteView packet) {
    Reader in(packet);
    if (packet.size() < ipv4_header_least) return std::unexpected(Reason::ip_short);
    Ipv4Header header;
    const std::uint8_t first = in.u8();
    // RFC 1122 3.2.1.1: a version other than 4 is dropped silently.
    if (first >> 4U != 4) return std::unexpected(Reason::ip_bad_version);
    header.header_length = (first & 0x0fU) * 4U;
    // RFC 791 3.1: the header has at least five words, and all of it must be here.
    if (header.header_length < ipv4_header_least || header.header_length > packet.size())
        return std::unexpected(Reason::ip_bad_header_length);
    header.traffic_class = in.u8();
    header.total_length = in.u16();
    header.identification = in.u16();
    const std::uint16_t fragment = in.u16();
    header.dont_fragment = (fragment & flag_dont_fragment) != 0;
    header.more_fragments = (fragment & flag_more_fragments) != 0;
    header.fragment_offset = (fragment & offset_bits) * 8U;
    header.hop_limit = in.u8();
    header.protocol = in.u8();
    in.skip(2);  // checksum
    header.source = Address::v4(in.u32());
    header.destination = Address::v4(in.u32());
    return header;
}

// The one's complement sum of a header in the order of this machine: whole words of 32 bits, few of them (RFC 1071 2(B)).
std::uint32_t word_at(ByteView octets, std::size_t at) {
    std::uint32_t word = 0;
    std::memcpy(&word, octets.data() + at, sizeof word);
    return word;
}
std::uint16_t header_sum(ByteView octets) {
    // Nearly all have five words.
    std::uint64_t sum = std::uint64_t{word_at(octets, 0)} + word_at(octets, 4) + word_at(octets, 8) +
                        word_at(octets, 12) + word_at(octets, 16);
    for (std::size_t at = ipv4_header_least; at < octets.size(); at += 4) sum += word_at(octets, at);
    sum = (sum & 0xffffffffU) + (sum >> 32U);
    sum = (sum & 0xffffU) + (sum >> 16U & 0xffffU) + (sum >> 32U);
    sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>((sum & 0xffffU) + (sum >> 16U));
}

std::uint16_t fragment_word(const Ipv4Header& header) {
    return static_cast<std::uint16_t>((header.dont_fragment ? flag_dont_fragment : 0U) |
                                      (header.more_fragments ? flag_more_fragments : 0U) |
                                      header.fragment_offset / 8);
}

}  // namespace

std::expected<Ipv4Header, Reason> parse_ipv4(ByteView packet) {
    auto header = parse_fields(packet);
    if (!header) return header;
    // RFC 1122 3.2.1.2: the checksum is verified, and a bad one dropped silently.
    if (header_sum(packet.first(header->header_length)) != 0xffff)
        return std::unexpected(Reason::ip_bad_checksum);
    // RFC 791 3.1: the total length covers the header, and the frame covers the total length.
    if (header->total_length < header->header_length || header->total_length > packet.size())
        return std::unexpected(Reason::ip_bad_total_length);
    return header;
}

std::uint32_t plain_total_length(ByteView packet) {
    const std::uint32_t length = std::uint32_t{packet[2]} << 8U | packet[3];
    if (length < ipv4_header_least || length > packet.size()) return 0;
    return header_sum(packet.first(ipv4_header_least)) == 0xffff ? length : 0;
}

std::expected<Ipv4Header, Reason> parse_quoted_ipv4(ByteView quote) { return parse_fields(quote); }

void write_ipv4(Writer& out, const Ipv4Header& header) {
    SLUICE_CHECK(header.total_length <= ipv4_packet_most && header.fragment_offset % 8 == 0);
    const auto word = [](std::uint32_t number) { return detail::in_network_order(number); };
    const std::array<std::uint32_t, 5> words{
        word(0x45000000U | std::uint32_t{header.traffic_class} << 16U | header.total_length),
        word(std::uint32_t{header.identification} << 16U | fragment_word(header)),
        word(std::uint32_t{header.hop_limit} << 24U | std::uint32_t{header.protocol} << 16U),
        word(header.source.to_v4()), word(header.destination.to_v4())};
    auto octets = std::bit_cast<std::array<std::uint8_t, ipv4_header_least>>(words);
    const auto checksum = static_cast<std::uint16_t>(~header_sum(octets));
    std::memcpy(octets.data() + checksum_at, &checksum, sizeof checksum);
    out.bytes(octets);
}

void mend_ipv4(ByteSpan packet, const Ipv4Header& header) {
    const ByteSpan octets = packet.first(header.header_length);
    octets[1] = header.traffic_class;
    octets[8] = header.hop_limit;
    put_u16(octets, 2, static_cast<std::uint16_t>(header.total_length));
    put_u16(octets, 6, fragment_word(header));
    put_u16(octets, checksum_at, 0);
    const auto checksum = static_cast<std::uint16_t>(~header_sum(octets));
    std::memcpy(octets.data() + checksum_at, &checksum, sizeof checksum);
}

std::expected<Ipv4Options, std::uint8_t> walk_ipv4_options(ByteView header) {
    Ipv4Options found;
    std::size_t at = ipv4_header_least;
    while (at < header.size()) {
        const std::uint8_t kind = header[at];
        if (kind == option_end) break;
        if (kind == option_no_operation) {
            ++at;
            continue;
        }
        const std::size_t left = header.size() - at;
        const std::size_t length = left >= 2 ? header[at + 1] : 0;
        if (length < 2 || length > left) return std::unexpected(static_cast<std::uint8_t>(at));
        if (kind == option_loose_route || kind == option_strict_route) found.source_route = true;
        at += length;  // RFC 1122 3.2.1.8: options we do not know are ignored
    }
    return found;
}

}  // namespace sluice::wire
