// The one place where net drops something: a counter and a trace record under the same reason.
#pragma once

#include <array>

#include "base/counters.h"
#include "base/time.h"
#include "base/trace.h"
#include "wire/address.h"

namespace sluice::net {

class Drops {
public:
    Drops(Counters& counters, Trace& trace) : counters_(counters), trace_(trace) {}

    // When and, 0 for none, in which frame the following drops happen.
    void set_time(Instant now) { now_ = now; }
    void set_frame(std::uint32_t number) {
        frame_ = number;
        ends_ = {};
    }
    // From where to where the present frame goes; ports where there are any.
    void set_ends(const wire::Address& source, const wire::Address& destination, std::uint32_t ports = 0) {
        if (source.is_v4() && destination.is_v4()) ends_ = {source.to_v4(), destination.to_v4(), ports};
    }

    void drop(Reason reason, std::uint32_t length) {
        counters_.drop(reason);
        if (!trace_.wants(Kind::segment_dropped)) return;
        TraceRecord record;
        record.time_ns = now_.time_since_epoch().count();
        record.kind = Kind::segment_dropped;
        record.reason = reason;
        record.length = length;
        record.frame = frame_;
        record.spare = ends_;
        trace_.write(record);
    }

private:
    Counters& counters_;
    Trace& trace_;
    Instant now_{};
    std::uint32_t frame_ = 0;
    std::array<std::uint32_t, 3> ends_{};  // as TraceRecord::spare
};

}  // namespace sluice::net
