#include "net/address_probe.h"

#include <algorithm>
#include <utility>

namespace sluice::net {
namespace {

Duration between(Random& random, Duration least, Duration most) {
    if (most <= least) return least;
    return least + Duration(static_cast<std::int64_t>(
                       random.below(static_cast<std::uint64_t>((most - least).count()) + 1)));
}

}  // namespace

AddressProbe::AddressProbe(const Settings& settings, Random random, Instant not_before, Instant now)
    : settings_(&settings), random_(random) {
    if (settings_->probe_addresses) {
        // RFC 5227 2.1.1: a random wait first, so that hosts switched on together do not probe together.
        next_ = later(std::max(not_before, now), between(random_, 0ns, settings_->probe_wait));
    } else {
        announce(now);
    }
}

AddressState AddressProbe::state() const {
    switch (step_) {
        case Step::probing:
        case Step::before_announcing: return AddressState::probing;
        // RFC 5227 2.3: the address may be used as soon as the first announcement is sent.
        case Step::announcing:
        case Step::settled: return AddressState::usable;
        case Step::taken: break;
    }
    return AddressState::taken;
}

void AddressProbe::announce(Instant now) {
    if (step_ != Step::announcing) sent_ = 0;
    step_ = Step::announcing;
    owed_ = ProbeSends::announcement;
    next_ = later(now, settings_->announce_interval);
    if (++sent_ < settings_->announce_count) return;
    step_ = Step::settled;
    next_ = never;  // RFC 5227 2.1: not repeated periodically
}

void AddressProbe::on_time(Instant now) {
    if (next_ > now) return;
    switch (step_) {
        case Step::probing:
            // RFC 5227 2.1.1: PROBE_NUM probes, PROBE_MIN to PROBE_MAX apart, then ANNOUNCE_WAIT of listening.
            owed_ = ProbeSends::probe;
            if (++sent_ < settings_->probe_count) {
                next_ = later(now, between(random_, settings_->probe_min, settings_->probe_max));
            } else {
                step_ = Step::before_announcing;
                next_ = later(now, settings_->announce_wait);
            }
            break;
        case Step::before_announcing:
        case Step::announcing: announce(now); break;
        case Step::settled:
        case Step::taken: next_ = never; break;
    }
}

Conflict AddressProbe::on_conflict(const wire::MacAddress& by, bool is_probe, Instant now) {
    switch (state()) {
        case AddressState::taken: return Conflict::none;
        case AddressState::probing:
            // RFC 5227 2.1.1: a sender with this address, or another host's probe for it, ends the attempt.
            step_ = Step::taken;
            next_ = never;
            owed_ = ProbeSends::nothing;
            conflicting_ = by;
            return Conflict::taken;
        case AddressState::usable: break;
    }
    if (is_probe) return Conflict::none;  // answered like any other request (RFC 5227 2.5)
    // RFC 5227 2.4 (b): one announcement defends the address, unless the last conflict was within DEFEND_INTERVAL.
    if (defended_at_ == never || now - defended_at_ >= settings_->defend_interval) {
        defended_at_ = now;
        owed_ = ProbeSends::announcement;
        return Conflict::defended;
    }
    step_ = Step::taken;
    next_ = never;
    owed_ = ProbeSends::nothing;
    conflicting_ = by;
    lost_at_ = now;
    return Conflict::lost;
}

ProbeSends AddressProbe::take_owed() { return std::exchange(owed_, ProbeSends::nothing); }

}  // namespace sluice::net
