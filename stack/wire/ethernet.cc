#include "wire/ethernet.h"

namespace sluice::wire {

MacAddress take_mac(Reader& in) {
    MacAddress mac;
    const ByteView octets = in.take(mac.octets.size());
    std::copy(octets.begin(), octets.end(), mac.octets.begin());
    return mac;
}

std::expected<EthernetHeader, Reason> parse_ethernet(ByteView frame) {
    Reader in(frame);
    EthernetHeader header;
    header.destination = take_mac(in);
    header.source = take_mac(in);
    header.type = in.u16();
    if (!in.ok()) return std::unexpected(Reason::eth_short);
    return header;
}

MacAddress multicast_mac(const Address& group) {
    const auto& o = group.octets();
    // RFC 1112 6.4: the low 23 bits of the group behind 01-00-5e.
    return {{0x01, 0x00, 0x5e, static_cast<std::uint8_t>(o[13] & 0x7fU), o[14], o[15]}};
}

}  // namespace sluice::wire
