// Frames as a pcapng file that Wireshark and tshark open: one section, one Ethernet interface with nanosecond time
// stamps, one enhanced packet block per frame with its direction, the interface's statistics at the end.
// (draft-ietf-opsawg-pcapng)
//
// Told the trace too, it gives each segment a comment (what the stack thought of it) and lists what is no frame (changes
// of state, calls, fired deadlines, drops) between the frames as systemd Journal Export blocks. Frames then wait for their
// records until the trace is drained. Frames stand in the order the Stack numbers them: the n-th packet block is frame n
// of the trace (Wireshark counts journal rows too).
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/loop.h"
#include "host/trace_sink.h"

namespace sluice::host {

class PcapFile final : public FrameWatcher, public TraceSink {
public:
    // `wall_base_ns`: the wall time of Instant{}, see Clock. `interface` names the link in the file.
    static std::expected<std::unique_ptr<PcapFile>, std::string> open(const std::string& path,
                                                                      std::string_view interface,
                                                                      std::int64_t wall_base_ns);

    void on_frame_in(LinkId link, const FrameIn& frame, Instant now) override;
    void on_frame_out(const FrameOut& frame, Instant now) override;
    // From now on frames wait for the records about them; the file must be told every record of the trace.
    void expect_records() { expects_records_ = true; }
    void take(const TraceRecord& record, const ConnectionFacts* facts) override;
    void on_drained() override;
    void flush();
    // Writes what waits, and the statistics. Nothing may come after it.
    void finish();
    // False: the system did not take everything (the disk is full).
    bool is_complete() const { return std::ferror(file_.get()) == 0; }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    enum class Direction : std::uint32_t { inbound = 1, outbound = 2 };

    // What is known about one frame until it is written.
    struct Waiting {
        std::uint32_t number = 0;
        bool has_frame = false;
        Direction direction = Direction::inbound;
        Instant at{};
        std::vector<std::uint8_t> octets;
        std::vector<std::string> comments;
        std::vector<std::vector<std::uint8_t>> rows;  // journal blocks that follow it
    };

    PcapFile() = default;
    void write_head(std::string_view interface);
    void write_block(std::uint32_t type, const std::vector<std::uint8_t>& body);
    void keep_or_write(Direction direction, Instant now);
    void write_packet(const Waiting& waiting);
    void write_row(std::vector<std::uint8_t> row, std::uint32_t frame);
    Waiting& waiting_for(std::uint32_t number);
    void write_waiting(std::uint32_t below);

    std::unique_ptr<std::FILE, Close> file_;
    std::int64_t wall_base_ns_ = 0;
    std::vector<std::uint8_t> frame_;  // the frame to write; kept to save the allocation
    std::deque<Waiting> waiting_;      // by number
    std::uint32_t frames_ = 0;
    std::uint64_t frames_in_ = 0;
    Instant last_{};
    bool expects_records_ = false;
    std::vector<std::uint8_t> block_;
    bool is_dirty_ = false;
};

// The whole frame in one piece.
void gather(const FrameOut& frame, std::vector<std::uint8_t>& octets);

// Puts the right checksum where the device was to do it, so that no reader calls the frame damaged. `octets` is the whole
// frame. A super-segment gets the one that is right for it as it stands in the capture: one long segment.
void complete_captured_checksum(ByteSpan octets, const FrameOut& frame);
// The same for a received frame whose checksum the device vouches for: its field may hold only part of the sum.
void complete_captured_checksum(ByteSpan octets, const FrameIn& frame);

}  // namespace sluice::host
