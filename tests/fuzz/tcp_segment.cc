// The TCP parser. Whatever the octets: it stays inside them, and what it accepts survives being written and read again.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/tcp.h"

namespace {

using namespace sluice;

void compare(const wire::TcpHeader& a, const wire::TcpHeader& b) {
    SLUICE_CHECK(a.source_port == b.source_port && a.destination_port == b.destination_port);
    SLUICE_CHECK(a.sequence == b.sequence && a.acknowledgment == b.acknowledgment);
    SLUICE_CHECK(a.flags == b.flags && a.window == b.window && a.urgent_pointer == b.urgent_pointer);
    SLUICE_CHECK(a.options.mss == b.options.mss && a.options.window_shift == b.options.window_shift);
    SLUICE_CHECK(a.options.sack_permitted == b.options.sack_permitted);
    SLUICE_CHECK(a.options.timestamps.has_value() == b.options.timestamps.has_value());
    if (a.options.timestamps) {
        SLUICE_CHECK(a.options.timestamps->value == b.options.timestamps->value);
        SLUICE_CHECK(a.options.timestamps->echo == b.options.timestamps->echo);
    }
    SLUICE_CHECK(a.options.sack_count == b.options.sack_count);
    for (std::size_t i = 0; i < a.options.sack_count; ++i) {
        SLUICE_CHECK(a.options.sack[i].begin == b.options.sack[i].begin);
        SLUICE_CHECK(a.options.sack[i].end == b.options.sack[i].end);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView octets(data, size);
    const auto header = wire::parse_tcp(octets);
    if (!header) return 0;
    SLUICE_CHECK(header->header_length >= wire::tcp_header_least && header->header_length <= size);
    SLUICE_CHECK(header->header_length % 4 == 0);
    SLUICE_CHECK(header->options.sack_count <= header->options.sack.size());
    if (wire::size_of(header->options) > wire::tcp_options_max) return 0;  // with padding it may be more
    std::array<std::uint8_t, 60> room;
    const std::size_t written = wire::write_tcp(room, *header);
    const auto again = wire::parse_tcp(ByteView(room).first(written));
    SLUICE_CHECK(again && again->header_length == written);
    compare(*header, *again);
    return 0;
}
