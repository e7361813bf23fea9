// A recording: all that entered one Stack, as octets. First what the Stack was made of, then every Entrance as its number and
// its fields (recording/fields.h), in order, until the octets end; whatever wrote them may have stopped anywhere.
//
//   "SLUICE-RECORDING\n"  version  layout  Head  { kind  fields }
//
// A recording holds the seed of the Stack and what its applications wrote: as secret as these.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "recording/fields.h"
#include "socket/entrance.h"

namespace sluice::recording {

// What a Stack is made of, besides what enters it.
struct Head {
    std::string title;  // of the trace
    std::uint64_t wall_base_ns = 0;
    SipKey seed;
    Instant start{};
    std::optional<std::uint32_t> fixed_isn;
    std::uint32_t trace_records = 0;
    std::string settings;  // lines of "tcp.name=value"
};

Head head_of(const StackConfig& config);
// With the trace in mode `all`. The message names a setting that is not known or not in range.
std::expected<StackConfig, std::string> config_of(const Head& head);

class RecordingWriter {
public:
    // Octets are appended to `out`, which may be emptied between two calls.
    explicit RecordingWriter(std::vector<std::uint8_t>& out) : out_(out), fields_(out) {}
    void append(const Head& head);
    void append(const Entrance& entrance);

private:
    std::vector<std::uint8_t>& out_;
    FieldWriter fields_;
};

class RecordingReader {
public:
    // Octets must stay while entrances are looked at. The message says why they are no recording we can play.
    static std::expected<RecordingReader, std::string> open(ByteView octets);

    const Head& head() const { return head_; }
    // Nothing at the end, or where it is not whole.
    std::optional<Entrance> next();
    // How much of it was read.
    std::size_t position() const { return fields_.position(); }
    // It goes on after what next() read, but with nothing it understands.
    bool is_damaged() const { return !fields_.ok(); }

private:
    explicit RecordingReader(ByteView octets) : fields_(octets) {}

    FieldReader fields_;
    Head head_;
};

std::string_view name_of(const Entrance& entrance);  // "shutdown_write"

}  // namespace sluice::recording
