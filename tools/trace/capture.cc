#include "tools/trace/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "apps/common/failure.h"
#include "host/pcap_file.h"
#include "wire/address.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

namespace sluice::tools {
namespace {

wire::MacAddress mac_of(const wire::Address& address) {
    const std::uint32_t v4 = address.to_v4();
    return {{0x02, 0, static_cast<std::uint8_t>(v4 >> 24U), static_cast<std::uint8_t>(v4 >> 16U),
             static_cast<std::uint8_t>(v4 >> 8U), static_cast<std::uint8_t>(v4)}};
}

// What a SYN of this side offered, and what a later segment carried.
wire::TcpOptions options_of(const TraceRecord& record, const ConnectionFacts& facts, bool ours) {
    wire::TcpOptions options;
    const std::uint32_t ack_base = ours ? facts.irs : facts.iss;
    if ((record.flags & flag::syn) != 0) {
        const std::uint16_t mss = ours ? facts.mss : facts.peer_mss;
        const std::int8_t shift = ours ? facts.window_shift : facts.peer_window_shift;
        if (mss != 0) options.mss = mss;
        if (shift >= 0) options.window_shift = static_cast<std::uint8_t>(shift);
        options.sack_permitted = facts.sack;
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(record.sack_count, record.sack.size()); ++i) {
        const auto base = ack_base + static_cast<std::uint32_t>(record.ack);
        options.sack.at(options.sack_count++) = {base + record.sack[i].begin, base + record.sack[i].end};
    }
    return options;
}

wire::TcpHeader header_of(const TraceRecord& record, const ConnectionFacts& facts, bool ours,
                          const wire::Endpoint& from, const wire::Endpoint& to) {
    wire::TcpHeader header;
    header.source_port = from.port;
    header.destination_port = to.port;
    header.sequence = (ours ? facts.iss : facts.irs) + static_cast<std::uint32_t>(record.position);
    header.flags = record.flags;
    if ((record.flags & flag::ack) != 0)
        header.acknowledgment = (ours ? facts.irs : facts.iss) + static_cast<std::uint32_t>(record.ack);
    const std::int8_t shift = ours ? facts.window_shift : facts.peer_window_shift;
    const bool is_scaled = shift > 0 && (record.flags & flag::syn) == 0;
    header.window =
        static_cast<std::uint16_t>(std::min(record.window_bytes >> (is_scaled ? shift : 0), 65535U));
    header.options = options_of(record, facts, ours);
    return header;
}

std::vector<std::uint8_t> frame_of(const TraceRecord& record, const ConnectionFacts& facts) {
    const auto local = wire::parse_endpoint(facts.local);
    const auto remote = wire::parse_endpoint(facts.remote);
    if (!local || !remote) return {};
    const bool ours = record.kind == Kind::segment_out;
    const wire::Endpoint& from = ours ? *local : *remote;
    const wire::Endpoint& to = ours ? *remote : *local;
    const wire::TcpHeader tcp = header_of(record, facts, ours, from, to);

    constexpr std::size_t ip_at = wire::ethernet_header_length, tcp_at = ip_at + wire::ipv4_header_least;
    const std::size_t tcp_length = wire::tcp_header_least + wire::size_of(tcp.options);
    std::vector<std::uint8_t> octets(tcp_at + tcp_length + record.length);
    Writer ethernet(ByteSpan(octets).first(ip_at));
    wire::write_ethernet(ethernet, {mac_of(to.address), mac_of(from.address), wire::ether_type::ipv4});
    wire::Ipv4Header ip;
    ip.total_length = static_cast<std::uint32_t>(octets.size() - ip_at);
    ip.dont_fragment = true;
    ip.hop_limit = 64;
    ip.protocol = wire::protocol::tcp;
    ip.source = from.address;
    ip.destination = to.address;
    Writer packet(ByteSpan(octets).subspan(ip_at, wire::ipv4_header_least));
    wire::write_ipv4(packet, ip);
    wire::write_tcp(ByteSpan(octets).subspan(tcp_at), tcp);
    FrameIn vouched;
    vouched.checksum_good = true;
    host::complete_captured_checksum(octets, vouched);
    return octets;
}

class Capture {
public:
    explicit Capture(host::PcapFile& file) : file_(file) { file.expect_records(); }

    // Frames are numbered anew: only segments are known.
    void take(TraceRecord record, const ConnectionFacts* facts) {
        const bool is_segment = record.kind == Kind::segment_out || record.kind == Kind::segment_in;
        record.frame = 0;
        if (is_segment && facts) {
            const std::vector<std::uint8_t> octets = frame_of(record, *facts);
            if (octets.empty()) return;
            put(record, octets);
            record.frame = ++frames_;
        }
        file_.take(record, facts);
    }

private:
    void put(const TraceRecord& record, const std::vector<std::uint8_t>& octets) {
        const Instant at{Duration(record.time_ns)};
        if (record.kind == Kind::segment_in) {
            FrameIn frame;
            frame.bytes = pool_.copy(octets);
            file_.on_frame_in(0, frame, at);
            return;
        }
        FrameOut frame;
        frame.header_length = static_cast<std::uint32_t>(octets.size() - record.length);
        std::copy_n(octets.begin(), frame.header_length, frame.header_bytes.begin());
        if (record.length != 0)
            frame.payload.push_back(pool_.copy(ByteView(octets).subspan(frame.header_length)));
        file_.on_frame_out(frame, at);
    }

    ChunkPool pool_;
    host::PcapFile& file_;
    std::uint32_t frames_ = 0;
};

}  // namespace

void write_capture(const common::TraceFile& trace, const std::string& path) {
    // Choice: time 0 of a simulated world is 1970; that of a program is not needed to line events up.
    auto file = host::PcapFile::open(path, "trace", 0);
    if (!file) throw common::Failure(common::exit_environment, file.error());
    Capture capture(**file);
    for (std::size_t i = 0; i < trace.records.size(); ++i) capture.take(trace.records[i], trace.facts_of(i));
    (*file)->on_drained();
    (*file)->finish();
    if (!(*file)->is_complete())
        throw common::Failure(common::exit_environment, fmt::format("cannot write {}", path));
}

}  // namespace sluice::tools
