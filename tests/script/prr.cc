// Proportional rate reduction. RFC 9937 6.
#include "support/recovery.h"

using namespace sluice;
using namespace sluice::test;

SCRIPT_TEST(
    "one loss of twenty: after three ACKs one segment leaves per two "
    "[R9937-1] [R9937-2] [R9937-5] [R9937-9] [R9937-12]",
    Worlds::all) {
    Script t(with_sack(20));
    established_in(t, 100ms);
    sends_flight(t, 20000, 20);
    t.after(100ms);
    t.peer_sends(ack(1).sack({{1001, 2001}})).peer_sends(ack(1).sack({{1001, 3001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{1001, 4001}})).stack_sends(data(1, 1000)).stack_is_silent();
    CHECK(t.info().ssthresh == 10000);
    CHECK(t.info().cwnd == 16556);  // 16000 in flight and ceil(1000 * 10000 / 18000)
    CHECK(t.info().in_flight == 17000);
    t.app().writes(20000);
    t.stack_is_silent();
    Pos fresh = 20001;
    for (Pos end = 5001; end <= 17001; end += 1000) {
        t.peer_sends(ack(1).sack({{1001, end}}));
        // ceil(n * 10000 / 18) less what left before reaches 1000
        const bool leaves =
            end == 7001 || end == 9001 || end == 11001 || end == 12001 || end == 14001 || end == 17001;
        if (leaves) t.stack_sends(data(fresh, 1000)), fresh += 1000;
        t.stack_is_silent();
    }
    CHECK(t.info().in_flight == 10000);
}

SCRIPT_TEST(
    "fifteen losses of twenty: one resend per ACK without progress, two with it [R9937-4] [R9937-6] "
    "[R9937-7]",
    Worlds::all) {
    Script t(with_sack(20));
    established_in(t, 100ms);
    sends_flight(t, 20000, 20);
    t.after(100ms);
    t.peer_sends(ack(1).sack({{15001, 16001}})).peer_sends(ack(1).sack({{15001, 17001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{15001, 18001}})).stack_sends(data(1, 1000)).stack_is_silent();
    t.peer_sends(ack(1).sack({{15001, 19001}})).stack_sends(data(1001, 1000)).stack_is_silent();
    t.peer_sends(ack(1).sack({{15001, 20001}})).stack_sends(data(2001, 1000)).stack_is_silent();
    CHECK(t.info().in_flight == 3000);
    t.after(100ms);
    t.peer_sends(ack(1001).sack({{15001, 20001}}))
        .stack_sends(data(3001, 1000))
        .stack_sends(data(4001, 1000));
    t.stack_is_silent();
    CHECK(t.info().in_flight == 4000);
}

SCRIPT_TEST("a window update in recovery changes nothing [R9937-3]", Worlds::all) {
    Script t(with_sack(20));
    established_in(t, 100ms);
    sends_flight(t, 20000, 20);
    t.after(100ms).peer_sends(ack(1).sack({{15001, 18001}})).takes_all();
    t.app().writes(20000);
    t.stack_is_silent();
    const std::uint32_t cwnd = t.info().cwnd;
    for (std::uint32_t more = 1; more <= 5; ++more)
        t.peer_sends(ack(1).win(50000 - more * 1000).sack({{15001, 18001}})).stack_is_silent();
    CHECK(t.info().cwnd == cwnd);
}

SCRIPT_TEST("the first resend leaves however little was delivered, the next one waits [R9937-8]",
            Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    sends_flight(t, 10000, 10);
    t.after(100ms);
    t.peer_sends(ack(1).sack({{2001, 2101}})).peer_sends(ack(1).sack({{2001, 2201}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{2001, 2301}})).stack_sends(data(1, 1000)).stack_is_silent();
    t.peer_sends(ack(1).sack({{2001, 2401}})).stack_is_silent();
}

SCRIPT_TEST("when all is acknowledged the window is ssthresh [R9937-10]", Worlds::all) {
    Script t(with_sack(20));
    established_in(t, 100ms);
    sends_flight(t, 20000, 20);
    t.after(100ms).peer_sends(ack(1).sack({{1001, 20001}})).stack_sends(data(1, 1000));
    t.after(100ms).peer_sends(ack(20001)).stack_is_silent();
    CHECK(t.info().ssthresh == 10000);
    CHECK(t.info().cwnd == 10000);
    CHECK(t.info().phase == Phase::avoidance);
}

SCRIPT_TEST("without SACK a hundred forged duplicates send no more than was in flight [R9937-11]",
            Worlds::all) {
    Script t(without_sack());
    established_in(t, 100ms);
    sends_flight(t, 60000, 10);
    t.after(100ms);
    std::size_t sent = 0;
    for (int i = 0; i < 100; ++i) sent += t.peer_sends(ack(1)).takes_all().size();
    CHECK(sent >= 5);
    CHECK(sent <= 11);
}
