#include "tcp/recover/tail_probe.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

TEST_CASE(
    "PTO is two round trips, with one segment in flight and the delay of an ACK, 1 s without a sample "
    "[R8985-12]") {
    const Settings settings;
    CHECK(TailProbe::timeout(settings, 100ms, 2000, 1000) == 200ms);
    CHECK(TailProbe::timeout(settings, 100ms, 1001, 1000) == 200ms);
    CHECK(TailProbe::timeout(settings, 100ms, 1000, 1000) == 200ms + settings.tail_probe_ack_delay);
    CHECK(TailProbe::timeout(settings, 0ms, 1000, 1000) == 1s);
}

TEST_CASE("one probe at a time, and not twice without a sample in between [R8985-14]") {
    TailProbe probe;
    CHECK(probe.may_probe());
    probe.owe();
    CHECK(probe.is_owed());
    probe.on_sent(3001, true);
    CHECK_FALSE(probe.is_owed());
    CHECK_FALSE(probe.may_probe());  // in flight
    probe.on_sample();
    CHECK_FALSE(probe.may_probe());
    probe.on_ack(3001, false, 3001);
    CHECK(probe.may_probe());
    probe.on_sent(4001, false);
    probe.on_ack(4001, false, -1);
    CHECK_FALSE(probe.may_probe());  // no sample since
    probe.on_sample();
    CHECK(probe.may_probe());
}

TEST_CASE("a probe of new data repairs nothing [R8985-17]") {
    TailProbe probe;
    probe.on_sent(3001, false);
    CHECK_FALSE(probe.on_ack(3001, false, -1));
    CHECK_FALSE(probe.on_ack(4001, false, -1));
}

TEST_CASE("a D-SACK for the probe says that both copies arrived [R8985-17]") {
    TailProbe probe;
    probe.on_sent(3001, true);
    CHECK_FALSE(probe.on_ack(3001, false, -1));
    CHECK_FALSE(probe.on_ack(3001, false, 3001));
    CHECK_FALSE(probe.on_ack(4001, false, -1));
    probe.on_sent(5001, true);
    CHECK_FALSE(probe.on_ack(6001, false, 5001));  // also together with later data
}

TEST_CASE("a D-SACK for something else says nothing [R8985-17]") {
    TailProbe probe;
    probe.on_sent(3001, true);
    CHECK_FALSE(probe.on_ack(3001, false, 2001));
    CHECK(probe.on_ack(4001, false, -1));
}

TEST_CASE("a plain duplicate says that both copies arrived [R8985-17]") {
    TailProbe probe;
    probe.on_sent(3001, true);
    CHECK_FALSE(probe.on_ack(3001, false, -1));
    CHECK_FALSE(probe.on_ack(3001, true, -1));
    CHECK_FALSE(probe.on_ack(4001, false, -1));
}

TEST_CASE("an ACK above the probe without such a sign says that it repaired a loss [R8985-17]") {
    TailProbe probe;
    probe.on_sent(3001, true);
    CHECK_FALSE(probe.on_ack(2001, true, -1));
    CHECK_FALSE(probe.on_ack(3001, false, -1));
    CHECK(probe.on_ack(3002, false, -1));
    CHECK_FALSE(probe.on_ack(5001, false, -1));  // once
}

TEST_CASE("a recovery that begins takes the loss over [R8985-17] [RFC 8985 7.1]") {
    TailProbe probe;
    probe.on_sent(3001, true);
    probe.owe();
    probe.stop();
    CHECK_FALSE(probe.is_owed());
    CHECK_FALSE(probe.on_ack(4001, false, -1));
}

}  // namespace
}  // namespace sluice::tcp
