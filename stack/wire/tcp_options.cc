#include "wire/tcp_options.h"

#include <array>
#include <cstring>

#include <algorithm>

namespace sluice::wire {
namespace {

enum : std::uint8_t {
    kind_end = 0,
    kind_nop = 1,
    kind_mss = 2,
    kind_window_scale = 3,
    kind_sack_permitted = 4,
    kind_sack = 5,
    kind_timestamps = 8,
    kind_fast_open = 34,
    kind_accurate_ecn_0 = 172,
    kind_accurate_ecn_1 = 174,
};

void take_sack(Reader& body, TcpOptions& options) {
    while (body.remaining() >= 8 && options.sack_count < options.sack.size())
        options.sack[options.sack_count++] = {body.u32(), body.u32()};
}

// RFC 7413 4.1.1 [R7413-2]: what is malformed is ignored.
void take_fast_open(ByteView octets, TcpOptions& options) {
    FastOpenCookie cookie;
    if (octets.size() % 2 != 0 || octets.size() > cookie.octets.size()) return;
    if (!octets.empty() && octets.size() < 4) return;
    std::ranges::copy(octets, cookie.octets.begin());
    cookie.size = static_cast<std::uint8_t>(octets.size());
    options.fast_open = cookie;
}

void write_fast_open(Writer& out, const FastOpenCookie& cookie) {
    if (cookie.size % 4 == 0) out.u16(0x0101);
    out.u8(kind_fast_open);
    out.u8(static_cast<std::uint8_t>(2 + cookie.size));
    out.bytes(ByteView(cookie.octets).first(cookie.size));
}

// RFC 9768 3.2.3 [R9768-10]: up to three fields of 24 bits, in one order or the other; what is not a whole one is ignored.
void take_accurate_ecn(Reader body, bool is_order_1, TcpOptions& options) {
    AccurateEcnOption option;
    const std::array fields{is_order_1 ? &option.ect_1 : &option.ect_0, &option.ce,
                            is_order_1 ? &option.ect_0 : &option.ect_1};
    for (auto* field : fields)
        if (body.remaining() >= 3) *field = body.u24();
    options.accurate_ecn = option;
}

std::size_t size_of(const AccurateEcnOption& option) {
    return 2 + (option.ect_0 ? 3U : 0U) + (option.ce ? 3U : 0U) + (option.ect_1 ? 3U : 0U);
}

void write_accurate_ecn(Writer& out, const AccurateEcnOption& option) {
    const std::size_t size = size_of(option);
    for (std::size_t i = size; i % 4 != 0; ++i) out.u8(kind_nop);
    out.u8(kind_accurate_ecn_0);
    out.u8(static_cast<std::uint8_t>(size));
    for (const auto& field : {option.ect_0, option.ce, option.ect_1})
        if (field) out.u24(*field);
}

// One option whose length was found sane. A known kind with a wrong length is illegal; see MUST-7.
bool take_option(std::uint8_t kind, ByteView octets, bool is_syn, TcpOptions& options) {
    Reader body(octets);
    switch (kind) {
        case kind_mss:
            if (octets.size() != 2) return false;
            // RFC 9293 3.7.1: the MSS option belongs to SYN segments only; elsewhere it changes nothing.
            if (is_syn) options.mss = body.u16();
            return true;
        case kind_window_scale:
            if (octets.size() != 1) return false;
            // RFC 7323 2.2: ignored in a segment without SYN.
            if (is_syn) options.window_shift = body.u8();
            return true;
        case kind_sack_permitted:
            if (!octets.empty()) return false;
            if (is_syn) options.sack_permitted = true;  // RFC 2018 2
            return true;
        case kind_timestamps:
            if (octets.size() != 8) return false;
            options.timestamps = Timestamps{body.u32(), body.u32()};
            return true;
        case kind_sack:
            if (octets.size() % 8 != 0 || octets.empty()) return false;
            take_sack(body, options);
            return true;
        case kind_fast_open:
            if (is_syn) take_fast_open(octets, options);
            return true;
        case kind_accurate_ecn_0:
        case kind_accurate_ecn_1: take_accurate_ecn(body, kind == kind_accurate_ecn_1, options); return true;
        default: return true;  // RFC 9293 3.1 [MUST-6]: unknown options with a length are skipped
    }
}

void write_window_scale(Writer& out, const TcpOptions& options) {
    if (!options.window_shift) return;
    out.u8(kind_nop);
    out.u8(kind_window_scale);
    out.u8(3);
    out.u8(*options.window_shift);
}

// One fills the other up to a multiple of 4; alone they are filled up by two octets in front, or behind by the end of the
// list.
void write_sack_and_timestamps(Writer& out, const TcpOptions& options) {
    const bool ends_list =
        options.order == OptionOrder::scale_first && !options.fast_open && !options.accurate_ecn;
    const bool is_sack_alone = options.sack_permitted && !options.timestamps;
    if ((is_sack_alone && !ends_list) || (options.timestamps && !options.sack_permitted)) out.u16(0x0101);
    if (options.sack_permitted) {
        out.u8(kind_sack_permitted);
        out.u8(2);
    }
    if (is_sack_alone && ends_list) out.u16(0);
    if (!options.timestamps) return;
    out.u8(kind_timestamps);
    out.u8(10);
    out.u32(options.timestamps->value);
    out.u32(options.timestamps->echo);
}

}  // namespace

std::expected<TcpOptions, Reason> parse_tcp_options(ByteView octets, bool is_syn) {
    TcpOptions options;
    if (octets.size() == 12) {
        Reader usual(octets);
        if (usual.u32() == timestamps_alone) {
            options.timestamps = Timestamps{usual.u32(), usual.u32()};
            return options;
        }
    }
    Reader in(octets);
    while (in.remaining() > 0) {
        const std::uint8_t kind = in.u8();
        if (kind == kind_end) break;  // [MUST-69]: what follows is padding
        if (kind == kind_nop) continue;
        const std::uint8_t length = in.u8();
        // RFC 9293 3.1 [MUST-7]: lengths 0, 1 and past the end. Choice: drop the segment, keep the connection.
        if (!in.ok() || length < 2 || length - 2U > in.remaining())
            return std::unexpected(Reason::tcp_bad_options);
        if (!take_option(kind, in.take(length - 2U), is_syn, options))
            return std::unexpected(Reason::tcp_bad_options);
    }
    return options;
}

std::size_t size_of(const TcpOptions& options) {
    std::size_t size = 0;
    if (options.mss) size += 4;
    if (options.timestamps) size += options.sack_permitted ? 10U : 12U;
    if (options.sack_permitted) size += options.timestamps ? 2U : 4U;
    if (options.window_shift) size += 4;
    if (options.fast_open) size += (2U + options.fast_open->size + 3U) / 4U * 4U;
    if (options.sack_count > 0) size += 4 + 8U * options.sack_count;
    if (options.accurate_ecn) size += (size_of(*options.accurate_ecn) + 3U) / 4U * 4U;
    return size;
}

void write_tcp_options(Writer& out, const TcpOptions& options) {
    if (options.mss) {
        out.u8(kind_mss);
        out.u8(4);
        out.u16(*options.mss);
    }
    if (options.order == OptionOrder::scale_first) write_window_scale(out, options);
    write_sack_and_timestamps(out, options);
    if (options.order == OptionOrder::sack_first) write_window_scale(out, options);
    if (options.fast_open) write_fast_open(out, *options.fast_open);
    if (options.sack_count > 0) {
        out.u16(0x0101);
        out.u8(kind_sack);
        out.u8(static_cast<std::uint8_t>(2 + 8 * options.sack_count));
        for (std::size_t i = 0; i < options.sack_count; ++i) {
            out.u32(options.sack[i].begin);
            out.u32(options.sack[i].end);
        }
    }
    if (options.accurate_ecn) write_accurate_ecn(out, *options.accurate_ecn);
}

}  // namespace sluice::wire
