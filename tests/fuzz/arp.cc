// ARP packets: any octets; what is read is written back the same.
#include "wire/arp.h"

#include <cstddef>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    const auto packet = wire::parse_arp(ByteView(data, size));
    if (!packet) return 0;
    std::array<std::uint8_t, wire::arp_length> octets;
    Writer out(octets);
    wire::write_arp(out, *packet);
    SLUICE_CHECK(std::equal(octets.begin(), octets.end(), data));
    return 0;
}
