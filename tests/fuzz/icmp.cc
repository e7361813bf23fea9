// ICMP messages: any octets, as they are and with a checksum made right, alone and as an error about a packet of ours.
#include "wire/icmp.h"

#include <cstddef>
#include <vector>

#include "base/checksum.h"
#include "net/icmp_errors_in.h"

namespace {

using namespace sluice;

void judge(ChunkPool& pool, ByteView message) {
    const auto header = wire::parse_icmp(message);
    if (!header) return;
    const ByteView body = message.subspan(wire::icmp_header_length);
    const ByteView quote = wire::icmp_quote(*header, body);
    SLUICE_CHECK(quote.data() == body.data() && quote.size() <= body.size());
    wire::PacketIn packet;
    packet.destination = wire::Address::v4(192, 0, 2, 2);
    packet.payload = pool.copy(message);
    const auto failed = net::read_icmp_error(packet, *header);
    if (failed) SLUICE_CHECK(failed->transport.size() >= 8 && failed->source == packet.destination);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ChunkPool pool;
    judge(pool, ByteView(data, size));
    if (size < wire::icmp_header_length) return 0;
    std::vector<std::uint8_t> good(data, data + size);
    put_u16(good, 2, 0);
    Checksum checksum;
    checksum.add(good);
    put_u16(good, 2, checksum.value());
    judge(pool, good);
    return 0;
}
