// A passive OPEN: where it listens, how many children it may have (states.md 6). Stays in LISTEN until it is closed (D-8).
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>

#include "base/readiness.h"
#include "base/time.h"
#include "tcp/options.h"
#include "wire/address.h"

namespace sluice::tcp {

// Backlog arithmetic: H half-open children, W established ones not yet accepted, limit B.
struct Backlog {
    std::uint32_t limit = 128;
    std::uint32_t half_open = 0;
    std::uint32_t waiting = 0;

    // Rule 2. Both queues together, so the accept queue cannot overflow (rule 4).
    bool has_room() const { return half_open + waiting < limit; }
    // Rule 3: a cookie is worth sending while an established child could still be kept.
    bool has_cookie_room() const { return waiting < limit; }
    bool is_pressed() const { return half_open > limit / 2; }
};

}  // namespace sluice::tcp
