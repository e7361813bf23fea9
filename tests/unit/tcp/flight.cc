#include "tcp/flight.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

Delivered acknowledge(Flight& flight, Pos una, Instant now = {}) {
    Delivered delivered;
    delivered.now = now;
    flight.on_acknowledged(una, delivered);
    return delivered;
}

Delivered sack(Flight& flight, Range range, Instant now = {}, std::uint32_t entries_most = 1000) {
    Delivered delivered;
    delivered.now = now;
    flight.on_sacked(range, entries_most, delivered);
    return delivered;
}

TEST_CASE("FlightSize is what lies between the first and the last octet sent [RFC 5681 2]") {
    Flight flight;
    CHECK(flight.empty());
    CHECK(flight.bytes() == 0);
    flight.on_sent({1, 1001}, Instant{1s});
    flight.on_sent({1001, 1501}, Instant{2s});
    CHECK(flight.bytes() == 1500);
    CHECK(flight.pipe() == 1500);
    CHECK(flight.entries() == 2);
    CHECK(flight.transmissions(1) == 1);
}

TEST_CASE("an acknowledgment takes whole entries and cuts the one it ends in") {
    Flight flight;
    flight.on_sent({1, 4001}, Instant{1s});  // one super-segment
    flight.on_sent({4001, 5001}, Instant{2s});
    const Delivered removed = acknowledge(flight, 1001);
    CHECK(removed.octets == 1000);
    CHECK_FALSE(removed.any_resent);
    CHECK(removed.sample_sent_at == Instant{1s});
    CHECK(flight.bytes() == 4000);
    CHECK(flight.entries() == 2);
    CHECK(acknowledge(flight, 1001).octets == 0);
    CHECK(acknowledge(flight, 5001).octets == 4000);
    CHECK(flight.empty());
    CHECK(flight.pipe() == 0);
}

TEST_CASE(
    "an RTT sample belongs to the newest acknowledged entry that was sent once [R6298-7] [RFC 6298 3]") {
    Flight flight;
    flight.on_sent({1, 11}, Instant{1s});
    flight.on_sent({11, 21}, Instant{2s});
    flight.on_sent({21, 31}, Instant{3s});
    CHECK(acknowledge(flight, 21).sample_sent_at == Instant{2s});
    REQUIRE(flight.mark_first_lost(1000));
    flight.on_resent({21, 31}, Instant{4s});
    const Delivered removed = acknowledge(flight, 31);
    CHECK(removed.any_resent);
    CHECK_FALSE(removed.sample_sent_at);
}

TEST_CASE("what is lost leaves the pipe and not FlightSize, until it is resent [RFC 6675 2]") {
    Flight flight;
    flight.on_sent({1, 4001}, Instant{1s});
    CHECK(flight.mark_first_lost(1000));
    CHECK_FALSE(flight.mark_first_lost(1000));  // once
    CHECK(flight.lost_bytes() == 1000);
    CHECK(flight.pipe() == 3000);
    CHECK(flight.bytes() == 4000);
    CHECK(flight.next_lost(1460) == Range{1, 1001});
    CHECK(flight.next_lost(400) == Range{1, 401});
    flight.on_resent({1, 401}, Instant{2s});
    CHECK(flight.pipe() == 3400);
    CHECK(flight.next_lost(1460) == Range{401, 1001});
    flight.on_resent({401, 1001}, Instant{3s});
    CHECK(flight.pipe() == 4000);
    CHECK(flight.lost_bytes() == 0);
    CHECK_FALSE(flight.next_lost(1460));
    CHECK(flight.transmissions(1) == 2);
    CHECK(flight.transmissions(4000) == 1);
}

TEST_CASE("small entries that are lost together leave together [RFC 9293 3.7.4]") {
    Flight flight;
    for (Pos at = 1; at < 1000; at += 100) flight.on_sent({at, at + 100}, Instant{1s});
    flight.mark_all_lost();
    CHECK(flight.lost_bytes() == 1000);
    CHECK(flight.pipe() == 0);
    CHECK(flight.next_lost(450) == Range{1, 451});
    flight.on_resent({1, 451}, Instant{2s});
    CHECK(flight.pipe() == 450);
    CHECK(flight.transmissions(1) == 2);
    CHECK(flight.transmissions(450) == 2);
    CHECK(flight.transmissions(451) == 1);
    CHECK(flight.next_lost(450) == Range{451, 901});
}

