// Window scaling, timestamps and PAWS. RFC 7323.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

ScriptOptions with_timestamps() { return {.mss = 1000, .timestamps = true}; }

}  // namespace

SCRIPT_TEST("window scaling is answered only if it was offered [R7323-1] [R7323-3]", Worlds::numbers) {
    for (const bool offered : {true, false}) {
        Script t{{.window_scaling = offered}};
        t.app().listens();
        t.peer_sends(syn());
        const auto sent = t.takes_all();
        REQUIRE(sent.size() == 1);
        CHECK(sent.front().window_shift.has_value() == offered);
        t.peer_sends(ack(1).win_field(1000));
        CHECK(t.info().snd_wnd == (offered ? 4000 : 1000));
    }
}

SCRIPT_TEST(
    "we offer window scaling and timestamps, and do without if the peer does not [R7323-1] [R7323-3] "
    "[R7323-12]",
    Worlds::numbers) {
    Script t{{.timestamps = false, .window_scaling = false}};
    t.app().connects();
    const auto sent = t.takes_all();
    REQUIRE(sent.size() == 1);
    CHECK(sent.front().window_shift.has_value());
    CHECK(sent.front().ts_value.has_value());
    CHECK(sent.front().ts_echo == std::optional<std::uint32_t>(0));
    t.peer_sends(syn_ack().ack(1).win(1000)).stack_sends(ack(1).no_ts());
    CHECK(t.info().snd_wnd == 1000);
}

SCRIPT_TEST("both can be switched off for the host", Worlds::options) {
    Script t{{.settings = [](tcp::Settings& s) { s.window_scaling = false, s.timestamps = false; }}};
    t.app().connects();
    t.stack_sends(syn().no_ws().no_ts());
    t.peer_sends(syn_ack().ack(1)).stack_sends(ack(1).no_ts());
    t.app().aborts();
    t.takes_all();
    t.flow().own_port = 81;
    t.flow().sent.reset(0);
    t.app(1).listens();
    t.peer_sends(syn()).stack_sends(syn_ack().no_ws().no_ts());
}

SCRIPT_TEST("window scaling outside a SYN is ignored [R7323-2]", Worlds::numbers) {
    Script t{{.window_scaling = true}};
    t.established().peer_sends(data(1, 10).option(3, {7}).win_field(100)).stack_sends_after(40ms, ack(11));
    CHECK(t.info().snd_wnd == 400);
}

SCRIPT_TEST("the window in a SYN is not scaled, in every other segment it is [R7323-4] [R7323-5]",
            Worlds::numbers) {
    Script t{{.window_scaling = true, .peer_shift = 7}};
    t.app().connects();
    const auto sent = t.takes_all();
    REQUIRE(sent.size() == 1);
    CHECK(sent.front().segment.window == 65535);
    t.peer_sends(syn_ack().ack(1).win_field(65535)).stack_sends(ack(1));
    CHECK(t.info().snd_wnd == 65535);
    t.peer_sends(ack(1).win_field(100));
    CHECK(t.info().snd_wnd == 12800);
    CHECK(t.info().peer_window_shift == 7);
}

SCRIPT_TEST("a shift above 14 is 14 [R7323-6]", Worlds::numbers) {
    Script t{{.window_scaling = true}};
    t.app().listens();
    t.peer_sends(syn().ws(200)).stack_sends(syn_ack()).peer_sends(ack(1).win_field(3));
    CHECK(t.info().peer_window_shift == 14);
    CHECK(t.info().snd_wnd == 3U << 14U);
}

SCRIPT_TEST("text within a window once announced stays acceptable [R7323-7]", Worlds::numbers) {
    Script t{{.window_scaling = true, .socket = [](TcpOptions& o) { o.receive_buffer = 1000000; }}};
    t.established();
    t.peer_sends(ack(1));
    t.peer_sends(data(1, 13)).stack_sends_after(40ms, ack(14));
    const Pos edge = t.edge();
    t.peer_sends(data(edge - 10, 10)).stack_sends(ack(14));
    CHECK(t.stack().counters().drops(Reason::tcp_unacceptable) == 0);
}

SCRIPT_TEST("agreed timestamps stand in every segment [R7323-9]", Worlds::numbers) {
    Script t(with_timestamps());
    t.established().app().writes(10);
    t.stack_sends(data(1, 10).has_ts()).stack_sends_after(1s, data(1, 10).has_ts());
    t.peer_sends(fin(1).ack(11)).stack_sends(ack(2).has_ts());
    t.app().shuts_down();
    t.stack_sends(fin(11).has_ts());
}

SCRIPT_TEST("a segment without the expected timestamp is dropped silently, a reset is not [R7323-10] [5.0]",
            Worlds::numbers) {
    Script t(with_timestamps());
    t.established().peer_sends(data(1, 10).no_ts()).stack_is_silent_for(1s).state_is(State::established);
    t.flow().sent.reset(1);
    CHECK(t.stack().counters().drops(Reason::tcp_timestamp_missing) == 1);
    t.app().reads_nothing();
    t.peer_sends(rst(1).no_ts()).state_is(State::closed);
}

SCRIPT_TEST("timestamps nobody agreed on are ignored [R7323-11]", Worlds::numbers) {
    Script t{{.timestamps = false}};
    t.established().peer_sends(data(1, 10).ts(77, 88)).stack_sends_after(40ms, ack(11).no_ts());
    t.peer_sends(data(11, 10).ts(1, 88)).stack_sends_after(40ms, ack(21).no_ts());
    t.app().reads_all(20);
}

