// An attacker on the cable: each of his frames is dropped for its reason, and the conversation does not notice.
#include <doctest/doctest.h>

#include "sim/conversation.h"
#include "sim/world.h"

using namespace sluice;
using namespace sluice::sim;

namespace {

struct Attack {
    Forgery forgery;
    Reason reason;
};

constexpr Attack attacks[]{
    {Forgery::reset, Reason::tcp_reset_inexact},
    {Forgery::reset_with_ack, Reason::tcp_reset_inexact},
    {Forgery::syn, Reason::tcp_syn_in_sync},
    {Forgery::ack_above, Reason::tcp_ack_above},
    {Forgery::ack_below, Reason::tcp_ack_below},
    {Forgery::text_beyond, Reason::tcp_unacceptable},
    {Forgery::no_ack, Reason::tcp_no_ack},
    {Forgery::no_timestamp, Reason::tcp_timestamp_missing},
    {Forgery::old_timestamp, Reason::tcp_paws},
    {Forgery::bad_offset, Reason::tcp_bad_offset},
    {Forgery::bad_option, Reason::tcp_bad_options},
    {Forgery::port_zero, Reason::tcp_port_zero},
    {Forgery::own_source, Reason::ip_own_source},
    {Forgery::stranger_ack, Reason::tcp_ack_to_listener},
    {Forgery::stranger_syn, Reason::end_half_open_dropped},
    {Forgery::stranger_reset, Reason::tcp_reset_to_listener},
    {Forgery::stranger_silent, Reason::tcp_nothing_for_listener},
    {Forgery::icmp_elsewhere, Reason::icmp_out_of_window},
    {Forgery::icmp_quench, Reason::icmp_source_quench},
    {Forgery::icmp_redirect, Reason::icmp_redirect_ignored},
};

}  // namespace

TEST_CASE("every forged frame is dropped for its reason and does no harm [U-12] [U-14] [U-18] [U-21]") {
    static_assert(std::size(attacks) + 1 == static_cast<std::size_t>(Forgery::count_));
    for (const Attack& attack : attacks) {
        INFO(text_of(attack.forgery));
        World world({.seed = 3});
        world.on_connect([&](Link& link) {
            link.decide([&](Side, const Frame&) { return Fate{.forgery = attack.forgery}; });
        });
        Host& server = world.add_host("server", "192.0.2.1/24");
        Host& client = world.add_host("client", "192.0.2.2/24");
        const Link& cable = world.connect(client, server);
        start_server(world, server, {.there = 5000, .back = 5000});
        start_client(world, client, server, {.there = 5000, .back = 5000});
        CHECK(world.finish() == "");
        CHECK(cable.counters(Side::a).forged > 0);
        CHECK(server.stack().counters().drops(attack.reason) > 0);
    }
}

TEST_CASE("forgeries have names, in schedules too") {
    for (const Attack& attack : attacks) {
        CHECK(parse_forgery(text_of(attack.forgery)) == attack.forgery);
        const Turn turn{0, Side::a, 3, {.lost = true, .forgery = attack.forgery}};
        Turn read;
        CHECK(parse_turn(to_text(turn), read));
        CHECK(read == turn);
    }
    CHECK_FALSE(parse_forgery("none").has_value());
    CHECK_FALSE(parse_forgery("").has_value());
}

TEST_CASE("what an attacker did can be played again") {
    const auto play = [](std::optional<Schedule> schedule) {
        World world({.seed = 5, .schedule = std::move(schedule)});
        Host& server = world.add_host("server", "192.0.2.1/24");
        Host& client = world.add_host("client", "192.0.2.2/24");
        world.connect(client, server, {.faults = {.loss = 0.02, .forge = 0.2}});
        start_server(world, server, {.there = 5000, .back = 5000});
        start_client(world, client, server, {.there = 5000, .back = 5000});
        CHECK(world.finish() == "");
        return std::pair(world.schedule(), world.trace_hash());
    };
    const auto [schedule, hash] = play(std::nullopt);
    CHECK(std::ranges::any_of(schedule, [](const Turn& t) { return t.fate.forgery != Forgery::none; }));
    CHECK(play(schedule).second == hash);
}
