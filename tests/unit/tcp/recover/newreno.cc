#include "tcp/recover/newreno.h"

#include <doctest/doctest.h>

#include "tcp/congestion/controller.h"

namespace sluice::tcp {
namespace {

using What = Found::What;
constexpr std::uint32_t mss = 1000;

// Ten segments of 1000 octets in flight; the parts joined as the conductor joins them.
struct World {
    Settings settings;
    Flight flight;
    NewReno recovery;
    Pos una = 1;
    Pos nxt = 1;

    explicit World(int segments = 10) { send(segments); }
    void send(int segments) {
        for (int i = 0; i < segments; ++i, nxt += mss) {
            flight.on_sent({nxt, nxt + mss}, Instant{});
            recovery.on_new_data_sent(mss);
        }
    }
    Found ack(Pos at) {
        Acked acked;
        acked.flight_before = flight.bytes();
        acked.una = at;
        acked.is_new = at > una;
        acked.is_duplicate = at == una;
        if (acked.is_new) {
            acked.octets = at - una;
            flight.on_acknowledged(at, acked.delivered);
            una = at;
        }
        const Pos flight_size = recovery.flight_size(flight);
        const Found found = recovery.on_ack(acked, settings, mss, nxt, flight);
        if (found.what == What::entered) {
            Reno reno;
            reno.on_loss({.flight_bytes = flight_size, .mss = mss});
            recovery.set_threshold(reno.slow_start_threshold(), settings, mss);
        }
        return found;
    }
    void duplicates(int n) {
        for (int i = 0; i < n; ++i) ack(una);
    }
    // The lost segment that leaves next.
    Range resend() {
        const auto lost = flight.next_lost(mss);
        REQUIRE(lost);
        flight.on_resent(*lost, Instant{});
        recovery.on_resent();
        return *lost;
    }
};

TEST_CASE("the third duplicate ACK enters recovery and resends the first segment [R5681-14] [RFC 5681 3.2]") {
    World w;
    CHECK(w.ack(1).what == What::more_room);
    CHECK(w.ack(1).what == What::more_room);
    CHECK_FALSE(w.flight.next_lost(mss));
    CHECK(w.ack(1).what == What::entered);
    CHECK(w.recovery.is_active());
    CHECK(w.recovery.is_forced());
    CHECK(w.resend() == Range{1, 1001});
    CHECK_FALSE(w.recovery.is_forced());
    CHECK_FALSE(w.flight.next_lost(mss));  // one segment, not more
    CHECK(w.recovery.window() == 8000);    // ssthresh 5000 + 3 * SMSS
}

TEST_CASE("each further duplicate adds one SMSS to the window [R5681-16] [RFC 5681 3.2]") {
    World w;
    w.duplicates(3);
    CHECK(w.ack(1).what == What::inflated);
    CHECK(w.recovery.window() == 9000);
    w.ack(1);
    CHECK(w.recovery.window() == 10000);
}

TEST_CASE("loss in the very first flight enters recovery [R6582-1] [RFC 6582 3.2]") {
    World w(4);
    w.duplicates(2);
    CHECK(w.ack(1).what == What::entered);
}

TEST_CASE("the number of duplicates that matter is a setting, three by default [RFC 5681 3.2]") {
    World w;
    CHECK(w.settings.duplicate_acks == 3);
    w.settings.duplicate_acks = 5;
    w.duplicates(4);
    CHECK_FALSE(w.recovery.is_active());
    w.duplicates(1);
    CHECK(w.recovery.is_active());
}

TEST_CASE("a new ACK begins the count again [RFC 5681 3.2]") {
    World w;
    w.duplicates(2);
    CHECK(w.ack(1001).what == What::nothing);
    w.duplicates(2);
    CHECK_FALSE(w.recovery.is_active());
    CHECK(w.ack(1001).what == What::entered);
}

TEST_CASE(
    "a full ACK ends recovery; the window is the smaller of ssthresh and FlightSize + SMSS [R6582-3] "
    "[R5681-17]") {
    World w;
    w.duplicates(3);
    w.resend();
    CHECK(w.ack(10001).what == What::recovered);
    CHECK_FALSE(w.recovery.is_active());
    CHECK(w.recovery.window_after(w.flight.bytes(), mss) == 2000);  // max(0, 1000) + 1000
    CHECK(w.recovery.window_after(4000, mss) == 5000);
    CHECK(w.recovery.window_after(9000, mss) == 5000);
}

TEST_CASE(
    "data sent during recovery is not waited for: full is what was out when it began [R6582-3] [RFC 6582 "
    "3.2]") {
    World w;
    w.duplicates(3);
    w.resend();
    w.send(2);
    CHECK(w.ack(10001).what == What::recovered);
    World other;
    other.duplicates(3);
    CHECK(other.ack(10000).what == What::partial);  // one octet short
}

TEST_CASE("a partial ACK resends the next hole at once and deflates the window [R6582-4] [RFC 6582 3.2]") {
    World w;  // segments 1 and 5 of ten are lost
    w.duplicates(3);
    w.resend();
    w.duplicates(5);
    CHECK(w.recovery.window() == 13000);
    const Found found = w.ack(4001);
    CHECK(found.what == What::partial);
    CHECK(w.recovery.window() == 13000 - 4000 + 1000);
    CHECK(w.recovery.is_active());
    CHECK(w.recovery.is_forced());
    CHECK(w.resend() == Range{4001, 5001});
    CHECK(w.ack(10001).what == What::recovered);
}

TEST_CASE("a partial ACK of less than one SMSS adds nothing back [R6582-4] [RFC 6582 3.2]") {
    World w;
    w.duplicates(3);
    w.resend();
    w.ack(501);
    CHECK(w.recovery.window() == 8000 - 500);
}

TEST_CASE("the window never falls below one segment in recovery [RFC 6582 3.2]") {
    World w(4);
    w.duplicates(3);  // ssthresh 2000, window 5000
    w.resend();
    w.ack(1001);
    w.ack(2001);
    w.ack(2901);
    CHECK(w.recovery.window() >= 1000);
}

TEST_CASE("only the first partial ACK restarts the timer [R6582-5] [RFC 6582 3.2]") {
    World w;
    w.duplicates(3);
    w.resend();
    CHECK(w.ack(1001).restart_timer);
    w.resend();
    CHECK_FALSE(w.ack(2001).restart_timer);
    w.resend();
    CHECK_FALSE(w.ack(3001).restart_timer);
    CHECK(w.ack(10001).restart_timer);
    w.send(10);  // the next recovery has a first one of its own
    w.ack(11001);
    w.duplicates(3);
    w.resend();
    CHECK(w.ack(12001).restart_timer);
}

TEST_CASE("a hole that could not leave yet leaves at the next partial ACK [R6582-4] [RFC 6582 3.2]") {
    World w;
    w.duplicates(3);
    w.ack(501);  // the first half of the lost segment, before it was resent
    CHECK(w.recovery.is_forced());
    CHECK(w.resend() == Range{501, 1001});
}

TEST_CASE(
    "after a timeout, duplicates of old data start no fast retransmit [R6582-2] [R6582-6] [RFC 6582 3.2]") {
    World w;
    w.recovery.on_timeout(w.nxt, w.flight);
    CHECK_FALSE(w.recovery.is_active());
    CHECK(w.recovery.is_forced());
    CHECK(w.resend() == Range{1, 1001});
    w.duplicates(3);
    CHECK_FALSE(w.recovery.is_active());
    w.ack(5001);
    w.duplicates(5);
    CHECK_FALSE(w.recovery.is_active());  // 5000 is not above recover, 10000
    w.ack(10001);
    w.send(10);
    w.duplicates(5);
    CHECK_FALSE(w.recovery.is_active());  // it covers recover, and no more than that
    w.ack(11001);
    w.duplicates(2);
    CHECK(w.ack(11001).what == What::entered);
}

TEST_CASE(
    "a timeout ends recovery; everything in flight counts as lost [R6582-6] [R6298-14] [RFC 6298 5.4]") {
    World w;
    w.duplicates(3);
    w.resend();
    w.recovery.on_timeout(w.nxt, w.flight);
    CHECK_FALSE(w.recovery.is_active());
    CHECK(w.flight.lost_bytes() == 10000);
    CHECK(w.recovery.duplicates() == 0);
    CHECK(w.resend() == Range{1, 1001});
    CHECK_FALSE(w.recovery.is_forced());  // the others wait for the window
    CHECK(w.ack(1001).what == What::nothing);
}

TEST_CASE("the first two duplicates each allow one segment beyond the window [R3042-1] [RFC 3042 2]") {
    World w(3);
    CHECK(w.recovery.extra_room(w.settings, mss) == 0);
    w.ack(1);
    CHECK(w.recovery.extra_room(w.settings, mss) == 1000);
    w.ack(1);
    CHECK(w.recovery.extra_room(w.settings, mss) == 2000);
    w.ack(1);
    CHECK(w.recovery.extra_room(w.settings, mss) == 0);  // recovery has its own window
    w.settings.limited_transmit = false;
    World off(3);
    off.settings.limited_transmit = false;
    off.ack(1);
    CHECK(off.recovery.extra_room(off.settings, mss) == 0);
}

TEST_CASE("a new ACK takes the extra room back [R3042-1] [RFC 3042 2]") {
    World w;
    w.duplicates(2);
    w.ack(1001);
    CHECK(w.recovery.extra_room(w.settings, mss) == 0);
}

TEST_CASE("octets of limited transmit are not part of FlightSize at the loss [R5681-15] [RFC 5681 3.2]") {
    World w;
    w.ack(1);
    w.send(1);
    w.ack(1);
    w.send(1);
    CHECK(w.flight.bytes() == 12000);
    CHECK(w.recovery.flight_size(w.flight) == 10000);
    CHECK(w.ack(1).what == What::entered);
    CHECK(w.recovery.window() == 8000);  // ssthresh is still 5000
}

TEST_CASE(
    "recovery goes on when the count of duplicates does not: it is a flag of its own [R6582-8] [RFC 6582 "
    "6]") {
    World w;
    w.duplicates(3);
    Acked neither;  // a window update: neither new nor a duplicate
    neither.una = 1;
    CHECK(w.recovery.on_ack(neither, w.settings, mss, w.nxt, w.flight).what == What::nothing);
    CHECK(w.recovery.is_active());
    w.ack(1001);
    CHECK(w.recovery.duplicates() == 0);
    CHECK(w.recovery.is_active());
}

TEST_CASE("it works beyond 2^32 octets as at the start [R6582-9] [RFC 6582 6]") {
    World w(0);
    w.una = w.nxt = (Pos{1} << 33) + 1;
    w.send(10);
    w.duplicates(2);
    CHECK(w.ack(w.una).what == What::entered);
    CHECK(w.resend().begin == (Pos{1} << 33) + 1);
}

TEST_CASE("a loss in the next window lowers the window a second time [R5681-21] [RFC 5681 4.3]") {
    World w;
    w.duplicates(3);
    w.resend();
    w.ack(10001);
    w.send(7);
    w.ack(11001);
    w.duplicates(3);
    CHECK(w.recovery.is_active());
    CHECK(w.recovery.window() == 3000 + 3000);
}

}  // namespace
}  // namespace sluice::tcp
