// A frame as it was captured.
#pragma once

#include <cstdint>
#include <vector>

namespace sluice::dump {

struct Frame {
    std::int64_t time_ns = 0;  // since 1970
    std::vector<std::uint8_t> octets;
    std::uint32_t length = 0;  // on the wire
};

}  // namespace sluice::dump
