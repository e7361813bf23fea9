// IPv4 headers and options: any octets, as they are, with a checksum made right, and as the quote of an ICMP error.
#include "wire/ipv4.h"

#include <cstddef>
#include <vector>

#include "base/checksum.h"

namespace {

using namespace sluice;

void judge(ByteView packet) {
    const auto header = wire::parse_ipv4(packet);
    if (!header) return;
    SLUICE_CHECK(header->header_length >= wire::ipv4_header_least &&
                 header->header_length <= wire::ipv4_header_most);
    SLUICE_CHECK(header->header_length <= header->total_length && header->total_length <= packet.size());
    const auto options = wire::walk_ipv4_options(packet.first(header->header_length));
    if (!options)
        SLUICE_CHECK(options.error() >= wire::ipv4_header_least && options.error() < header->header_length);
    std::vector<std::uint8_t> mended(packet.begin(), packet.end());
    wire::mend_ipv4(mended, *header);
    const auto again = wire::parse_ipv4(mended);
    SLUICE_CHECK(again && again->fragment_offset == header->fragment_offset &&
                 again->source == header->source);
    std::vector<std::uint8_t> written(wire::ipv4_header_least);
    Writer out(written);
    wire::write_ipv4(out, *header);
    // The reserved flag is not written, nor is the length of options.
    if (header->header_length == wire::ipv4_header_least && (packet[6] & 0x80U) == 0)
        SLUICE_CHECK(std::equal(written.begin(), written.begin() + 10, packet.begin()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    judge(input);
    if (const auto quoted = wire::parse_quoted_ipv4(input)) SLUICE_CHECK(quoted->header_length <= size);
    if (size < wire::ipv4_header_least) return 0;
    std::vector<std::uint8_t> good(data, data + size);
    const std::size_t header = std::min<std::size_t>((good[0] & 0x0fU) * 4U, size);
    if (header < wire::ipv4_header_least) return 0;
    good[0] = static_cast<std::uint8_t>(0x40U | (good[0] & 0x0fU));
    put_u16(good, 10, 0);
    Checksum checksum;
    checksum.add(ByteView(good).first(header));
    put_u16(good, 10, checksum.value());
    judge(good);
    return 0;
}
