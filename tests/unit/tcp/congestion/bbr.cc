// The states of BBR on a path of our own: a bottleneck with a rate, a delay and a queue, everything in virtual time. The
// cases are those of draft-ietf-ccwg-bbr-06 appendix A; the values follow from the path.
#include "tcp/congestion/bbr.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "tcp/recover/delivery_rate.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;
using State = Bbr::State;

struct Path {
    explicit Path(std::uint64_t bandwidth_given, Duration rtt_given)
        : bandwidth(bandwidth_given), rtt(rtt_given) {
        bbr.start(10 * mss, 1, 2);
    }

    struct Packet {
        SendState state;
        Instant sent_at{};
        Instant answered_at{};
        bool lost = false;
    };

    Pos bdp() const {
        return static_cast<Pos>(bandwidth * static_cast<std::uint64_t>(in_us(rtt)) / 1'000'000U);
    }
    // The application has more to send.
    void write(std::int64_t segments) {
        if (unsent == 0 && in_flight < bbr.window()) rate.on_application_limited(in_flight);
        unsent += segments;
    }
    bool may_send() const { return in_flight + mss <= bbr.window() && unsent != 0; }

    void send() {
        if (in_flight == 0 && rate.is_application_limited()) bbr.on_restart(now);
        Packet packet;
        packet.state = rate.on_sent(mss, in_flight, now);
        packet.sent_at = now;
        const auto ns_of = [&](Pos octets) {
            return Duration(
                static_cast<std::int64_t>(static_cast<std::uint64_t>(octets) * 1'000'000'000U / bandwidth));
        };
        link_free = std::max(link_free, now);
        packet.lost = link_free - now > ns_of(queue) || (++count % lose_every) == 0;
        if (!packet.lost) link_free += ns_of(mss);
        packet.answered_at = link_free + rtt;
        packets.push_back(packet);
        in_flight += mss;
        if (unsent > 0) --unsent;
        const auto gap =
            Duration(static_cast<std::int64_t>(std::uint64_t{mss} * 1'000'000'000U / bbr.pacing_rate()));
        release_at = std::max(release_at, now) + gap;
    }

    void take(const Packet& packet) {
        in_flight -= mss;
        if (packet.lost) {
            newly_lost += mss;
            bbr.on_lost(rate.on_lost(mss, packet.state, now));
            if (!is_recovering) bbr.on_loss({now, in_flight, in_flight, mss});
            is_recovering = true;
            recovered_at = now + rtt;
            return;
        }
        if (is_recovering && now >= recovered_at) {
            is_recovering = false;
            bbr.set_window(0);
        }
        if (unsent == 0) rate.on_application_limited(in_flight);
        AckSample sample;
        sample.now = now;
        sample.delivered = sample.octets = mss;
        sample.in_flight_before = in_flight + mss;
        sample.in_flight = in_flight;
        sample.rtt = now - packet.sent_at;
        sample.smoothed = *sample.rtt;
        sample.mss = mss;
        sample.was_limited = in_flight + 2 * mss > bbr.window();
        sample.is_recovering = is_recovering;
        sample.rate = rate.on_delivered(mss, {packet.sent_at, 1}, packet.state, rtt, now);
        bbr.on_acked(sample);
        if (bbr.is_holding_back()) rate.on_application_limited(in_flight);
        states.push_back(bbr.state());
        delivered += mss;
    }

    void run(Duration time) {
        const Instant end = now + time;
        for (;;) {
            const Instant answer = packets.empty() ? never : packets.front().answered_at;
            const Instant release = may_send() ? std::max(release_at, now) : never;
            const Instant next = std::min(answer, release);
            if (next >= end) break;
            now = next;
            if (release <= answer) {
                send();
            } else {
                const Packet packet = packets.front();
                packets.pop_front();
                take(packet);
            }
        }
        now = end;
    }
    // False: not within `time`.
    bool run_until(State state, Duration time) {
        const Instant end = now + time;
        while (bbr.state() != state && now < end) run(rtt / 10);
        return bbr.state() == state;
    }
    bool has_seen(State state) const { return std::ranges::find(states, state) != states.end(); }

    Bbr bbr;
    DeliveryRate rate;
    std::uint64_t bandwidth;
    Duration rtt;
    Pos queue = 100'000'000;
    std::uint64_t lose_every = ~std::uint64_t{0};
    std::uint64_t count = 0;
    std::int64_t unsent = -1;  // segments the application has; -1: no end
    Instant now{100s};
    Instant link_free{};
    Instant release_at{};
    Instant recovered_at{};
    Pos in_flight = 0;
    Pos newly_lost = 0;
    Pos delivered = 0;
    bool is_recovering = false;
    std::deque<Packet> packets;
    std::vector<State> states;
};

TEST_CASE(
    "until a round trip is known, the rate is 2.77 initial windows in a millisecond [draft-ietf-ccwg-bbr "
    "5.6.2]") {
    Path path(1'000'000, 40ms);
    CHECK(path.bbr.pacing_rate() == 27'700'000);
    CHECK(path.bbr.pacing_gain() == 277);
    CHECK(path.bbr.window() == 10 * mss);
    path.run(42ms);  // the first ACK: 10 segments in 40 or 41 ms
    CHECK(path.bbr.pacing_rate() == doctest::Approx(2.77 * 10'000 / 0.041).epsilon(0.001));
}

TEST_CASE("startup finds the bandwidth, drains its queue and cruises [A.1, A.3, A.8]") {
    for (const std::uint64_t bandwidth : {125'000U, 1'250'000U, 12'500'000U}) {
        CAPTURE(bandwidth);
        Path path(bandwidth, 40ms);
        REQUIRE(path.run_until(State::drain, 5s));
        CHECK(path.bbr.is_full_bw_reached());
        CHECK(path.bbr.pacing_gain() == 50);
        CHECK(path.bbr.max_bw() == doctest::Approx(static_cast<double>(bandwidth)).epsilon(0.02));
        REQUIRE(path.run_until(State::cruise, 2s));
        CHECK(path.bbr.min_rtt() < 40ms + 10ms);
        CHECK(path.bbr.window() >= 4 * mss);
    }
}

TEST_CASE("over half a minute nearly all of the path is used, with little queue [A.5]") {
    Path path(1'250'000, 40ms);
    path.run(30s);
    CHECK(path.delivered > 30 * 1'250'000 / 100 * 93);
    CHECK(path.has_seen(State::refill));
    CHECK(path.has_seen(State::up));
    CHECK(path.bbr.window() <= 3 * path.bdp());
    CHECK(path.newly_lost == 0);
}

TEST_CASE("an application that sends little never ends startup [A.7]") {
    Path path(1'250'000, 40ms);
    path.unsent = 0;
    for (int i = 0; i < 200; ++i) {
        path.write(4);
        path.run(50ms);
    }
    CHECK(path.bbr.state() != State::drain);
    CHECK_FALSE(path.bbr.is_full_bw_reached());
    CHECK_FALSE(path.has_seen(State::up));
}

TEST_CASE("after five seconds without a shorter round trip the queue is emptied for 200 ms [A.10]") {
    Path path(1'250'000, 40ms);
    REQUIRE(path.run_until(State::cruise, 5s));
    path.rtt = 45ms;  // the path has grown longer
    REQUIRE(path.run_until(State::probe_rtt, 6s));
    const Instant begin = path.now;
    CHECK(path.bbr.pacing_gain() == 100);
    path.run(150ms);
    CHECK(path.in_flight <= std::max<Pos>(path.bdp() / 2 + mss, 4 * mss));
    REQUIRE(path.run_until(State::cruise, 1s));
    CHECK(path.now - begin >= 200ms);
    CHECK(path.now - begin < 500ms);
    CHECK(path.bbr.window() > path.bdp());
}

TEST_CASE("an idle application spares the path that [A.11]") {
    Path path(1'250'000, 40ms);
    REQUIRE(path.run_until(State::cruise, 5s));
    path.unsent = 0;
    path.run(10s);
    path.states.clear();
    path.write(100);
    path.run(60ms);
    CHECK_FALSE(path.states.empty());
    CHECK_FALSE(path.has_seen(State::probe_rtt));
    CHECK(path.bbr.pacing_rate() >= 1'250'000 / 100 * 95);
}

TEST_CASE("where less than a segment fits, four segments are the window [A.14]") {
    Path path(10'000, 10ms);
    path.run(60s);
    CHECK(path.bbr.is_full_bw_reached());
    CHECK(path.bbr.window() >= 4 * mss);
    CHECK(path.bbr.max_bw() == doctest::Approx(10'000).epsilon(0.05));
}

TEST_CASE("ten times the bandwidth is found, and a tenth of it [A.15, A.16]") {
    Path path(1'250'000, 40ms);
    path.queue = 100 * mss;
    path.run(10s);
    path.bandwidth = 12'500'000;
    path.run(30s);
    CHECK(path.bbr.max_bw() == doctest::Approx(12'500'000).epsilon(0.05));
    path.bandwidth = 1'250'000;
    path.run(30s);
    CHECK(path.bbr.max_bw() == doctest::Approx(1'250'000).epsilon(0.05));
}

TEST_CASE("a shallow queue: losses bound what is in flight, the path stays used [5.5.10.2]") {
    Path path(1'250'000, 40ms);
    path.queue = 10 * mss;  // a fifth of what the path holds
    path.run(30s);
    CHECK(path.bbr.inflight_longterm() < 3 * path.bdp());
    CHECK(path.bbr.inflight_longterm() >= path.bdp() / 100 * 70);
    CHECK(path.delivered > 30 * 1'250'000 / 100 * 80);
    CHECK(path.newly_lost * 20 < path.delivered);  // under 5 %
}

TEST_CASE("one loss in a hundred does not slow it down [3.1]") {
    Path path(1'250'000, 40ms);
    path.lose_every = 100;
    path.run(30s);
    CHECK(path.delivered > 30 * 1'250'000 / 100 * 85);
}

TEST_CASE("a timeout leaves one segment, the end of recovery the window before [5.6.4.4]") {
    Path path(1'250'000, 40ms);
    path.run(5s);
    const Pos before = path.bbr.window();
    path.bbr.on_timeout({path.now, path.in_flight, path.in_flight, mss}, true);
    CHECK(path.bbr.window() == mss);
    path.bbr.set_window(0);
    CHECK(path.bbr.window() == before);
    path.bbr.on_timeout({path.now, path.in_flight, path.in_flight, mss}, true);
    path.bbr.undo();
    CHECK(path.bbr.window() == before);
}

TEST_CASE("losses that were none: back to startup [A.18, 5.5.11.2]") {
    Path path(12'500'000, 40ms);
    path.lose_every = 20;
    REQUIRE(path.run_until(State::drain, 5s));
    CHECK(path.newly_lost > 0);
    path.bbr.undo();
    CHECK(path.bbr.state() == State::startup);
    CHECK_FALSE(path.bbr.is_full_bw_reached());
    CHECK(path.bbr.inflight_longterm() > Pos{1} << 60);
}

TEST_CASE(
    "drain paces at half the bandwidth less one percent, and ends after more than three rounds although the "
    "queue "
    "stays [5.3.2] [5.6.2]") {
    Bbr bbr;
    bbr.start(10 * mss, 1, 2);
    Pos total = 0;
    Instant now{};
    const auto round = [&] {  // 10 segments in 100 ms, and far more in flight than that
        AckSample sample;
        sample.now = now += 100ms;
        sample.mss = mss;
        sample.octets = sample.delivered = sample.rate.delivered = 10 * mss;
        sample.in_flight = sample.rate.in_flight = 1000 * mss;
        sample.rtt = sample.smoothed = sample.rate.interval = 100ms;
        sample.rate.prior_delivered = total;
        sample.rate.total = total += 10 * mss;
        bbr.on_acked(sample);
    };
    for (int i = 0; i < 10 && bbr.state() == State::startup; ++i) round();
    REQUIRE(bbr.state() == State::drain);
    CHECK(bbr.max_bw() == 100'000);
    CHECK(bbr.pacing_rate() == 49'500);
    for (int i = 0; i < 3; ++i) round();
    CHECK(bbr.state() == State::drain);
    round();
    CHECK(bbr.state() == State::down);
}

}  // namespace
}  // namespace sluice::tcp
