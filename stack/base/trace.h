// The trace: a mask, a ring of records, and what is told once per connection.
//
// Off costs one test of the mask. On costs one copy into the ring: no formatting, no allocation, no clock.
// Readers drain the ring outside the handling of a frame; in tail mode (the flight recorder) nobody drains and the
// ring keeps the newest records.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/trace_record.h"

namespace sluice {

// Told once per connection, beside the ring. Addresses are text, so that base knows no address type.
struct ConnectionFacts {
    std::uint32_t connection = 0;
    std::string local;  // "192.0.2.2:80"
    std::string remote;
    bool is_active = false;  // we opened it
    std::uint32_t iss = 0;
    std::uint32_t irs = 0;
    std::uint16_t mss = 0;  // ours, as announced
    std::uint16_t peer_mss = 0;
    std::int8_t window_shift = -1;  // ours, -1: not offered or not agreed
    std::int8_t peer_window_shift = -1;
    bool timestamps = false;
    bool sack = false;
    Reason ended = Reason::none;  // set when it is over
};

enum class TraceMode : std::uint8_t { off, tail, all };

class Trace {
public:
    explicit Trace(TraceMode mode = TraceMode::off, std::uint32_t records = 8192);

    bool wants(Kind kind) const { return (mask_ >> static_cast<unsigned>(kind) & 1U) != 0; }
    void set_mode(TraceMode mode);
    TraceMode mode() const { return mode_; }

    // Copies the record into the ring; fills in `number` and `frame` (if it has none and one is current).
    void write(TraceRecord record);
    // The number in the capture of the frame being absorbed or made, 0 for none.
    void set_frame(std::uint32_t number) { frame_ = number; }
    std::uint32_t frame() const { return frame_; }

    // Remembers facts for a connection; newest `facts_kept` connections are remembered.
    void tell(ConnectionFacts facts);
    // Facts of a connection, or nullptr if unknown or forgotten.
    ConnectionFacts* facts(std::uint32_t connection);

    // Records not yet drained.
    std::uint32_t waiting() const { return static_cast<std::uint32_t>(written_ - drained_); }
    bool is_half_full() const { return waiting() >= ring_.size() / 2; }
    // Hands out every waiting record, oldest first. Sets `lost` to how many were overwritten before.
    void drain(const std::function<void(const TraceRecord&)>& sink);
    std::uint64_t lost() const { return lost_; }
    // How often a connection went from one state to another, lost records included.
    std::uint64_t moves(State before, State after) const { return moves_[place(before, after)]; }
    // Records written since the beginning: the number of the newest.
    std::uint64_t written() const { return written_; }
    // Shows what the ring still has of the records numbered above `after`, oldest first, drained or not.
    void look(std::uint64_t after, const std::function<void(const TraceRecord&)>& see) const;

private:
    static constexpr std::size_t states = static_cast<std::size_t>(State::count_);
    static constexpr std::size_t place(State before, State after) {
        return static_cast<std::size_t>(before) * states + static_cast<std::size_t>(after);
    }

    TraceMode mode_ = TraceMode::off;
    std::uint32_t mask_ = 0;
    std::uint32_t frame_ = 0;
    std::uint32_t wanted_records_;
    std::vector<TraceRecord> ring_;  // allocated when tracing is first switched on
    std::uint64_t written_ = 0;
    std::uint64_t drained_ = 0;
    std::uint64_t lost_ = 0;
    std::array<std::uint64_t, states * states> moves_{};
    std::vector<ConnectionFacts> facts_;  // a ring by connection number
};

}  // namespace sluice
