#include "tcp/flight.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

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
    const Removed removed = flight.on_acknowledged(1001);
    CHECK(removed.octets == 1000);
    CHECK_FALSE(removed.any_resent);
    CHECK(removed.sample_sent_at == Instant{1s});
    CHECK(flight.bytes() == 4000);
    CHECK(flight.entries() == 2);
    CHECK(flight.on_acknowledged(1001).octets == 0);
    CHECK(flight.on_acknowledged(5001).octets == 4000);
    CHECK(flight.empty());
    CHECK(flight.pipe() == 0);
}

TEST_CASE(
    "an RTT sample belongs to the newest acknowledged entry that was sent once [R6298-7] [RFC 6298 3]") {
    Flight flight;
    flight.on_sent({1, 11}, Instant{1s});
    flight.on_sent({11, 21}, Instant{2s});
    flight.on_sent({21, 31}, Instant{3s});
    CHECK(flight.on_acknowledged(21).sample_sent_at == Instant{2s});
    REQUIRE(flight.mark_first_lost(1000));
    flight.on_resent({21, 31}, Instant{4s});
    const Removed removed = flight.on_acknowledged(31);
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
    flight.on_acknowledged(51);
    CHECK(flight.transmissions(51) == 6);
    CHECK(flight.on_acknowledged(101).any_resent);
}

// One octet, kept as slowly as possible.
struct Octet {
    int transmissions = 1;
    bool lost = false;
};

class Comparison {
public:
    explicit Comparison(std::uint64_t seed) : draw_(seed) {}
    void step() {
        now_ += 1ms;
        switch (draw_.between(0, 7)) {
            case 0: acknowledge(); break;
            case 1: mark_first(); break;
            case 2:
                if (draw_.one_in(6)) mark_all();
                break;
            case 3:
            case 4: resend(); break;
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
    void acknowledge() {
        const auto n = static_cast<std::ptrdiff_t>(draw_.between(0, end() - una_));
        const bool any_resent = std::any_of(octets_.begin(), octets_.begin() + n,
                                            [](const Octet& o) { return o.transmissions > 1; });
        const Removed removed = flight_.on_acknowledged(una_ + n);
        CHECK(removed.octets == n);
        CHECK(removed.any_resent == any_resent);
        octets_.erase(octets_.begin(), octets_.begin() + n);
        una_ += n;
    }
    void mark_first() {
        const Pos at_most = draw_.between(1, 50);
        const bool marked = flight_.mark_first_lost(at_most);
        if (!marked) {
            CHECK((octets_.empty() || octets_.front().lost));
            return;
        }
        // How far the first entry reached is the table's own business: ask it.
        const Pos reach = flight_[0].range.end - una_;
        CHECK(reach <= at_most);
        for (Pos i = 0; i < reach; ++i) octets_[static_cast<std::size_t>(i)].lost = true;
    }
    void mark_all() {
        flight_.mark_all_lost();
        for (Octet& octet : octets_) octet.lost = true;
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
            octet = {most + 1, false};
        }
    }
    void check() {
        Pos lost = 0;
        for (const Octet& octet : octets_) lost += octet.lost ? 1 : 0;
        CHECK(flight_.empty() == octets_.empty());
        CHECK(flight_.bytes() == static_cast<Pos>(octets_.size()));
        CHECK(flight_.lost_bytes() == lost);
        CHECK(flight_.pipe() == static_cast<Pos>(octets_.size()) - lost);
        CHECK(flight_.sacked_bytes() == 0);
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
