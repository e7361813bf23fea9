#include "host/pcap_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/checksum.h"
#include "trace/comment.h"
#include "trace/text.h"
#include "wire/packet.h"

namespace sluice::host {
namespace {

// Blocks are in the order of this machine; readers see which by the magic number.
void put(std::vector<std::uint8_t>& out, const void* bytes, std::size_t count) {
    const auto* first = static_cast<const std::uint8_t*>(bytes);
    out.insert(out.end(), first, first + count);
}
void put32(std::vector<std::uint8_t>& out, std::uint32_t value) { put(out, &value, sizeof value); }
void put16(std::vector<std::uint8_t>& out, std::uint16_t value) { put(out, &value, sizeof value); }
void pad(std::vector<std::uint8_t>& out) {
    while (out.size() % 4 != 0) out.push_back(0);
}
void put_option(std::vector<std::uint8_t>& out, std::uint16_t code, std::string_view value) {
    put16(out, code);
    put16(out, static_cast<std::uint16_t>(value.size()));
    put(out, value.data(), value.size());
    pad(out);
}

constexpr std::uint32_t section_header = 0x0a0d0d0a, interface_description = 1, interface_statistics = 5,
                        enhanced_packet = 6, journal_export = 9;
constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::uint16_t linktype_ethernet = 1;
constexpr std::uint16_t option_end = 0, option_comment = 1, if_name = 2, if_description = 3, if_tsresol = 9,
                        epb_flags = 2, shb_userappl = 4, isb_start = 2, isb_end = 3, isb_received = 4;

constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;

// Where the transport checksum of an unfragmented IPv4 packet with TCP or UDP stands; the frame's size if nowhere.
struct Transport {
    std::size_t start;
    std::size_t field;
    std::uint8_t protocol;
};
std::optional<Transport> find_transport(ByteView octets) {
    constexpr std::size_t ip = 14;
    Reader in(octets);
    in.skip(12);
    if (in.u16() != 0x0800) return std::nullopt;
    const std::size_t header = (in.u8() & 0x0fU) * std::size_t{4};
    in.skip(5);
    const bool is_fragment = (in.u16() & 0x3fffU) != 0;
    in.skip(1);
    const std::uint8_t protocol = in.u8();
    if (!in.ok() || is_fragment) return std::nullopt;
    const std::size_t offset = protocol == wire::protocol::tcp ? 16 : 6;
    if (protocol != wire::protocol::tcp && protocol != wire::protocol::udp) return std::nullopt;
    if (header < 20 || ip + header + offset + 2 > octets.size()) return std::nullopt;
    return Transport{ip + header, ip + header + offset, protocol};
}

}  // namespace

void complete_captured_checksum(ByteSpan octets, const FrameOut& frame) {
    const std::size_t field = std::size_t{frame.checksum_start} + frame.checksum_offset;
    if (!frame.needs_checksum || field + 2 > octets.size()) return;
    Checksum sum;
    sum.add(octets.subspan(frame.checksum_start));
    put_u16(octets, field, sum.value());
}

void complete_captured_checksum(ByteSpan octets, const FrameIn& frame) {
    if (!frame.checksum_good) return;
    const auto transport = find_transport(octets);
    if (!transport) return;
    put_u16(octets, transport->field, 0);
    // RFC 9293 3.1, RFC 768: the pseudo-header is both addresses, the protocol and the length. Padding of a short
    // frame does not belong to the packet.
    const std::size_t total = std::size_t{octets[16]} << 8U | octets[17];
    const std::size_t end = std::min(octets.size(), 14 + total);
    if (end < transport->field + 2) return;
    Checksum sum;
    sum.add(octets.subspan(26, 8));
    sum.add_u16(transport->protocol);
    sum.add_u16(static_cast<std::uint16_t>(end - transport->start));
    sum.add(octets.subspan(transport->start, end - transport->start));
    put_u16(octets, transport->field, sum.value());
}

std::expected<std::unique_ptr<PcapFile>, std::string> PcapFile::open(const std::string& path,
                                                                     std::string_view interface,
                                                                     std::int64_t wall_base_ns) {
    std::unique_ptr<PcapFile> made(new PcapFile);
    made->file_.reset(std::fopen(path.c_str(), "wbe"));
    if (!made->file_)
        return std::unexpected(fmt::format("cannot write {}: {}", path, strerrordesc_np(errno)));
    std::setvbuf(made->file_.get(), nullptr, _IOFBF, buffer_bytes);
    made->wall_base_ns_ = wall_base_ns;
    made->write_head(interface);
    return made;
}

void PcapFile::write_block(std::uint32_t type, const std::vector<std::uint8_t>& body) {
    block_.clear();
    const auto length = static_cast<std::uint32_t>(body.size() + 12);
    put32(block_, type);
    put32(block_, length);
    put(block_, body.data(), body.size());
    put32(block_, length);
    std::fwrite(block_.data(), 1, block_.size(), file_.get());
    is_dirty_ = true;
}

void PcapFile::write_head(std::string_view interface) {
    std::vector<std::uint8_t> body;
    put32(body, byte_order_magic);
    put16(body, 1);  // version 1.0
    put16(body, 0);
    put32(body, 0xffffffff);  // section length: not told
    put32(body, 0xffffffff);
    put_option(body, shb_userappl, "sluice");
    put_option(body, option_end, {});
    write_block(section_header, body);

    body.clear();
    put16(body, linktype_ethernet);
    put16(body, 0);
    put32(body, 0);  // no snap length
    put_option(body, if_name, interface);
    put_option(body, if_description, "as the stack saw it");
    put_option(body, if_tsresol, "\x09");  // 10^-9 s
    put_option(body, option_end, {});
    write_block(interface_description, body);
}

void PcapFile::on_frame_in(LinkId, const FrameIn& frame, Instant now) {
    const ByteView octets = frame.bytes.view();
    frame_.assign(octets.begin(), octets.end());
    complete_captured_checksum(frame_, frame);
    ++frames_in_;
    keep_or_write(Direction::inbound, now);
}

void gather(const FrameOut& frame, std::vector<std::uint8_t>& octets) {
    octets.assign(frame.header().begin(), frame.header().end());
    for (const Slice& slice : frame.payload)
        octets.insert(octets.end(), slice.view().begin(), slice.view().end());
}

void PcapFile::on_frame_out(const FrameOut& frame, Instant now) {
    gather(frame, frame_);
    complete_captured_checksum(frame_, frame);
    keep_or_write(Direction::outbound, now);
}

void PcapFile::keep_or_write(Direction direction, Instant now) {
    last_ = now;
    Waiting& waiting = waiting_for(++frames_);
    waiting.has_frame = true;
    waiting.direction = direction;
    waiting.at = now;
    waiting.octets.swap(frame_);
    if (!expects_records_) write_waiting(frames_ + 1);
}

PcapFile::Waiting& PcapFile::waiting_for(std::uint32_t number) {
    if (waiting_.empty() || waiting_.back().number < number) {
        waiting_.emplace_back();
        waiting_.back().number = number;
        return waiting_.back();
    }
    const auto found = std::lower_bound(waiting_.begin(), waiting_.end(), number,
                                        [](const Waiting& w, std::uint32_t n) { return w.number < n; });
    if (found->number == number) return *found;
    const auto made = waiting_.emplace(found);
    made->number = number;
    return *made;
}

void PcapFile::write_waiting(std::uint32_t below) {
    while (!waiting_.empty() && waiting_.front().number < below) {
        const Waiting& first = waiting_.front();
        if (first.has_frame) write_packet(first);
        for (const auto& row : first.rows) write_block(journal_export, row);
        frame_ = std::move(waiting_.front().octets);
        waiting_.pop_front();
    }
}

void PcapFile::write_packet(const Waiting& waiting) {
    const auto size = static_cast<std::uint32_t>(waiting.octets.size());
    const auto at = static_cast<std::uint64_t>(wall_base_ns_ + waiting.at.time_since_epoch().count());
    block_.clear();
    put32(block_, enhanced_packet);
    put32(block_, 0);  // the block's length, below
    put32(block_, 0);  // interface
    put32(block_, static_cast<std::uint32_t>(at >> 32U));
    put32(block_, static_cast<std::uint32_t>(at));
    put32(block_, size);
    put32(block_, size);
    put(block_, waiting.octets.data(), waiting.octets.size());
    pad(block_);
    const auto flags = static_cast<std::uint32_t>(waiting.direction);
    put_option(block_, epb_flags, {reinterpret_cast<const char*>(&flags), sizeof flags});
    for (const std::string& comment : waiting.comments) put_option(block_, option_comment, comment);
    put_option(block_, option_end, {});
    const auto length = static_cast<std::uint32_t>(block_.size() + 4);
    std::memcpy(block_.data() + 4, &length, sizeof length);
    put32(block_, length);
    std::fwrite(block_.data(), 1, block_.size(), file_.get());
    is_dirty_ = true;
}

void PcapFile::take(const TraceRecord& record, const ConnectionFacts* facts) {
    if (record.kind == Kind::segment_out || record.kind == Kind::segment_in) {
        if (record.frame > frames_ + 1) return;  // of a frame the device never took
        if (record.frame != 0) waiting_for(record.frame).comments.push_back(trace::comment_of(record));
        return;
    }
    if (!trace::is_worth_a_row(record)) return;
    const std::int64_t us = (wall_base_ns_ + record.time_ns) / 1000;
    std::string message = fmt::format("#{} ", record.connection);
    trace::append_message(message, record, facts);
    const std::string text =
        fmt::format("__REALTIME_TIMESTAMP={}\nMESSAGE={}\nPRIORITY={}\nSYSLOG_IDENTIFIER=tcp\n", us, message,
                    record.kind == Kind::segment_dropped ? 5 : 6);
    std::vector<std::uint8_t> row(text.begin(), text.end());
    pad(row);
    write_row(std::move(row), record.frame);
}

// A row about a frame follows it; one that is about none follows everything before it.
void PcapFile::write_row(std::vector<std::uint8_t> row, std::uint32_t frame) {
    if (frame != 0 && frame <= frames_ + 1 && (!waiting_.empty() && waiting_.front().number <= frame)) {
        waiting_for(frame).rows.push_back(std::move(row));
        return;
    }
    // The records come in order, so frames that have a comment already lie before this row.
    std::uint32_t before = 0;
    for (const Waiting& waiting : waiting_)
        if (!waiting.comments.empty()) before = waiting.number;
    write_waiting(before + 1);
    write_block(journal_export, row);
}

void PcapFile::on_drained() {
    if (expects_records_) write_waiting(frames_ + 1);
}

void PcapFile::finish() {
    write_waiting(frames_ + 1);
    const auto put_time = [this](std::vector<std::uint8_t>& body, std::uint16_t code, Instant at) {
        const auto ns = static_cast<std::uint64_t>(wall_base_ns_ + at.time_since_epoch().count());
        const std::uint32_t halves[2] = {static_cast<std::uint32_t>(ns >> 32U),
                                         static_cast<std::uint32_t>(ns)};
        put_option(body, code, {reinterpret_cast<const char*>(halves), sizeof halves});
    };
    std::vector<std::uint8_t> body;
    put32(body, 0);  // interface
    const auto now = static_cast<std::uint64_t>(wall_base_ns_ + last_.time_since_epoch().count());
    put32(body, static_cast<std::uint32_t>(now >> 32U));
    put32(body, static_cast<std::uint32_t>(now));
    put_time(body, isb_start, Instant{});
    put_time(body, isb_end, last_);
    put_option(body, isb_received, {reinterpret_cast<const char*>(&frames_in_), sizeof frames_in_});
    put_option(body, option_end, {});
    write_block(interface_statistics, body);
    flush();
}

void PcapFile::flush() {
    if (is_dirty_) std::fflush(file_.get());
    is_dirty_ = false;
}

}  // namespace sluice::host
