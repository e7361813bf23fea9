// The largest packet the path carries, as one connection believes (RFC 1191, RFC 4821, RFC 8899). Lowered by validated
// too-big messages and by full stops without any; raised again by probes: segments of new data that are larger than
// the others. Told: messages, timeouts, probes and what became of them. Answers: the size to use, the size to try.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/time.h"
#include "tcp/seq.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class PathMtu {
public:
    static constexpr std::uint32_t least = 68;  // RFC 791 3.2

    // RFC 8899 5.2. `error` is not told apart: the search begins at the least size anyway.
    enum class Phase : std::uint8_t { complete, base, searching };

    // `ceiling`: the first hop's MTU, never exceeded. `known`: what other connections learned, at most that.
    void start(std::uint32_t ceiling, std::uint32_t known, const Settings& settings, Instant now);
    std::uint32_t mtu() const { return mtu_; }
    std::uint32_t ceiling() const { return ceiling_; }
    Phase phase() const { return search_ ? search_->phase : Phase::complete; }

    // RFC 1191 3 and 6.3; `reported` 0: an old router. True: the size went down.
    bool on_too_big(std::uint32_t reported, const Settings& settings, Instant now);
    // A packet of this size left; one was acknowledged (RFC 5927 7.2).
    void on_sent(std::uint32_t size) { largest_sent_ = std::max(largest_sent_, size); }
    void on_acknowledged(std::uint32_t size) {
        largest_acknowledged_ = std::max(largest_acknowledged_, size);
        doubtful_ = 0;  // there is progress: the message was wrong [R5927-6]
    }
    // A segment timed out: a doubtful message may have been right. True: the size went down.
    bool on_timeout(const Settings& settings, Instant now);
    // RFC 4821 7.7: R1 was reached and no message came. True: the size went down.
    bool on_full_stop(const Settings& settings, Instant now);
    // New data was acknowledged: octets of the present size arrive (RFC 8899 5.2, BASE confirmed).
    void on_progress(Pos una, const Settings& settings, Instant now);
    // Octets of the present size were lost: soon after a raise it is taken back (RFC 4821 7.8). True: it was.
    bool on_loss(Pos octets, const Settings& settings, Instant now);

    // --- probes
    bool is_searching() const { return search_ != nullptr; }
    // The packet size to try now, if it is time (RFC 4821 7.3, 7.4).
    std::optional<std::uint32_t> due(const Settings& settings, Instant now) const;
    void on_probe_sent(Range text, std::uint32_t size);
    bool is_probe(Pos at) const { return search_ && search_->text.begin <= at && at < search_->text.end; }
    // Octets left once more in ordinary packets: of a probe among them nothing is known any more (RFC 4821 7.6.3).
    void on_resent(Pos at) {
        if (is_probe(at)) search_->text = {-1, -1};
    }
    // RFC 4821 7.6.2. `pause`: about a window's worth of round trips without another probe.
    void on_probe_lost(const Settings& settings, Duration pause, Instant now);

private:
    struct Search {
        Phase phase = Phase::searching;
        std::uint32_t low = 0;   // known to pass
        std::uint32_t high = 0;  // the largest that may pass
        std::uint32_t size = 0;  // of the probe under way
        std::uint8_t failures = 0;
        bool was_reported = false;  // a message lowered it, not silence
        Range text{-1, -1};         // the probe's octets
        Instant next_at{};
        // After a raise, until enough octets have passed (RFC 4821 7.8).
        std::uint32_t before_raise = 0;
        Pos verified_at = 0;
        Pos lost = 0;
    };
    void lower(std::uint32_t size, bool is_reported, Phase phase, const Settings& settings, Instant now);
    void raise(Pos una, const Settings& settings, Instant now);
    void finish_if_close(const Settings& settings, Instant now);

    std::uint32_t ceiling_ = 1500;
    std::uint32_t mtu_ = 1500;
    std::uint32_t largest_sent_ = 0;
    std::uint32_t largest_acknowledged_ = 0;
    std::uint32_t doubtful_ = 0;      // a size reported although larger packets had passed; 0 = none
    std::unique_ptr<Search> search_;  // only while less is used than the first hop carries
};

}  // namespace sluice::tcp
