// Options the RFCs leave open, and what was chosen: a test fails when behaviour and choice part ways.
#include <cstring>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

template <typename Socket>
concept HasFlush = requires(Socket socket) {
    socket.flush();
};
template <typename Socket>
concept TellsTrafficClassReceived = requires(Socket socket) {
    socket.received_traffic_class();
};
template <typename Socket>
concept WritesWithPush = requires(Socket socket, ByteView data) {
    socket.write(data, true);
};

}  // namespace

TEST_CASE("no FLUSH, no report of a received traffic class, no PUSH argument [MAY-14] [MAY-9] [MAY-15]") {
    CHECK_FALSE(HasFlush<TcpSocket>);
    CHECK_FALSE(TellsTrafficClassReceived<TcpSocket>);
    CHECK_FALSE(WritesWithPush<TcpSocket>);
}

SCRIPT_TEST("there is no quiet time after start: keyed numbers make it unnecessary [U-3]", Worlds::plain) {
    Script t{{.config = [](StackConfig& c) { c.fixed_isn.reset(); }}};
    t.app().connects();
    CHECK(t.takes_all().size() == 1);
    t.app().aborts();
}

SCRIPT_TEST("a smaller link announces a smaller MSS [SHLD-6]", Worlds::plain) {
    Script t{{.link = {.mtu = 1400}}};
    t.app().connects();
    t.stack_sends(syn().mss(1360));
}

SCRIPT_TEST("PSH of the peer is not surfaced: text without it is readable at once [MAY-17]", Worlds::all) {
    Script t;
    t.established().peer_sends(data(1, 10).psh(false));
    t.app().is_ready(&Readiness::readable).reads_all(10);
    t.stack_sends_after(40ms, ack(11));
    t.peer_sends(data(11, 10).psh());
    t.app().reads_all(10);
    t.stack_sends_after(40ms, ack(21));
}

SCRIPT_TEST("estimators are kept over many back-offs [R6298-17]", Worlds::numbers) {
    Script t;
    t.in(State::syn_sent).after(100ms).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    t.app().writes(10);
    t.stack_sends(data(1, 10)).after(60s).takes_all();
    CHECK(t.info().srtt == 100ms);
    CHECK(t.info().rttvar == 50ms);
}

SCRIPT_TEST("many samples in a round trip move the estimate like one [R7323-17]", Worlds::numbers) {
    Script t{{.mss = 1000, .timestamps = true, .settings = [](tcp::Settings& s) {
                  s.fixed_window_bytes = 10000;
              }}};
    t.in(State::syn_sent).after(100ms).peer_sends(syn_ack().ack(1)).stack_sends(ack(1));
    CHECK(t.info().srtt == 100ms);
    t.app().writes(40000);
    CHECK(t.takes_all().size() == 10);
    t.after(300ms);
    for (Pos at = 1; at < 10001; at += 1000) t.peer_sends(ack(at + 1000)).stack_sends(data(at + 10000, 1000));
    CHECK(t.info().srtt > 110ms);
    CHECK(t.info().srtt < 150ms);  // One sample of 300 ms gives 125 ms, ten full ones would give 250 ms.
}

SCRIPT_TEST("ICMP fragmentation needed ends nothing [SHLD-26] [4.3]", Worlds::numbers) {
    Script t;
    t.established().app().writes(1000);
    t.takes_all();
    t.icmp_arrives(3, 4, 1, 1400).state_is(State::established);
    t.takes_all();
    t.peer_sends(ack(1001)).stack_is_silent();
}

SCRIPT_TEST("the same script played twice gives the same trace, octet by octet", Worlds::options) {
    const auto play_once = [] {
        Script t{{.mss = 1000}};
        t.established().app().writes(5000);
        t.takes_all();
        t.after(3s).takes_all();
        t.peer_sends(data(1, 100).ack(2001)).takes_all();
        t.peer_sends(fin(101).ack(5001)).takes_all();
        t.app().closes();
        t.takes_all();
        return t.records();
    };
    const auto first = play_once(), again = play_once();
    REQUIRE(first.size() == again.size());
    CHECK(first.size() > 10);
    CHECK(std::memcmp(first.data(), again.data(), first.size() * sizeof(TraceRecord)) == 0);
}
