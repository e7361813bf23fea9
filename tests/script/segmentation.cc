// MSS, segmentation, Nagle, PUSH, silly windows at the sender. RFC 9293 3.7, 3.8.6.2.1, 3.9.1.2.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

std::vector<std::uint32_t> lengths(const std::vector<Seen>& all) {
    std::vector<std::uint32_t> found;
    for (const Seen& seen : all) found.push_back(seen.length());
    return found;
}

using Lengths = std::vector<std::uint32_t>;

ScriptOptions with_mtu(std::uint32_t mtu) { return {.link = {.mtu = mtu}}; }

}  // namespace

SCRIPT_TEST("both SYNs carry the MSS of the link [MUST-14] [SHLD-5] [MAY-3]", Worlds::all) {
    {
        Script t;
        t.app().listens();
        t.peer_sends(syn()).stack_sends(syn_ack().mss(1460));
    }
    {
        Script t;
        t.app().connects();
        t.stack_sends(syn().mss(1460));
    }
    Script t(with_mtu(576));
    t.app().connects();
    t.stack_sends(syn().mss(536));
}

SCRIPT_TEST("a peer's MSS bounds our segments [MUST-14]", Worlds::all) {
    Script t{{.mss = 700}};
    t.established().app().writes(2100);
    CHECK(lengths(t.takes_all()) == Lengths{700, 700, 700});
}

SCRIPT_TEST("without an MSS option segments have at most 536 octets [MUST-15]", Worlds::plain) {
    for (const bool active : {false, true}) {
        Script t;
        if (active) {
            t.in(State::syn_sent).peer_sends(syn_ack().ack(1).no_mss()).stack_sends(ack(1));
        } else {
            t.in(State::listen).peer_sends(syn().no_mss()).stack_sends(syn_ack()).peer_sends(ack(1));
            t.app().accepts();
        }
        t.app().writes(5000);
        const auto all = t.takes_all();
        REQUIRE(!all.empty());
        CHECK(all.front().length() == 536);
    }
}

SCRIPT_TEST("our own link bounds segments, less options [MUST-16]", Worlds::all) {
    for (const std::uint32_t mtu : {576U, 1500U}) {
        Script t(with_mtu(mtu));
        t.flow().offer.mss = 1460;
        t.established().app().writes(1460 * 3);
        const std::uint32_t options = t.flow().timestamps() ? 12 : 0;
        CHECK(t.takes_all().front().length() == mtu - 40 - options);
    }
}

SCRIPT_TEST("the MSS announced is no more than can be reassembled [MUST-67]", Worlds::plain) {
    Script t{{.config = [](StackConfig& c) { c.net.packet_max = 1000; }}};
    t.app().connects();
    t.stack_sends(syn().mss(960));
}

SCRIPT_TEST("a tiny MSS is raised so that headers do not eat the link", Worlds::plain) {
    Script t{{.mss = 1}};
    t.established().app().writes(200);
    CHECK(t.takes_all().front().length() == 64);
}

SCRIPT_TEST("segments are as large as possible [SHLD-28]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().app().writes(10000);
    CHECK(lengths(t.takes_all()) == Lengths(10, 1000));
    t.app().writes(500);
    t.stack_is_silent();
    for (int i = 0; i < 9; ++i) t.app().writes(500);
    t.peer_sends(ack(10001));
    CHECK(lengths(t.takes_all()) == Lengths(5, 1000));
}

SCRIPT_TEST("Nagle holds small segments while data is unacknowledged [SHLD-7]", Worlds::all) {
    Script t;
    t.established().app().writes(1);
    t.stack_sends(data(1, 1));
    for (int i = 0; i < 5; ++i) t.app().writes(1);
    t.stack_is_silent();
    t.peer_sends(ack(2)).stack_sends(data(2, 5));
}

SCRIPT_TEST("Nagle lets a full segment go [SHLD-7]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().app().writes(1);
    t.stack_sends(data(1, 1));
    t.app().writes(999);
    t.stack_is_silent();
    t.app().writes(500);
    t.stack_sends(data(2, 1000)).stack_is_silent();
    t.peer_sends(ack(1002)).stack_sends(data(1002, 499));
}

SCRIPT_TEST("Nagle can be switched off for one connection [MUST-17]", Worlds::numbers) {
    Script t;
    t.established();
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack()).peer_sends(ack(1));
    t.app(1).accepts();
    t.on_flow(0).app(0).sets([](TcpOptions& o) { o.no_delay = true; }).writes(1);
    t.stack_sends(data(1, 1));
    t.app(0).writes(1);
    t.stack_sends(data(2, 1));
    t.on_flow(1).app(1).writes(1);
    t.stack_sends(data(1, 1));
    t.app(1).writes(1);
    t.stack_is_silent();
}

