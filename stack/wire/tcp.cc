#include "wire/tcp.h"

#include "base/trace_record.h"

namespace sluice::wire {

std::expected<TcpHeader, Reason> parse_tcp(ByteView segment) {
    if (segment.size() < tcp_header_least) return std::unexpected(Reason::tcp_short);
    Reader in(segment);
    TcpHeader header;
    header.source_port = in.u16();
    header.destination_port = in.u16();
    header.sequence = in.u32();
    header.acknowledgment = in.u32();
    const std::uint8_t offset = in.u8();
    const std::uint8_t offset_words = offset >> 4U;  // reserved bits are ignored (3.1)
    header.ae = (offset & 1U) != 0;
    header.flags = in.u8();
    header.window = in.u16();
    in.skip(2);  // checksum
    header.urgent_pointer = in.u16();
    header.header_length = offset_words * 4U;
    if (header.header_length < tcp_header_least || header.header_length > segment.size())
        return std::unexpected(Reason::tcp_bad_offset);
    auto options =
        parse_tcp_options(in.take(header.header_length - tcp_header_least), (header.flags & flag::syn) != 0);
    if (!options) return std::unexpected(options.error());
    header.options = *options;
    return header;
}

std::size_t write_tcp(ByteSpan room, const TcpHeader& header) {
    Writer out(room);
    const std::size_t length = tcp_header_least + size_of(header.options);
    out.u16(header.source_port);
    out.u16(header.destination_port);
    out.u32(header.sequence);
    out.u32(header.acknowledgment);
    out.u8(static_cast<std::uint8_t>(length / 4 << 4U | (header.ae ? 1U : 0U)));
    out.u8(header.flags);
    out.u16(header.window);
    out.u16(0);
    out.u16(header.urgent_pointer);
    write_tcp_options(out, header.options);
    SLUICE_CHECK(out.size() == length && length % 4 == 0);
    return length;
}

}  // namespace sluice::wire
