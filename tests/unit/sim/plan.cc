#include "sim/plan.h"

#include <doctest/doctest.h>

#include "sim/scenario.h"

namespace sluice::sim {
namespace {

std::string wrong_with(std::string_view text) {
    const auto plan = parse_plan(text);
    return plan ? "" : plan.error();
}

constexpr std::string_view two =
    "host a 192.0.2.1/24\n"
    "host b 192.0.2.2/24  # with a comment\n"
    "\n"
    "link a b delay 20ms loss 2% rate 10Mbit mtu 1400 codel on\n";

TEST_CASE("a plan says who there is, what joins them and who talks") {
    const auto plan = parse_plan(std::string(two) +
                                 "cut b a at 1s for 500ms\n"
                                 "talk a b port 8080 there 1k back 2M ending client-unread must-succeed off\n"
                                 "cross a b port 9\n"
                                 "datagrams b a count 3\n");
    REQUIRE(plan);
    CHECK(plan->nodes.size() == 2);
    const LinkOptions& link = plan->cables.at(0).options;
    CHECK(link.delay == 20ms);
    CHECK(link.faults.loss == doctest::Approx(0.02));
    CHECK(link.bits_per_second == 10'000'000);
    CHECK(link.mtu == 1400);
    CHECK(link.queue.codel);
    CHECK(plan->cuts.at(0).cable == 0);
    CHECK(plan->cuts.at(0).length == 500ms);
    const Conversation& talk = plan->talks.at(0).what;
    CHECK(talk.port == 8080);
    CHECK(talk.there == 1024);
    CHECK(talk.back == 2 * 1024 * 1024);
    CHECK(talk.ending == Ending::client_unread);
    CHECK_FALSE(talk.must_succeed);
    CHECK(plan->talks.at(1).crosses);
    CHECK(plan->datagrams.at(0).client == 1);
}

TEST_CASE("settings and the clock of a host stand behind its address") {
    const auto plan =
        parse_plan("host a 192.0.2.1/24 tcp.congestion=reno clock -200 net.hop_limit=3 via 192.0.2.9\n" +
                   std::string("host b 192.0.2.2/24\nlink a b\ntalk a b\n"));
    REQUIRE(plan);
    const HostOptions& host = plan->nodes[0].options;
    CHECK(host.config.tcp.congestion == tcp::Congestion::reno);
    CHECK(host.config.net.hop_limit == 3);
    CHECK(host.clock_ppm == -200);
    CHECK(plan->nodes[0].gateway == wire::parse_address("192.0.2.9"));
}

TEST_CASE("what makes no sense is told with its line") {
    CHECK(wrong_with("") == "nobody talks in it");
    CHECK(wrong_with("hosts a 192.0.2.1/24") == "line 1: 'hosts' begins no line");
    CHECK(wrong_with("host a\n") == "line 1: a host needs a name and an address");
    CHECK(wrong_with("host a 192.0.2/24").starts_with("line 1: an address"));
    CHECK(wrong_with("host a 192.0.2.1/24 tcp.nothing=1") == "line 1: there is no setting tcp.nothing");
    CHECK(wrong_with("host a 192.0.2.1/24 net.hop_limit=0").starts_with("line 1: net.hop_limit=0 is not"));
    CHECK(wrong_with("host a 192.0.2.1/24 clock fast").starts_with("line 1: clock fast: parts"));
    CHECK(wrong_with("switch a\nswitch a") == "line 2: there is a a already");
    CHECK(wrong_with("switch a\nlink a b") == "line 2: there is no b yet");
    CHECK(wrong_with("switch a\nrouter r\nlink a r").starts_with("line 3: the second end is a router"));
    CHECK(wrong_with("switch a\nlink a a") == "line 2: two different ones are needed");
    const std::string both(two);
    CHECK(wrong_with(both + "link a b loss 101%").starts_with("line 5: loss 101%: a chance"));
    CHECK(wrong_with(both + "link a b rate 10").starts_with("line 5: rate 10: a rate"));
    CHECK(wrong_with(both + "link a b colour red") == "line 5: 'colour' is no option here");
    CHECK(wrong_with(both + "link a b delay") == "line 5: delay needs a value");
    CHECK(wrong_with(both + "switch s\ncut a s at 1s") == "line 6: no cable joins a and s");
    CHECK(wrong_with(both + "switch s\ntalk a s") == "line 6: s is no host");
    CHECK(wrong_with(both + "talk a b ending never").starts_with("line 5: ending never: in-turn, "));
}

TEST_CASE("a talk that cannot even begin is a failure of the run") {
    const auto plan = parse_plan("host a 192.0.2.1/24\nhost b 198.51.100.1/24\nlink a b\ntalk a b\n");
    REQUIRE(plan);
    CHECK(play({"apart", "", nullptr, &*plan}, {}).failure.find("cannot even try to connect") !=
          std::string::npos);
}

TEST_CASE("a plan is played by seed like any scenario, and goes well") {
    const auto plan = parse_plan(std::string(two) + "talk a b there 20k back 20k\ndatagrams a b count 5\n");
    REQUIRE(plan);
    const Scenario scenario{"two", "", nullptr, &*plan};
    const Outcome first = play(scenario, {.seed = 5});
    CHECK(first.failure == "");
    CHECK(play(scenario, {.seed = 5}).trace_hash == first.trace_hash);
    CHECK(play(scenario, {.seed = 6}).trace_hash != first.trace_hash);
}

}  // namespace
}  // namespace sluice::sim
