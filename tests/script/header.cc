// Header, checksum and options of arriving segments; what stands in ours is watched by the tap of every script.
// RFC 9293 3.1, 3.2.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Changes one octet of the TCP header or what follows, `at` octets after its beginning.
std::function<void(Octets&)> flip(std::size_t at, std::uint8_t bits = 0x10) {
    return [=](Octets& frame) {
        frame.at(14 + 20 + at) = static_cast<std::uint8_t>(frame.at(14 + 20 + at) ^ bits);
    };
}

void expects_mss(Script& t, const Segment& first, std::uint32_t mss) {
    t.app().listens();
    t.peer_sends(first).stack_sends(syn_ack().ack(1)).peer_sends(ack(1));
    t.app().accepts().writes(5000);
    std::uint32_t longest = 0;
    for (const Seen& seen : t.takes_all()) longest = std::max(longest, seen.length());
    CHECK(longest == mss);
}

}  // namespace

SCRIPT_TEST("a segment with a wrong checksum is not acted upon [MUST-3]", Worlds::all) {
    Script t;
    t.established();
    const std::uint64_t before = t.stack().counters().drops(Reason::tcp_bad_checksum);
    t.peer_sends(data(1, 100).mangled(flip(60))).stack_is_silent();
    t.peer_sends(rst(1).mangled(flip(14))).stack_is_silent().state_is(State::established);
    t.peer_sends(syn().mangled(flip(4))).stack_is_silent().state_is(State::established);
    CHECK(t.stack().counters().drops(Reason::tcp_bad_checksum) == before + 3);
    t.app().reads_nothing();
    t.peer_sends(data(1, 100)).stack_sends_after(40ms, ack(101));
    t.app().reads_all(100);
}

SCRIPT_TEST("a data offset below five or past the end is dropped silently [5.0]", Worlds::numbers) {
    Script t;
    t.app().listens();
    const auto offset = [](std::uint8_t words) {
        return [=](Octets& frame) { frame.at(14 + 20 + 12) = static_cast<std::uint8_t>(words << 4U); };
    };
    for (const std::uint8_t words : std::array<std::uint8_t, 4>{0, 1, 4, 15})
        t.peer_sends(syn().mangled(offset(words))).stack_is_silent();
    t.established();
}

SCRIPT_TEST("EOL, NOP and MSS are understood [MUST-4]", Worlds::plain) {
    Script t;
    expects_mss(t, syn().option_octets({1, 1, 2, 4, 3, 232, 0, 0}), 1000);
}

SCRIPT_TEST("options may stand in any segment, unknown ones are skipped [MUST-5] [MUST-6]", Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(1, 10).option(1).option(1).option(200, {1, 2})).stack_sends_after(40ms, ack(11));
    t.peer_sends(data(11, 10).option(253, {})).stack_sends_after(40ms, ack(21));
    t.app().reads_all(20);
    t.peer_sends(fin(21).option(1).option(254, {0, 0, 0, 0})).stack_sends(ack(22));
    t.app().reads_end();
}

SCRIPT_TEST("an unknown option before the MSS does not hide it [MUST-6]", Worlds::plain) {
    Script t;
    expects_mss(t, syn().option_octets({253, 8, 1, 2, 3, 4, 5, 6, 2, 4, 2, 188}), 700);
}

SCRIPT_TEST("the MSS is learned at any alignment [MUST-64]", Worlds::plain) {
    const std::array<Octets, 5> options{Octets{2, 4, 2, 188}, Octets{1, 2, 4, 2, 188, 0, 0, 0},
                                        Octets{1, 1, 2, 4, 2, 188, 0, 0}, Octets{1, 1, 1, 2, 4, 2, 188, 0},
                                        Octets{254, 3, 2, 2, 4, 2, 188, 0}};
    for (const Octets& octets : options) {
        Script t;
        expects_mss(t, syn().option_octets(octets), 700);
    }
}

