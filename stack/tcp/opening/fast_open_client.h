// TCP Fast Open, the side that opens (RFC 7413 4.1.3, 4.2.1): what is remembered of servers, and what one SYN makes of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/bounded_map.h"
#include "base/time.h"
#include "tcp/seq.h"
#include "wire/address.h"
#include "wire/tcp_options.h"

namespace sluice::tcp {

// RFC 7413 4.1.3 [R7413-4]: a server's cookie and MSS; or that data on a SYN led to nothing there.
struct FastOpenMemory {
    wire::FastOpenCookie cookie;
    std::uint16_t mss = 0;
    Instant refused_until{};
};
using FastOpenMemories = BoundedMap<wire::Address, FastOpenMemory>;

// What a connection learned for those after it.
struct FastOpenNews {
    std::optional<wire::FastOpenCookie> cookie;  // the server's, for next time
    std::uint16_t mss = 0;
    bool was_refused = false;  // the data was not taken, or the SYN not answered
};

// The way of one active open.
class FastOpenClient {
public:
    // `memory`: of the server, nullptr if there is none.
    void start(const FastOpenMemory* memory, Instant now) {
        is_asked_ = memory == nullptr || memory->refused_until <= now;
        if (!is_asked_ || memory == nullptr) return;
        cookie_ = memory->cookie;
        mss_ = memory->mss;
    }
    // The SYN waits for the first octets to take along: with a cookie, connect and the first write are one call.
    bool is_waiting() const { return is_asked_ && !cookie_.empty(); }
    // What the SYN carries: a cookie, or the request for one [R7413-6].
    std::optional<wire::FastOpenCookie> option() const {
        return is_asked_ ? std::optional(cookie_) : std::nullopt;
    }
    // RFC 7413 4.2.1 [R7413-7]: octets that fit beside `headers`, of `queued`. The server's MSS, if it is known.
    Pos text_most(Pos queued, std::uint32_t mss_default, std::uint32_t path_mtu,
                  std::uint32_t headers) const {
        if (!is_waiting()) return 0;
        const Pos packet = std::min(Pos{mss_ != 0 ? mss_ : mss_default} + 40, Pos{path_mtu});
        return std::clamp(packet - Pos{headers}, Pos{0}, queued);
    }
    // A SYN left, with text up to `end`.
    void on_sent(Pos end) {
        if (!is_asked_) return;
        end_ = end;
        was_asked_ = true;
    }
    // No answer came in time: the next one is an ordinary SYN [R7413-9].
    void give_up() { is_asked_ = false; }
    // End of the text that left on a SYN; 1: none did.
    Pos end() const { return end_; }

    // The SYN,ACK is here; it acknowledges what lies below `acked`.
    std::optional<FastOpenNews> on_syn_ack(const wire::TcpOptions& options, Pos acked) const {
        if (!was_asked_) return std::nullopt;
        FastOpenNews news;
        if (options.fast_open && !options.fast_open->empty()) news.cookie = *options.fast_open;
        news.mss = options.mss.value_or(0);
        // RFC 7413 4.1.3: not acknowledged, or only an ordinary SYN was answered. A new cookie says how to do better.
        news.was_refused = !news.cookie && ((end_ > 1 && acked <= 1) || !is_asked_);
        return news.cookie || news.was_refused ? std::optional(news) : std::nullopt;
    }

private:
    wire::FastOpenCookie cookie_;
    Pos end_ = 1;
    std::uint16_t mss_ = 0;
    bool is_asked_ = false;   // the next SYN carries the option
    bool was_asked_ = false;  // one that left did
};

}  // namespace sluice::tcp