TEST_CASE("an entry resent again and again is counted, also across cuts") {
    Flight flight;
    flight.on_sent({1, 101}, Instant{1s});
    for (std::uint16_t n = 2; n <= 6; ++n) {
        flight.mark_all_lost();
        flight.on_resent({1, 101}, Instant{1s * n});
        CHECK(flight.transmissions(1) == n);
    }
    acknowledge(flight, 51);
    CHECK(flight.transmissions(51) == 6);
    CHECK(acknowledge(flight, 101).any_resent);
}

TEST_CASE("what the peer reports leaves the pipe and is not resent [R2018-9] [R6675-4] [RFC 6675 3]") {
    Flight flight;
    flight.on_sent({1, 10001}, Instant{1s});  // one super-segment
    const Delivered delivered = sack(flight, {2001, 4001}, Instant{2s});
    CHECK(delivered.octets == 2000);
    CHECK(delivered.sacked == 2000);
    CHECK(delivered.newest.end == 4001);
    CHECK(delivered.newest_rtt == 1s);
    CHECK(flight.pipe() == 8000);
    CHECK(flight.sacked_bytes() == 2000);
    CHECK(flight.highest_sacked() == 4001);
    CHECK(sack(flight, {2001, 4001}).octets == 0);     // known
    CHECK(sack(flight, {3001, 6001}).octets == 2000);  // in part
    CHECK(sack(flight, {20001, 30001}).octets == 0);   // never sent
    flight.mark_all_lost();
    CHECK(flight.next_lost(1000) == Range{1, 1001});
    flight.on_resent({1, 2001}, Instant{2s});
    CHECK(flight.next_lost(1000) == Range{6001, 7001});
    // [R9937-3] What had been reported is not delivered again.
    CHECK(acknowledge(flight, 6001).octets == 2000);
}

TEST_CASE("reports that cut the table into crumbs are ignored when there are too many [R2018-12]") {
    Flight flight;
    flight.on_sent({1, 10001}, Instant{1s});
    CHECK(sack(flight, {101, 102}, {}, 3).octets == 1);
    CHECK(sack(flight, {201, 202}, {}, 3).octets == 0);
    CHECK(flight.entries() == 3);
}

TEST_CASE("when the peer gives up what it reported, all of it counts as lost [R2018-11] [RFC 2018 8]") {
    Flight flight;
    flight.on_sent({1, 4001}, Instant{1s});
    sack(flight, {1001, 2001});
    acknowledge(flight, 1001);
    CHECK(flight.is_first_sacked());
    flight.forget_sacked();
    CHECK(flight.sacked_bytes() == 0);
    CHECK(flight.lost_bytes() == 3000);
    CHECK(flight.next_lost(9000) == Range{1001, 4001});
}

TEST_CASE(
    "lost by time is what left before the newest delivered one and is overdue [R8985-8] [RFC 8985 6.2]") {
    Flight flight;
    for (int i = 0; i < 5; ++i) flight.on_sent({1 + i * 10, 11 + i * 10}, Instant{1s + i * 1ms});
    const Delivered delivered = sack(flight, {31, 41}, Instant{1103ms});
    CHECK(delivered.newest.sent_at == Instant{1003ms});
    // Each may come 110 ms after it left: the first is due at 1110 ms.
    TimeLosses found = flight.mark_overtaken(delivered.newest, 110ms, Instant{1109ms});
    CHECK(found.octets == 0);
    CHECK(found.next == Instant{1110ms});
    found = flight.mark_overtaken(delivered.newest, 110ms, Instant{1110ms});
    CHECK(found.octets == 10);
    CHECK(found.next == Instant{1111ms});
    found = flight.mark_overtaken(delivered.newest, 110ms, Instant{2s});
    CHECK(found.octets == 20);
    CHECK(found.next == never);
    CHECK(flight.pipe() == 10);  // sent after it
    CHECK_FALSE(found.any_resent);
}

TEST_CASE("of one transmission what lies below the delivered part is lost with it [R8985-8]") {
    Flight flight;
    flight.on_sent({1, 4001}, Instant{1s});
    const Delivered delivered = sack(flight, {1001, 2001}, Instant{2s});
    CHECK(flight.mark_overtaken(delivered.newest, 1s, Instant{2s}).octets == 1000);
    CHECK(flight.next_lost(9000) == Range{1, 1001});
}

TEST_CASE(
    "a lost retransmission is found the same way, also when it was cut since [R8985-10] [RFC 8985 6.2]") {
    Flight flight;
    flight.on_sent({1, 1001}, Instant{1s});
    flight.on_sent({1001, 2001}, Instant{1s});
    flight.mark_first_lost(1000);
    flight.on_resent({1, 1001}, Instant{2s});
    flight.on_sent({2001, 3001}, Instant{3s});
    sack(flight, {401, 601}, Instant{3500ms});
    const Delivered delivered = sack(flight, {2001, 3001}, Instant{4s});
    const TimeLosses found = flight.mark_overtaken(delivered.newest, 1s, Instant{4s});
    CHECK(found.octets == 1000 + 800);
    CHECK(found.any_resent);
    CHECK(found.latest_resent_at == Instant{2s});
}

