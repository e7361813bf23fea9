// Selective acknowledgments: what we report (RFC 2018, RFC 2883) and what we make of reports (RFC 6675).
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

ScriptOptions with_sack() {
    return {.mss = 1000, .sack = true, .settings = [](tcp::Settings& s) { s.nagle = false; }};
}

// Established with a first round trip of `rtt`.
void established_in(Script& t, Duration rtt) {
    t.app().listens();
    t.peer_sends(syn()).stack_sends(syn_ack()).after(rtt).peer_sends(ack(1)).stack_is_silent();
    t.app().accepts();
}

}  // namespace

SCRIPT_TEST("SACK is agreed when both SYNs permit it, and only then used [R2018-1] [R2018-2]", Worlds::all) {
    Script t{{.mss = 1000}};
    t.app().listens();
    t.peer_sends(syn()).stack_sends(syn_ack().sack_permitted(false)).peer_sends(ack(1));
    t.peer_sends(data(101, 100)).stack_sends(ack(1).no_sack());
    Script u(with_sack());
    u.app().listens();
    u.peer_sends(syn()).stack_sends(syn_ack().sack_permitted()).peer_sends(ack(1));
    u.peer_sends(data(101, 100)).stack_sends(ack(1).sack({{101, 201}}));
    Script v(with_sack());
    v.app().connects();
    v.stack_sends(syn().sack_permitted());
}

SCRIPT_TEST(
    "the newest range stands first, with its whole island, and older ones follow [R2018-4] [R2018-6] "
    "[R2018-8]",
    Worlds::all) {
    Script t(with_sack());
    t.established();
    t.peer_sends(data(1001, 1000)).stack_sends(ack(1).sack({{1001, 2001}}));
    t.peer_sends(data(3001, 1000)).stack_sends(ack(1).sack({{3001, 4001}, {1001, 2001}}));
    t.peer_sends(data(5001, 1000)).stack_sends(ack(1).sack({{5001, 6001}, {3001, 4001}, {1001, 2001}}));
    t.peer_sends(data(2001, 1000)).stack_sends(ack(1).sack({{1001, 4001}, {5001, 6001}}));
    t.peer_sends(data(1, 1000)).stack_sends(ack(4001).sack({{5001, 6001}}));
    t.peer_sends(data(4001, 1000)).stack_sends(ack(6001).no_sack());
}

SCRIPT_TEST(
    "holes are resent in the recovery, one after the other, and what is reported is not [R2018-9] [R6675-2]",
    Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    t.app().writes(10000);
    t.takes_all();
    t.after(100ms);
    t.peer_sends(ack(1).sack({{1001, 2001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{1001, 2001}, {3001, 4001}})).stack_is_silent();
    t.peer_sends(ack(1).sack({{1001, 2001}, {3001, 5001}})).stack_sends(data(1, 1000));
    t.peer_sends(ack(1).sack({{1001, 2001}, {3001, 6001}})).stack_is_silent();  // PRR: every second one
    t.peer_sends(ack(1).sack({{1001, 2001}, {3001, 10001}})).stack_sends(data(2001, 1000));
    t.after(100ms).peer_sends(ack(10001)).stack_is_silent();
    CHECK(t.info().phase == Phase::avoidance);
}

SCRIPT_TEST("after two round trips of silence a probe, then the timer [R8985-12] [R8985-15] [R8985-16]",
            Worlds::all) {
    Script t(with_sack());
    established_in(t, 100ms);
    t.app().writes(3000);
    t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000)).stack_sends(data(2001, 1000));
    t.stack_sends_after(200ms, data(2001, 1000));  // PTO = 2 SRTT
    t.after(100ms).peer_sends(ack(1).sack({{2001, 3001}})).stack_sends(data(1, 1000));
}
