// Ethernet headers: any octets; what is read is written back the same.
#include "wire/ethernet.h"

#include <cstddef>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    const ByteView input(data, size);
    const auto header = wire::parse_ethernet(input);
    SLUICE_CHECK(header.has_value() == (size >= wire::ethernet_header_length));
    if (!header) return 0;
    std::array<std::uint8_t, wire::ethernet_header_length> octets;
    Writer out(octets);
    wire::write_ethernet(out, *header);
    SLUICE_CHECK(std::equal(octets.begin(), octets.end(), data));
    return 0;
}