TEST_CASE(
    "lost by reports is what has more than two segments or three ranges above it [R6675-3] [RFC 6675 4]") {
    Flight flight;
    for (int i = 0; i < 10; ++i) flight.on_sent({1 + i * 1000, 1001 + i * 1000}, Instant{1s});
    sack(flight, {2001, 4001});
    CHECK(flight.mark_below_sacked(2000, 3) == 0);
    sack(flight, {4001, 5001});
    CHECK(flight.mark_below_sacked(2000, 3) == 2000);
    CHECK(flight.mark_below_sacked(2000, 3) == 0);  // once
    flight.on_resent({1, 2001}, Instant{2s});
    sack(flight, {6001, 6002});
    sack(flight, {7001, 7002});
    CHECK(flight.mark_below_sacked(20000, 3) == 0);
    sack(flight, {8001, 8002});
    CHECK(flight.mark_below_sacked(20000, 3) == 1000);  // three ranges above 5001..6001
}

TEST_CASE(
    "what is resent without being lost counts twice, until its first copy is lost [R6675-4] [RFC 6675 4]") {
    Flight flight;
    for (int i = 0; i < 10; ++i) flight.on_sent({1 + i * 1000, 1001 + i * 1000}, Instant{1s});
    flight.on_resent({1, 1001}, Instant{2s});
    CHECK(flight.pipe() == 10000);
    flight.count_twice({1, 1001});
    CHECK(flight.pipe() == 11000);
    sack(flight, {1001, 3001});
    flight.mark_below_sacked(2000, 3);
    CHECK(flight.pipe() == 9000);
    sack(flight, {3001, 4001});
    flight.mark_below_sacked(2000, 3);
    CHECK(flight.pipe() == 7000);
    CHECK(flight.lost_bytes() == 0);
    flight.on_resent({9001, 10001}, Instant{2s});
    flight.count_twice({9001, 10001});
    CHECK(flight.pipe() == 8000);
    sack(flight, {9001, 10001});
    CHECK(flight.pipe() == 6000);  // both are gone
    acknowledge(flight, 10001);
    CHECK(flight.pipe() == 0);
}

TEST_CASE("losses that were none are in the pipe again [RFC 5682 2.1]") {
    Flight flight;
    flight.on_sent({1, 4001}, Instant{1s});
    flight.mark_all_lost();
    flight.on_resent({1, 1001}, Instant{2s});
    flight.forget_lost();
    CHECK(flight.pipe() == 4000);
    CHECK_FALSE(flight.next_lost(1000));
}

// One octet, kept as slowly as possible.
struct Octet {
    int transmissions = 1;
    bool lost = false;
    bool sacked = false;
};

