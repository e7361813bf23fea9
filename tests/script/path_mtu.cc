// The size of the path: too-big messages, black holes, larger tries (RFC 1191, RFC 4821, RFC 8899, RFC 5927).
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

ScriptOptions with_sack() {
    return {.mss = 1460, .sack = true, .timestamps = false, .settings = [](tcp::Settings& s) {
                s.nagle = s.tail_probe = false;
            }};
}

void too_big(Script& t, Pos quoted, std::uint16_t mtu) { t.icmp_arrives(3, 4, quoted, mtu); }

// A timeout left a window of one segment and packets of 1200. Windows are filled and acknowledged until a larger
// packet leaves. Where it begins.
Pos larger_try(Script& t) {
    t.app().writes(200000);
    for (int i = 0; i < 400; ++i) {
        for (const Seen& seen : t.takes_all())
            if (seen.length() > 1160) return t.flow().own_pos(seen.segment.seq);
        t.after(20ms).peer_sends(ack(t.flow().highest_sent));
    }
    t.fail("no larger packet");
}

// Established; the first packet is swallowed until R1, then what is smaller passes.
void black_hole(Script& t) {
    t.established().app().writes(1460);
    t.takes_all();
    t.after(8s).takes_all();
    t.peer_sends(ack(1461)).stack_is_silent();
}

}  // namespace

SCRIPT_TEST(
    "a too-big message lowers the size: what was in flight leaves again in smaller pieces, one first "
    "[R1191-1] [R1191-9] [R1191-10]",
    Worlds::numbers) {
    Script t(with_sack());
    t.established().app().writes(4 * 1460);
    t.takes_all();
    const std::uint32_t cwnd = t.info().cwnd;
    too_big(t, 1, 1400);
    t.stack_sends(data(1, 1360)).stack_is_silent();
    CHECK(t.info().mss_send == 1360);
    too_big(t, 1461, 1400);  // the same news for each of the four
    too_big(t, 2921, 1400);
    t.stack_is_silent();
    t.peer_sends(ack(1361))
        .stack_sends(data(1361, 1360))
        .stack_sends(data(2721, 1360))
        .stack_sends(data(4081, 1360));
    t.peer_sends(ack(5441)).stack_sends(data(5441, 400));
    t.peer_sends(ack(5841)).stack_is_silent();
    CHECK(t.info().cwnd >= cwnd);  // nobody blames congestion
    CHECK(t.stack().counters().tcp_timeouts == 0);
}

SCRIPT_TEST("a message without a size means the next lower plateau [R1191-3]", Worlds::numbers) {
    Script t(with_sack());
    t.established().app().writes(1460);
    t.takes_all();
    too_big(t, 1, 0);
    t.stack_sends(data(1, 1452)).stack_is_silent();
}

SCRIPT_TEST(
    "never below 68, never upward, never for octets that are not in flight "
    "[R1191-4] [R1191-5] [R4821-10] [RFC 5927 4.1]",
    Worlds::numbers) {
    Script t(with_sack());
    t.established().app().writes(1460);
    t.takes_all();
    too_big(t, 1, 9000);
    too_big(t, 5000, 576);
    too_big(t, -100, 576);
    t.stack_is_silent();
    CHECK(t.info().mss_send == 1460);
    too_big(t, 1, 40);
    t.stack_sends(data(1, 28));
    CHECK(t.info().mss_send == 28);
}

SCRIPT_TEST(
    "our announced MSS does not follow the path, and a new connection begins with what was learned "
    "[R1191-12] [R1191-7]",
    Worlds::numbers) {
    Script t(with_sack());
    t.established().app().writes(1460);
    t.takes_all();
    too_big(t, 1, 1400);
    t.stack_sends(data(1, 1360)).peer_sends(ack(1361)).stack_sends(data(1361, 100)).peer_sends(ack(1461));
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack().mss(1460)).peer_sends(ack(1));
    t.app(1).accepts().writes(1460);
    t.stack_sends(data(1, 1360)).stack_sends(data(1361, 100)).peer_sends(ack(1461));
    t.after(10min);
    t.on_flow(2).peer_sends(syn()).stack_sends(syn_ack().mss(1460)).peer_sends(ack(1));
    t.app(2).accepts().writes(1460);
    t.stack_sends(data(1, 1460)).peer_sends(ack(1461));
}

SCRIPT_TEST(
    "a path that swallows large packets silently: after R1 the size is 1200, then half "
    "[R4821-6] [R4821-12] [R4821-13]",
    Worlds::numbers) {
    Script t(with_sack());
    t.established().app().writes(1460);
    t.stack_sends(data(1, 1460));
    t.stack_sends_after(1s, data(1, 1460)).stack_sends_after(2s, data(1, 1460));
    t.stack_sends_after(4s, data(1, 1160));
    CHECK(t.info().mss_send == 1160);
    t.stack_sends_after(8s, data(1, 1160)).stack_sends_after(16s, data(1, 1160));
    t.stack_sends_after(32s, data(1, 560));
    t.peer_sends(ack(561)).stack_sends(data(561, 560)).stack_sends(data(1121, 340)).peer_sends(ack(1461));
}