SCRIPT_TEST("a delayed ACK echoes the earliest unacknowledged segment [R7323-13] [R7323-14]",
            Worlds::numbers) {
    Script t(with_timestamps());
    t.flow().ts_base = 1000;
    t.established();
    t.peer_sends(data(1, 100).ts_value(2001)).peer_sends(data(101, 100).ts_value(2002));
    t.peer_sends(data(201, 100).ts_value(2003)).stack_sends_after(40ms, ack(301).ts_echo(2001));
}

SCRIPT_TEST("above a hole the last that advanced is echoed, filling it echoes the filler [R7323-15]",
            Worlds::numbers) {
    Script t(with_timestamps());
    t.flow().ts_base = 1000;
    t.established();
    t.peer_sends(data(1, 100).ts_value(2001)).stack_sends_after(40ms, ack(101).ts_echo(2001));
    t.peer_sends(data(201, 100).ts_value(2003)).stack_sends(ack(101).ts_echo(2001));
    t.peer_sends(data(101, 100).ts_value(2002)).stack_sends(ack(301).ts_echo(2002));
}

SCRIPT_TEST("a round trip is measured only when snd.una advances [R7323-16]", Worlds::numbers) {
    Script t(with_timestamps());
    t.established().app().writes(10);
    t.stack_sends(data(1, 10)).after(50ms).peer_sends(ack(11));
    const Duration before = t.info().srtt;
    t.after(10s).peer_sends(data(1, 10).ack(11)).stack_sends_after(40ms, ack(11));
    CHECK(t.info().srtt == before);
}

SCRIPT_TEST("PAWS: an older timestamp is acknowledged and dropped [R7323-18]", Worlds::numbers) {
    Script t(with_timestamps());
    t.flow().ts_base = 1000;
    t.established().peer_sends(data(1, 10).ts_value(5000)).stack_sends_after(40ms, ack(11).ts_echo(5000));
    t.peer_sends(data(11, 10).ts_value(4999)).stack_sends(ack(11).seq(1).ts_echo(5000));
    t.flow().sent.reset(11);
    t.app().reads_all(10);
    CHECK(t.stack().counters().drops(Reason::tcp_paws) == 1);
    t.peer_sends(data(11, 10).ts_value(5000)).stack_sends_after(40ms, ack(21));
    t.app().reads_all(10);
}

SCRIPT_TEST("PAWS works across the wrap of the peer's clock [R7323-18]", Worlds::numbers) {
    Script t(with_timestamps());
    t.flow().ts_base = 0xfffffff0U;
    t.established().peer_sends(data(1, 10).ts_value(0xffffffffU)).stack_sends_after(40ms, ack(11));
    t.peer_sends(data(11, 10).ts_value(5)).stack_sends_after(40ms, ack(21).ts_echo(5));
    t.peer_sends(data(21, 10).ts_value(0xffffffffU)).stack_sends(ack(21));
    t.flow().sent.reset(21);
    t.app().reads_all(20);
}

SCRIPT_TEST("PAWS comes before the sequence test and never applies to resets [R7323-19]", Worlds::numbers) {
    Script t(with_timestamps());
    t.flow().ts_base = 1000;
    t.established().peer_sends(data(1, 10).ts_value(5000)).stack_sends_after(40ms, ack(11));
    t.peer_sends(rst(11).ts(10, 0)).stack_is_silent().state_is(State::closed);
}

SCRIPT_TEST("TS.Recent expires after 24 idle days [R7323-20]", Worlds::numbers) {
    for (const int days : {23, 25}) {
        Script t(with_timestamps());
        t.flow().ts_base = 1000;
        t.established().peer_sends(data(1, 10).ts_value(5000)).stack_sends_after(40ms, ack(11));
        t.app().reads_all(10);
        t.after(days * 24h).peer_sends(data(11, 10).ts_value(100));
        if (days == 23) {
            t.stack_sends(ack(11));
            t.flow().sent.reset(11);
            t.app().reads_nothing();
        } else {
            t.stack_sends_after(40ms, ack(21).ts_echo(100));
            t.app().reads_all(10);
        }
    }
}

SCRIPT_TEST(
    "our timestamp clock ticks between 1 ms and 1 s, with an offset per connection [R7323-21] [R7323-22]",
    Worlds::plain) {
    Script t{{.timestamps = true, .config = [](StackConfig& c) { c.fixed_isn.reset(); }}};
    std::array<std::uint32_t, 2> first{};
    for (const std::size_t i : {0U, 1U}) {
        t.on_flow(i).flow().peer_address = i == 0 ? "192.0.2.2" : "192.0.2.3";
        t.app(i).connect_options.local.port = t.flow().own_port = static_cast<std::uint16_t>(80 + i);
        t.app(i).connects();
        const auto sent = t.takes_all();
        REQUIRE(sent.size() == 1);
        t.flow().iss = sent.front().segment.seq;
        t.flow().highest_sent = 1;
        first.at(i) = sent.front().ts_value.value_or(0);
    }
    CHECK(first[0] != first[1]);
    t.on_flow(0).after(900ms).peer_sends(syn_ack().ack(1));
    const auto sent = t.takes_all();
    REQUIRE(sent.size() == 1);
    const std::uint32_t ticks = sent.front().ts_value.value_or(0) - first[0];
    CHECK(ticks >= 1);
    CHECK(ticks <= 900);
    t.app(1).aborts();
}

SCRIPT_TEST("a later connection of the same tuple uses later timestamps [R6191-5]", Worlds::numbers) {
    Script t(with_timestamps());
    t.app().connects();
    const std::uint32_t before = t.takes_all().front().ts_value.value_or(0);
    t.app().aborts();
    t.after(1s).app().connects();
    const std::uint32_t now = t.takes_all().front().ts_value.value_or(0);
    CHECK(static_cast<std::int32_t>(now - before) > 0);
}
