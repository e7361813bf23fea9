#include "wire/tcp.h"

#include "base/trace_record.h"

namespace sluice::wire {
namespace {

template <typename Number>
Number get(ByteView octets, std::size_t at) {
    Number number = 0;
    std::memcpy(&number, octets.data() + at, sizeof number);
    return detail::in_network_order(number);
}

// The same octets as the general case makes of it.
std::size_t write_with_timestamps(ByteSpan room, const TcpHeader& header) {
    const auto word = [](std::uint32_t number) { return detail::in_network_order(number); };
    const Timestamps& timestamps = *header.options.timestamps;
    const std::array<std::uint32_t, 8> words{
        word(std::uint32_t{header.source_port} << 16U | header.destination_port),
        word(header.sequence),
        word(header.acknowledgment),
        word(8U << 28U | (header.ae ? 1U << 24U : 0U) | std::uint32_t{header.flags} << 16U | header.window),
        word(header.urgent_pointer),
        word(timestamps_alone),
        word(timestamps.value),
        word(timestamps.echo)};
    SLUICE_CHECK(sizeof words <= room.size());
    std::memcpy(room.data(), words.data(), sizeof words);
    return sizeof words;
}

}  // namespace

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

bool parse_usual_tcp(ByteView segment, UsualTcpHeader& header) {
    if (segment.size() < tcp_header_least) return false;
    const auto u16 = [&](std::size_t at) { return get<std::uint16_t>(segment, at); };
    const auto u32 = [&](std::size_t at) { return get<std::uint32_t>(segment, at); };
    // Offset, AE and flags as one number.
    const std::uint32_t kind = u16(12) & ~std::uint32_t{flag::psh};
    header.has_timestamps = kind == (8U << 12U | flag::ack);
    if (header.has_timestamps) {
        if (segment.size() < tcp_header_least + 12 || u32(20) != timestamps_alone) return false;
        header.timestamps = {u32(24), u32(28)};
    } else if (kind != (5U << 12U | flag::ack)) {
        return false;
    }
    header.source_port = u16(0);
    header.destination_port = u16(2);
    header.sequence = u32(4);
    header.acknowledgment = u32(8);
    header.flags = segment[13];
    header.window = u16(14);
    return true;
}

std::size_t write_tcp(ByteSpan room, const TcpHeader& header) {
    if (header.options.is_timestamps_alone()) return write_with_timestamps(room, header);
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
