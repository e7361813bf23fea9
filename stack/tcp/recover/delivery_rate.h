// How fast the path delivers: rate samples of draft-ietf-ccwg-bbr-06 4.1 (formerly draft-cheng-iccrg-delivery-rate-estimation).
// Owns the counts of a connection; each transmission carries a copy (SendState) in the flight table. Told what leaves, what
// is delivered, what is lost, and when the application leaves room unused. Answers a sample for each acknowledgment.
#pragma once

#include <cstdint>

#include "tcp/delivered.h"

namespace sluice::tcp {

class DeliveryRate {
public:
    // 4.1.2.2. `in_flight`: before this transmission.
    SendState on_sent(Pos octets, Pos in_flight, Instant now);
    // 4.1.2.3. `newest` and its state: what was sent last of all that was delivered now, as far as that is
    // unambiguous. `least_rtt`: shorter intervals give no rate.
    RateSample on_delivered(Pos octets, const Overtaking& newest, const SendState& state, Duration least_rtt,
                            Instant now);
    // Octets are found lost; `first` is the state of the first of them.
    LostSample on_lost(Pos octets, const SendState& first, Instant now);
    // 4.1.2.4: the window and the pacing would allow more, nothing is left to send or to resend.
    void on_application_limited(Pos in_flight);
    bool is_application_limited() const { return limited_until_ > 0; }
    std::uint64_t latest() const { return latest_; }  // octets per second

private:
    Pos delivered_ = 0;
    Pos limited_until_ = 0;  // `delivered_` when the gap has left the path; 0: no gap
    std::uint64_t latest_ = 0;
    Instant delivered_at_{};
    Instant first_sent_at_{};
    std::uint32_t lost_ = 0;
};

}  // namespace sluice::tcp
