// Keep-alive probes on an idle connection (RFC 9293 3.8.4). Off unless asked for. Owns its deadline.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace sluice::tcp {

struct KeepalivePlan {
    Duration idle{};
    Duration interval{};
    std::uint32_t probes = 9;
};

class Keepalive {
public:
    void switch_on(const KeepalivePlan& plan, Instant now) {
        unanswered_ = 0;
        is_owed_ = false;
        at_ = later(now, plan.idle);
    }
    void switch_off() {
        at_ = never;
        is_owed_ = false;
        unanswered_ = 0;
    }
    bool is_on() const { return at_ != never; }
    // Something arrived [MUST-26]: the idle time begins again.
    void on_heard(const KeepalivePlan& plan, Instant now) {
        if (is_on()) switch_on(plan, now);
    }
    enum class Due : std::uint8_t { nothing, probe, give_up };
    // `is_busy`: data is outstanding, retransmission does the asking.
    Due on_time(const KeepalivePlan& plan, bool is_busy, Instant now) {
        if (at_ > now) return Due::nothing;
        if (is_busy) {
            switch_on(plan, now);
            return Due::nothing;
        }
        // [MUST-29]: one unanswered probe is not a dead connection.
        if (unanswered_ >= plan.probes) return Due::give_up;
        ++unanswered_;
        is_owed_ = true;
        at_ = later(now, plan.interval);
        return Due::probe;
    }
    bool is_owed() const { return is_owed_; }
    void on_sent() { is_owed_ = false; }
    Instant deadline() const { return at_; }

private:
    Instant at_ = never;
    std::uint32_t unanswered_ = 0;
    bool is_owed_ = false;
};

}  // namespace sluice::tcp
