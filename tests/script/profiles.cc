// Where profiles linux and bsd differ on the wire and in calls (docs/profiles.md).
#include "support/script.h"
#include "tcp/profile.h"

using namespace sluice;
using namespace sluice::test;

namespace {

ScriptOptions like(std::string_view profile) {
    return {.mss = 1000,
            .sack = true,
            .timestamps = true,
            .window_scaling = true,
            .settings = [profile](tcp::Settings& s) { CHECK(tcp::apply_profile(s, profile)); }};
}

// In CLOSE-WAIT, all read, and then the peer resets.
void reset_in_close_wait(Script& t) {
    t.established().peer_sends(fin(1)).stack_sends(ack(2));
    t.app().reads_end();
    t.peer_sends(rst(2)).state_is(State::closed);
}

}  // namespace

SCRIPT_TEST("window scale and first window of the profiles", Worlds::plain) {
    for (const auto& [profile, shift] : {std::pair("linux", 8), std::pair("bsd", 6)}) {
        CAPTURE(profile);
        Script t(like(profile));
        t.app().connects();
        t.stack_sends(syn().ws(shift).win(65535));
    }
}

SCRIPT_TEST("profile linux acknowledges the first segments at once, bsd each second one", Worlds::plain) {
    Script t(like("linux"));
    t.established();
    for (Pos at = 1; at < 16000; at += 1000) t.peer_sends(data(at, 1000)).stack_sends(ack(at + 1000));
    t.peer_sends(data(16001, 1000)).stack_sends_after(40ms, ack(17001));
    Script u(like("bsd"));
    u.established();
    u.peer_sends(data(1, 1000)).stack_is_silent().peer_sends(data(1001, 1000)).stack_sends(ack(2001));
    u.peer_sends(data(2001, 1000)).stack_sends_after(40ms, ack(3001));
}

SCRIPT_TEST("a reset in CLOSE-WAIT, then a write: EPIPE as in Linux, ECONNRESET as in BSD", Worlds::plain) {
    Script t(like("linux"));
    reset_in_close_wait(t);
    t.app().write_fails(Error::closing);
    Script u(like("bsd"));
    reset_in_close_wait(u);
    u.app().write_fails(Error::reset);
}

SCRIPT_TEST("text after SHUT_RD is readable in Linux and thrown away in BSD", Worlds::plain) {
    Script t(like("linux"));
    t.established().peer_sends(data(1, 100)).stack_sends(ack(101));
    t.app().shuts_down_reading().reads(100).reads_end();
    t.peer_sends(data(101, 100)).stack_sends(ack(201));
    t.app().reads(100).reads_end();
    Script u(like("bsd"));
    u.established().app().shuts_down_reading();
    u.peer_sends(data(1, 100)).stack_sends_within(0ms, 40ms, ack(101));
    u.app().reads_end();
}

SCRIPT_TEST("a window probe has no octet in Linux and one in BSD [RFC 9293 3.8.6.1]", Worlds::plain) {
    Script t(like("linux"));
    t.established().peer_sends(ack(1).win(0));
    t.app().writes(5000);
    const Pos below = 0;
    t.stack_sends_within(200ms, 1s, ack(1).seq(below)).peer_sends(ack(1).win(0));
    t.stack_sends_within(400ms, 2s, ack(1).seq(below)).peer_sends(ack(1).win(64000));
    t.takes_all();
    CHECK(t.flow().received.next() == 5001);
    Script u(like("bsd"));
    u.established().peer_sends(ack(1).win(0));
    u.app().writes(5000);
    u.stack_sends_within(200ms, 1s, data(1, 1));
}
