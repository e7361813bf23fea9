// One address of ours before and while we use it (RFC 5227): probe, announce, defend, give up.
//
//   add ── wait 0..PROBE_WAIT ── probe x3, 1..2 s apart ── wait 2 s ── announce x2, 2 s apart ── settled
//             └───── another station uses or probes it: taken ─────┘         └── conflict: defend or give up
//
// Told: time, and that somebody else was seen with the address. Answers: what to send, when to be woken, the state.
#pragma once

#include "base/random.h"
#include "base/time.h"
#include "net/settings.h"
#include "net/views.h"

namespace sluice::net {

// What an ARP packet of another station meant for an address of ours.
enum class Conflict : std::uint8_t {
    none,
    taken,     // while probing: we never used it
    defended,  // an announcement is owed
    lost,      // it was in use and is given up
};

enum class ProbeSends : std::uint8_t { nothing, probe, announcement };

class AddressProbe {
public:
    // Begins at once, or later if `not_before` says so.
    AddressProbe(const Settings& settings, Random random, Instant not_before, Instant now);

    AddressState state() const;
    const wire::MacAddress& conflicting() const { return conflicting_; }
    Instant lost_at() const { return lost_at_; }  // of an address that was in use; `never` otherwise

    // Another station sends as the owner of the address, or, with `is_probe`, asks whether it may be.
    Conflict on_conflict(const wire::MacAddress& by, bool is_probe, Instant now);
    void on_time(Instant now);
    Instant deadline() const { return next_; }
    bool has_owed() const { return owed_ != ProbeSends::nothing; }
    // What is to be sent now; told once.
    ProbeSends take_owed();

private:
    enum class Step : std::uint8_t { probing, before_announcing, announcing, settled, taken };
    void announce(Instant now);

    const Settings* settings_;
    Random random_;
    Step step_ = Step::probing;
    ProbeSends owed_ = ProbeSends::nothing;
    std::uint32_t sent_ = 0;  // of the present step
    Instant next_ = never;
    Instant defended_at_ = never;
    Instant lost_at_ = never;
    wire::MacAddress conflicting_;
};

}  // namespace sluice::net
