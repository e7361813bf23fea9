// What ping prints, against the words of iputils.
#include <doctest/doctest.h>

#include "apps/ping/report.h"

using namespace sluice;
using namespace sluice::ping;

TEST_CASE("a round trip is shown with the places iputils gives it") {
    CHECK(time_text(45us) == "0.045");
    CHECK(time_text(999us) == "0.999");
    CHECK(time_text(1234us) == "1.23");
    CHECK(time_text(12345us) == "12.3");
    CHECK(time_text(150400us) == "150");
    CHECK(time_text(2s) == "2000");
}

TEST_CASE("the summary counts, and gives least, mean, most and deviation") {
    Statistics statistics;
    statistics.sent = 4;
    statistics.add(1ms);
    statistics.add(2ms);
    statistics.add(3ms);
    CHECK(
        statistics.summary("192.0.2.1", 3003ms) ==
        "--- 192.0.2.1 ping statistics ---\n4 packets transmitted, 3 received, 25% packet loss, time 3003ms\n"
        "rtt min/avg/max/mdev = 1.000/2.000/3.000/0.816 ms");
}

TEST_CASE(
    "without any reply there is no line of round trips; errors and duplicates are told when there are some") {
    Statistics statistics;
    statistics.sent = 3;
    statistics.errors = 2;
    statistics.duplicates = 1;
    CHECK(statistics.summary("h", 10ms) ==
          "--- h ping statistics ---\n3 packets transmitted, 0 received, +1 duplicates, +2 errors, 100% "
          "packet loss, "
          "time 10ms");
    CHECK(Statistics().summary("h", 0ms) ==
          "--- h ping statistics ---\n0 packets transmitted, 0 received, time 0ms");
}

TEST_CASE("every failure has the words a person knows") {
    wire::DeliveryFailed failed;
    failed.error = wire::DeliveryError::neighbor_failed;
    CHECK(failure_text(failed) == "Destination Host Unreachable");
    failed.error = wire::DeliveryError::packet_too_big;
    failed.mtu = 1400;
    CHECK(failure_text(failed) == "Frag needed and DF set (mtu = 1400)");
    failed.error = wire::DeliveryError::time_exceeded;
    CHECK(failure_text(failed) == "Time to live exceeded");
    failed.code = 1;
    CHECK(failure_text(failed) == "Frag reassembly time exceeded");
}
