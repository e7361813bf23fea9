// How far a transfer is, as a bar on the terminal: told octets and time, answers a line to print, at most ten times a second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace sluice::get {

class Progress {
public:
    explicit Progress(Instant start) : start_(start) {}
    void expect(std::optional<std::uint64_t> octets) { expected_ = octets; }
    void add(std::uint64_t octets) { octets_ += octets; }
    std::uint64_t octets() const { return octets_; }

    // The line, when it is time for one again.
    std::optional<std::string> line(Instant now);
    std::string last_line(Instant now) const;
    double octets_per_second(Instant now) const;

private:
    Instant start_;
    Instant shown_at_{};
    std::optional<std::uint64_t> expected_;
    std::uint64_t octets_ = 0;
    bool is_shown_ = false;
};

std::string size_text(double octets);  // "12.3 MiB"

}  // namespace sluice::get