SCRIPT_TEST("retransmissions that are lost while others pass are no black hole [R4821-6]", Worlds::numbers) {
    Script t(with_sack());
    t.established().app().writes(30 * 1460);
    t.takes_all();
    for (int i = 0; i < 2; ++i) {  // what left after the missing segment arrives each time
        t.after(20ms).peer_sends(ack(1).sack({{1461, t.flow().highest_sent}}));
        CHECK(t.takes_all().front().length() == 1460);
    }
    t.stack_sends_after(t.info().rto, data(1, 1460));
    CHECK(t.stack().counters().tcp_timeouts == 1);
    CHECK(t.info().mss_send == 1460);
}

SCRIPT_TEST(
    "after a black hole larger packets are tried: what passes is used "
    "[R4821-1] [R4821-2] [R4821-8] [R4821-9] [R4821-13]",
    Worlds::numbers) {
    Script t(with_sack());
    black_hole(t);
    CHECK(t.info().mss_send == 1160);
    t.app().writes(2000);
    t.stack_sends(data(1461, 1160)).stack_sends(data(2621, 840));  // not enough to notice a loss
    t.peer_sends(ack(3461));
    const Pos at = larger_try(t);
    const std::uint32_t cwnd = t.info().cwnd;
    t.peer_sends(ack(at + 1460));
    CHECK(t.info().mss_send == 1460);
    CHECK(t.info().cwnd <= cwnd + 1460);
    CHECK(t.takes_all().front().length() == 1460);
}

SCRIPT_TEST("a try that is lost alone does not count as congestion, and is not repeated at once [R4821-3]",
            Worlds::numbers) {
    Script t(with_sack());
    black_hole(t);
    const Pos at = larger_try(t);
    const std::uint32_t cwnd = t.info().cwnd;
    t.after(20ms).peer_sends(ack(at).sack({{at + 1460, t.flow().highest_sent}}));
    t.stack_sends(data(at, 1160)).stack_sends(data(at + 1160, 300)).takes_all();
    t.after(20ms).peer_sends(ack(t.flow().highest_sent));
    CHECK(t.info().cwnd >= cwnd);
    CHECK(t.info().mss_send == 1160);
    for (const Seen& seen : t.takes_all()) CHECK(seen.length() <= 1160);
}

SCRIPT_TEST("a try that is lost together with its neighbour is congestion like any other [R4821-4]",
            Worlds::numbers) {
    Script t(with_sack());
    black_hole(t);
    const Pos at = larger_try(t);
    const std::uint32_t cwnd = t.info().cwnd;
    // The segment behind the try is missing too.
    t.after(20ms).peer_sends(ack(at).sack({{at + 1460 + 1160, t.flow().highest_sent}}));
    t.takes_all();
    t.after(20ms).peer_sends(ack(t.flow().highest_sent));
    CHECK(t.info().cwnd < cwnd);
    t.takes_all();
    CHECK(t.info().mss_send == 1160);
    // And the same size is tried again.
    CHECK(larger_try(t) > at);
}

SCRIPT_TEST("a forged message about packets that pass changes nothing while there is progress [R5927-6]",
            Worlds::numbers) {
    Script t(with_sack());
    t.established().app().writes(1460);
    t.stack_sends(data(1, 1460)).peer_sends(ack(1461));
    t.app().writes(1460);
    t.stack_sends(data(1461, 1460));
    too_big(t, 1461, 576);
    t.stack_is_silent().peer_sends(ack(2921));
    t.app().writes(1460);
    t.stack_sends(data(2921, 1460));
    too_big(t, 2921, 576);
    t.stack_sends_after(1s, data(2921, 536)).peer_sends(ack(3457)).takes_all();  // it timed out: perhaps true
    t.peer_sends(ack(4381));
}

SCRIPT_TEST(
    "one message lowers the size once, a raised size resends nothing, the peer's MSS stays the bound "
    "[R1191-2] [R1191-8] [R1191-11]",
    Worlds::numbers) {
    ScriptOptions options = with_sack();
    options.mss = 1000;
    Script t(options);
    t.established().app().writes(3000);
    t.takes_all();
    too_big(t, 1, 1500);
    t.stack_is_silent();
    too_big(t, 1, 900);
    for (const Seen& seen : t.takes_all()) CHECK(seen.length() <= 860);
    t.peer_sends(ack(861)).takes_all();
    t.peer_sends(ack(3001)).stack_is_silent();
    const auto resent = t.stack().counters().tcp_retransmitted;
    t.after(11min);
    t.app().writes(10000);
    for (int i = 0; i < 20; ++i) {
        for (const Seen& seen : t.takes_all()) CHECK(seen.length() <= 1000);
        t.after(20ms).peer_sends(ack(t.flow().highest_sent));
    }
    t.takes_all();
    CHECK(t.stack().counters().tcp_retransmitted == resent);
}
