#include "tcp/recover/prr.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "unit/draw.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;

TEST_CASE("one loss of twenty: one segment leaves per two ACKs [R9937-1] [R9937-5] [R9937-9]") {
    // Twenty segments in flight, two reported before the third report began recovery; ssthresh is half.
    Prr prr;
    prr.start(10000, 18000);
    CHECK_FALSE(prr.has_sent());
    CHECK(prr.slow_start_threshold() == 10000);
    // ceil(1000 * 10000 / 18000) = 556; the first retransmission leaves all the same.
    CHECK(prr.on_delivered(1000, 16000, false, mss) == 16556);
    prr.on_sent(1000);
    CHECK(prr.has_sent());
    CHECK(prr.on_delivered(1000, 16000, false, mss) == 16000 + 112);   // 1112 - 1000
    CHECK(prr.on_delivered(1000, 15000, false, mss) == 15000 + 667);   // 1667 - 1000
    CHECK(prr.on_delivered(1000, 14000, false, mss) == 14000 + 1223);  // 2223 - 1000
    prr.on_sent(1000);
    CHECK(prr.on_delivered(1000, 14000, false, mss) == 14000 + 778);  // 2778 - 2000
    CHECK(prr.on_delivered(1000, 13000, false, mss) == 13000 + 1334);
}

TEST_CASE("at ssthresh and below one octet leaves for each that is delivered [R9937-6]") {
    Prr prr;
    prr.start(10000, 20000);
    CHECK(prr.on_delivered(1000, 4000, false, mss) == 4000 + 1000);
    prr.on_sent(1000);
    CHECK(prr.on_delivered(1000, 4000, false, mss) == 4000 + 1000);
    prr.on_sent(1000);
    CHECK(prr.on_delivered(1000, 10000, false, mss) == 10000);  // never above ssthresh
}

TEST_CASE("what could not leave before may leave later [R9937-6]") {
    Prr prr;
    prr.start(10000, 20000);
    prr.on_delivered(1000, 4000, false, mss);
    prr.on_delivered(1000, 3000, false, mss);
    CHECK(prr.on_delivered(1000, 2000, false, mss) == 2000 + 3000);
}

TEST_CASE("progress without a new loss allows a segment more [R9937-6] [R9937-7]") {
    Prr prr;
    prr.start(10000, 20000);
    prr.on_delivered(1000, 4000, false, mss);
    prr.on_sent(1000);
    CHECK(prr.on_delivered(1000, 4000, true, mss) == 4000 + 2000);
    prr.on_sent(2000);
    CHECK(prr.on_delivered(1000, 9500, true, mss) == 10000);  // up to ssthresh
}

TEST_CASE("the first retransmission leaves, however little was delivered [R9937-8]") {
    Prr prr;
    prr.start(10000, 20000);
    CHECK(prr.on_delivered(1000, 10000, false, mss) == 11000);  // at ssthresh: SndCnt would be 0
    prr.on_sent(1000);
    CHECK(prr.on_delivered(1, 10000, false, mss) == 10000);
    Prr next;
    next.start(2000, 20000);
    CHECK(next.on_delivered(1, 10000, false, mss) == 10001);  // ceil(2000 / 20000) = 1 is not 0
}

TEST_CASE("an ACK that delivers nothing allows nothing [R9937-3]") {
    Prr prr;
    prr.start(10000, 20000);
    prr.on_delivered(1000, 4000, false, mss);
    prr.on_sent(1000);
    CHECK(prr.on_delivered(0, 4000, true, mss) == 4000);
    CHECK(prr.on_delivered(1000, 4000, false, mss) == 5000);  // and was not counted
}

TEST_CASE("a new recovery begins with nothing delivered and nothing sent [R9937-1]") {
    Prr prr;
    prr.start(10000, 20000);
    prr.on_delivered(5000, 15000, false, mss);
    prr.on_sent(3000);
    prr.start(5000, 10000);
    CHECK_FALSE(prr.has_sent());
    CHECK(prr.on_delivered(2000, 8000, false, mss) == 8000 + 1000);
}

// The pseudo code of RFC 9937 6.2, in its own words and with slow division.
struct Reference {
    Pos ssthresh = 0, recover_fs = 0, prr_delivered = 0, prr_out = 0;

    static Pos ceiling(Pos product, Pos divisor) {
        Pos count = product / divisor;
        while (count * divisor < product) ++count;
        return count;
    }
    Pos cwnd(Pos delivered_data, Pos inflight, bool safe_ack) {
        if (delivered_data == 0) return inflight;
        prr_delivered += delivered_data;
        Pos snd_cnt = 0;
        if (inflight > ssthresh) {
            snd_cnt = ceiling(prr_delivered * ssthresh, recover_fs) - prr_out;
        } else {
            snd_cnt = std::max(prr_delivered - prr_out, delivered_data);
            if (safe_ack) snd_cnt += mss;
            snd_cnt = std::min(ssthresh - inflight, snd_cnt);
        }
        snd_cnt = std::max(snd_cnt, Pos{0});
        if (prr_out == 0 && snd_cnt == 0) snd_cnt = mss;
        return inflight + snd_cnt;
    }
};

TEST_CASE(
    "the window equals that of the RFC's pseudo code, ACK by ACK, and the flight ends at ssthresh "
    "[R9937-9]") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        test::Draw draw(seed);
        const Pos flight = draw.between(5, 400) * mss;
        const Pos threshold = std::max(flight * draw.between(2, 9) / 10, Pos{2 * mss});
        Prr prr;
        Reference reference{threshold, flight};
        prr.start(threshold, flight);
        Pos in_flight = flight - draw.between(1, flight / mss / 2) * mss;  // the rest is lost
        Pos to_deliver = in_flight;
        while (to_deliver > 0) {
            const Pos delivered =
                std::min({draw.between(0, 4) * mss + draw.between(0, 1), to_deliver, in_flight});
            if (delivered == 0 && in_flight == 0) break;
            to_deliver -= delivered;
            in_flight -= delivered;
            const bool is_safe = draw.one_in(3);
            const Pos window = prr.on_delivered(delivered, in_flight, is_safe, mss);
            REQUIRE(window == reference.cwnd(delivered, in_flight, is_safe));
            while (in_flight + mss <= window) {
                prr.on_sent(mss);
                reference.prr_out += mss;
                in_flight += mss;
            }
        }
        CHECK(in_flight <= std::max(threshold, flight) + mss);
    }
}

}  // namespace
}  // namespace sluice::tcp