class Comparison {
public:
    explicit Comparison(std::uint64_t seed) : draw_(seed) {}
    void step() {
        now_ += 1ms;
        switch (draw_.between(0, 9)) {
            case 0: take_ack(); break;
            case 1: mark_first(); break;
            case 2:
                if (draw_.one_in(6)) mark_all();
                break;
            case 3:
            case 4: resend(); break;
            case 5: take_sack(); break;
            case 6: take_time(); break;
            default: send();
        }
        check();
    }

private:
    Pos end() const { return una_ + static_cast<Pos>(octets_.size()); }
    void send() {
        if (octets_.size() > 400) return;
        const Pos n = draw_.between(1, 60);
        flight_.on_sent({end(), end() + n}, now_);
        octets_.insert(octets_.end(), static_cast<std::size_t>(n), Octet());
    }
    void take_ack() {
        const auto n = static_cast<std::ptrdiff_t>(draw_.between(0, end() - una_));
        const bool any_resent = std::any_of(octets_.begin(), octets_.begin() + n,
                                            [](const Octet& o) { return o.transmissions > 1; });
        const auto known =
            std::count_if(octets_.begin(), octets_.begin() + n, [](const Octet& o) { return o.sacked; });
        const Delivered removed = acknowledge(flight_, una_ + n);
        CHECK(removed.octets == n - known);
        CHECK(removed.any_resent == any_resent);
        octets_.erase(octets_.begin(), octets_.begin() + n);
        una_ += n;
    }
    void take_sack() {
        const Pos begin = draw_.between(una_ - 20, end() + 10);
        const Range range{begin, begin + draw_.between(1, 80)};
        Pos fresh = 0;
        for (Pos p = std::max(range.begin, una_); p < std::min(range.end, end()); ++p) {
            Octet& octet = octets_[static_cast<std::size_t>(p - una_)];
            fresh += octet.sacked ? 0 : 1;
            octet.sacked = true;
            octet.lost = false;
        }
        CHECK(sack(flight_, range, now_).octets == fresh);
    }
    // By time, as slowly as possible: all that is in the pipe, left before the newest, and is overdue.
    void take_time() {
        if (flight_.empty()) return;
        const Overtaking newest{now_ - draw_.between(0, 60) * 1ms, draw_.between(una_, end())};
        const Duration wait = draw_.between(0, 40) * 1ms;
        const auto is_due = [&](const Sent& s) {
            return s.is_in_pipe() && newest.is_after(s.sent_at, s.range.end) && s.sent_at + wait <= now_;
        };
        std::vector<Sent> before;
        for (std::uint32_t i = 0; i < flight_.entries(); ++i) before.push_back(flight_[i]);
        const TimeLosses found = flight_.mark_overtaken(newest, wait, now_);
        Pos lost = 0;
        for (std::uint32_t i = 0; i < flight_.entries(); ++i) {
            if (!is_due(before[i])) continue;
            lost += before[i].range.size();
            CHECK(flight_[i].lost);
            for (Pos p = before[i].range.begin; p < before[i].range.end; ++p)
                octets_[static_cast<std::size_t>(p - una_)].lost = true;
        }
        CHECK(found.octets == lost);
    }
    void mark_first() {
        const Pos at_most = draw_.between(1, 50);
        const bool marked = flight_.mark_first_lost(at_most);
        if (!marked) {
            CHECK((octets_.empty() || octets_.front().lost || octets_.front().sacked));
            return;
        }
        // How far the first entry reached is the table's own business: ask it.
        const Pos reach = flight_[0].range.end - una_;
        CHECK(reach <= at_most);
        for (Pos i = 0; i < reach; ++i) octets_[static_cast<std::size_t>(i)].lost = true;
    }
    void mark_all() {
        flight_.mark_all_lost();
        for (Octet& octet : octets_) octet.lost = !octet.sacked;
    }
    void resend() {
        const Pos at_most = draw_.between(1, 80);
        const auto range = flight_.next_lost(at_most);
        const auto first =
            std::find_if(octets_.begin(), octets_.end(), [](const Octet& o) { return o.lost; });
        REQUIRE(range.has_value() == (first != octets_.end()));
        if (!range) return;
        CHECK(range->begin == una_ + (first - octets_.begin()));
        CHECK(range->size() >= 1);
        CHECK(range->size() <= at_most);
        if (draw_.one_in(3)) return;
        flight_.on_resent(*range, now_);
        int most = 0;
        for (Pos p = range->begin; p < range->end; ++p)
            most = std::max(most, octets_[static_cast<std::size_t>(p - una_)].transmissions);
        for (Pos p = range->begin; p < range->end; ++p) {
            Octet& octet = octets_[static_cast<std::size_t>(p - una_)];
            CHECK(octet.lost);
            octet = {most + 1, false, false};
        }
    }
    void check() {
        Pos lost = 0;
        Pos sacked = 0;
        for (const Octet& octet : octets_) {
            lost += octet.lost ? 1 : 0;
            sacked += octet.sacked ? 1 : 0;
        }
        CHECK(flight_.empty() == octets_.empty());
        CHECK(flight_.bytes() == static_cast<Pos>(octets_.size()));
        CHECK(flight_.lost_bytes() == lost);
        CHECK(flight_.pipe() == static_cast<Pos>(octets_.size()) - lost - sacked);
        CHECK(flight_.sacked_bytes() == sacked);
        Pos at = una_;
        for (std::uint32_t i = 0; i < flight_.entries(); ++i) {
            REQUIRE(flight_[i].range.begin == at);
            at = flight_[i].range.end;
            CHECK_FALSE(flight_[i].range.empty());
        }
        CHECK(at == end());
        for (Pos p = una_; p < end(); p += 7) {
            const Octet& octet = octets_[static_cast<std::size_t>(p - una_)];
            CHECK(flight_.transmissions(p) == octet.transmissions);
        }
    }

    test::Draw draw_;
    Flight flight_;
    std::deque<Octet> octets_;
    Pos una_ = 1;
    Instant now_{};
};

TEST_CASE("the table does what a map of octets does, over any sending, loss and acknowledging") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        CAPTURE(seed);
        Comparison comparison(seed);
        for (int i = 0; i < 400; ++i) comparison.step();
    }
}

}  // namespace
}  // namespace sluice::tcp
