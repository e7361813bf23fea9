#include "wire/udp_header.h"

namespace sluice::wire {

std::expected<UdpHeader, Reason> parse_udp(ByteView datagram) {
    Reader in(datagram);
    UdpHeader header;
    header.source_port = in.u16();
    header.destination_port = in.u16();
    header.length = in.u16();
    header.checksum = in.u16();
    if (!in.ok()) return std::unexpected(Reason::udp_short);
    if (header.length < udp_header_length || header.length > datagram.size())
        return std::unexpected(Reason::udp_bad_length);
    return header;
}

void write_udp(Writer& out, const UdpHeader& header) {
    out.u16(header.source_port);
    out.u16(header.destination_port);
    out.u16(header.length);
    out.u16(0);
}

}  // namespace sluice::wire