SCRIPT_TEST("what follows EOL is not parsed [MUST-69]", Worlds::plain) {
    Script t;
    expects_mss(t, syn().option_octets({0, 2, 4, 2, 188, 0, 0, 0}), 536);
}

SCRIPT_TEST("illegal option lengths drop the segment, are counted, and end nothing [MUST-7]", Worlds::all) {
    const std::array<Octets, 6> options{Octets{200, 0, 0, 0}, Octets{200, 1, 0, 0}, Octets{200, 40, 0, 0},
                                        Octets{1, 1, 1, 200}, Octets{8, 10, 1, 2},  Octets{2, 3, 1, 0}};
    for (const Octets& octets : options) {
        Script t;
        t.app().listens();
        t.peer_sends(syn().option_octets(octets)).stack_is_silent();
        t.flow().sent.reset(0);
        CHECK(t.stack().counters().drops(Reason::tcp_bad_options) == 1);
        t.established();
        t.peer_sends(data(1, 10).option_octets(octets)).stack_is_silent().state_is(State::established);
        CHECK(t.stack().counters().drops(Reason::tcp_bad_options) == 2);
        t.app().reads_nothing();
        t.peer_sends(data(1, 10)).stack_sends_after(40ms, ack(11));
    }
}

SCRIPT_TEST("reserved bits are ignored [U-1]", Worlds::all) {
    Script t;
    t.app().listens();
    t.peer_sends(syn().reserved(0xe)).stack_sends(syn_ack().ack(1)).peer_sends(ack(1).reserved(0xf));
    t.app().accepts();
    t.peer_sends(data(1, 10).reserved(0xf)).stack_sends_after(40ms, ack(11));
    t.app().reads_all(10);
}

SCRIPT_TEST("an MSS outside a SYN changes nothing [MUST-65]", Worlds::numbers) {
    Script t{{.mss = 1000}};
    t.established();
    t.peer_sends(data(1, 10).mss(100)).stack_sends_after(40ms, ack(11));
    t.app().writes(1000);
    t.stack_sends(data(1, 1000));
}

SCRIPT_TEST("windows above 32767 are large, not negative [MUST-1]", Worlds::plain) {
    Script t{{.window = 65535, .settings = [](tcp::Settings& s) { s.fixed_window_bytes = 1000000; }}};
    t.established();
    t.peer_sends(ack(1).win_field(0x8001));
    t.app().writes(100000);
    CHECK(t.takes_all().size() == 22);
    t.peer_sends(ack(1).win_field(0xffff));
    CHECK(t.takes_all().size() == 22);
}

SCRIPT_TEST("window arithmetic has 32 bits: the largest windows both ways [REC-1] [R7323-5]",
            Worlds::numbers) {
    Script t{{.window_scaling = true, .peer_shift = 14, .window = 64000, .socket = [](TcpOptions& o) {
                  o.receive_buffer = 65535U << 14U;
              }}};
    t.app().listens();
    t.peer_sends(syn()).stack_sends(syn_ack().ack(1).ws(14).win(65535)).peer_sends(ack(1).win_field(65535));
    t.app().accepts();
    CHECK(t.info().snd_wnd == 65535U << 14U);
    t.peer_sends(data(1, 1000)).peer_sends(data(1001, 1000)).takes_all();
    t.peer_sends(fin(2001)).stack_sends(ack(2002));
    CHECK(t.info().rcv_wnd >= 65535);
}

SCRIPT_TEST("an old ACK with another window does not move the send window, an equal one does [U-20]",
            Worlds::all) {
    Script t;
    t.established();
    t.peer_sends(data(1, 10).win(5000)).stack_sends_after(40ms, ack(11));
    t.peer_sends(ack(1).seq(1).win(100));
    t.takes_all();
    CHECK(t.info().snd_wnd == 5000);
    t.peer_sends(ack(1).seq(11).win(6000));
    CHECK(t.info().snd_wnd == 6000);
}