SCRIPT_TEST("switching Nagle off releases what it held [MUST-17]", Worlds::numbers) {
    Script t;
    t.established().app().writes(1);
    t.stack_sends(data(1, 1));
    t.app().writes(1);
    t.stack_is_silent();
    t.app().sets([](TcpOptions& o) { o.no_delay = true; });
    t.stack_sends(data(2, 1));
}

SCRIPT_TEST("small writes are gathered into one segment [MAY-16] [MAY-15]", Worlds::numbers) {
    Script t;
    t.established().app().writes(100);
    t.stack_sends(data(1, 100));
    for (int i = 0; i < 3; ++i) t.app().writes(100);
    t.peer_sends(ack(101)).stack_sends(data(101, 300));
}

SCRIPT_TEST("data without PUSH never waits for more with nothing outstanding [MUST-60]", Worlds::all) {
    Script t;
    t.established().app().writes(10);
    t.stack_sends(data(1, 10)).stack_is_silent();
    t.app().writes(10);
    t.stack_is_silent().stack_sends_after(1s, data(1, 10));
    t.peer_sends(ack(11)).stack_sends(data(11, 10));
}

SCRIPT_TEST("the segment that empties the queue has PSH [MUST-61]", Worlds::all) {
    Script t{{.mss = 1000, .socket = [](TcpOptions& o) { o.no_delay = true; }}};
    t.established().app().writes(2500);
    t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000)).stack_sends(data(2001, 500).psh());
}

SCRIPT_TEST("the tail that Nagle held has PSH when it leaves [MUST-61]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().app().writes(2500);
    t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000)).stack_is_silent();
    t.peer_sends(ack(2001)).stack_sends(data(2001, 500).psh());
}

SCRIPT_TEST("successive writes become one segment with one PSH [SHLD-27]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.established().peer_sends(ack(1).win(0));
    for (int i = 0; i < 10; ++i) t.app().writes(100);
    t.stack_is_silent().peer_sends(ack(1).win(64000)).stack_sends(data(1, 1000).psh());
}

SCRIPT_TEST("a window opened in small steps is not used in small steps [MUST-38]", Worlds::all) {
    Script t{{.mss = 1000, .window = 4000}};
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(10000);
    t.stack_is_silent();
    for (std::uint32_t window = 52; window < 1000; window += 52)
        t.peer_sends(ack(1).win(window)).stack_is_silent();
    t.peer_sends(ack(1).win(1000)).stack_sends(data(1, 1000));
}

SCRIPT_TEST("half of the largest window is enough [MUST-38]", Worlds::all) {
    Script t{{.mss = 1000, .window = 800}};
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(10000);
    t.peer_sends(ack(1).win(396)).stack_is_silent();
    t.peer_sends(ack(1).win(400)).stack_sends(data(1, 400));
}

SCRIPT_TEST("the override timeout sends what fits [MUST-38] [4.2]", Worlds::all) {
    Script t{{.mss = 1000, .window = 4000}};
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(10000);
    t.peer_sends(ack(1).win(200)).stack_is_silent();
    t.stack_sends_within(100ms, 1s, data(1, 200));
}

SCRIPT_TEST("corked data waits for a full segment or for the cork to go", Worlds::numbers) {
    Script t{{.mss = 1000, .socket = [](TcpOptions& o) { o.cork = true; }}};
    t.established().app().writes(1500);
    t.stack_sends(data(1, 1000)).stack_is_silent();
    t.app().sets([](TcpOptions& o) { o.cork = false, o.no_delay = true; });
    t.stack_sends(data(1001, 500));
}

SCRIPT_TEST("TCP_MAXSEG bounds what is announced and what is sent", Worlds::plain) {
    Script t{{.socket = [](TcpOptions& o) { o.mss = 600; }}};
    t.app().connects();
    t.stack_sends(syn().mss(600)).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    t.app().writes(600);
    t.stack_sends(data(1, 600));
}

SCRIPT_TEST("an identical retransmission is the same segment under another number or an atomic one [MAY-4]",
            Worlds::plain) {
    Script t;
    t.established().app().writes(10);
    t.stack_sends(data(1, 10)).after(1s);
    const auto again = t.takes_all();
    REQUIRE(again.size() == 1);
    CHECK(again.front().dont_fragment);
}

SCRIPT_TEST("what the congestion window cuts short waits for a full segment [SHLD-28]", Worlds::all) {
    Script t{{.mss = 1000, .settings = [](tcp::Settings& s) { s.fixed_window_bytes = 2500; }}};
    t.established().app().writes(10000);
    t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000)).stack_is_silent();
    t.peer_sends(ack(1001)).stack_sends(data(2001, 1000)).stack_is_silent();
}
