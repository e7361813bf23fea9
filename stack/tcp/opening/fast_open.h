// TCP Fast Open, the listener's side (RFC 7413 4.1.2, 4.2): the cookies it hands out and checks, and how many connections may
// have been accepted with nothing but a cookie.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "base/ring.h"
#include "tcp/opening/isn.h"
#include "wire/tcp_options.h"

namespace sluice::tcp {

// RFC 7413 4.1.2 [R7413-3]: a keyed function of both addresses and of the period `lifetime` long it was made in.
wire::FastOpenCookie make_fast_open_cookie(const IsnGenerator& keyed, const Tuple& tuple, Duration lifetime,
                                           Instant now);

enum class CookieAge : std::uint8_t { refused, last_period, current };
CookieAge check_fast_open_cookie(const IsnGenerator& keyed, const Tuple& tuple,
                                 const wire::FastOpenCookie& cookie, Duration lifetime, Instant now);

// Connections whose SYN carried text and whose third segment has not come. One that is reset meanwhile still counts until
// its SYN,ACK would have been given up: resets may be provoked by a flood from borrowed addresses (RFC 7413 5.1).
class EarlyOpens {
public:
    // RFC 7413 4.2 [R7413-5].
    bool has_room(std::uint32_t limit, Instant now) {
        while (!resets_.empty() && resets_.front() <= now) resets_.pop_front();
        return pending_ + resets_.size() < limit;
    }

    // One of them; its end frees the place.
    class Place {
    public:
        explicit Place(std::shared_ptr<EarlyOpens> opens) : opens_(std::move(opens)) { ++opens_->pending_; }
        Place(Place&&) = default;
        Place& operator=(Place&&) = default;
        ~Place() {
            if (opens_) --opens_->pending_;
        }
        // The place stays taken until then.
        void hold(Instant until) { opens_->resets_.push_back(until); }

    private:
        std::shared_ptr<EarlyOpens> opens_;
    };

private:
    std::uint32_t pending_ = 0;
    Ring<Instant> resets_;
};

}  // namespace sluice::tcp
