// Urgent data through the socket interface (tcp(7), RFC 6093 3.1 to 3.3). What a byte means differs from the RFC's text only
// here: the interface gives one octet, the last, out of band.
#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

namespace {

std::string urgent(int fd, int flags = 0) { return receive_text(fd, 10, MSG_OOB | flags); }

}  // namespace

TEST_CASE("the urgent octet leaves the stream and is read with MSG_OOB, once [tcp(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(urgent(server) == "<Invalid argument>");
    CHECK(send_text(client, "abC", MSG_OOB) == 3);
    CHECK(await(server, POLLPRI) == POLLPRI);
    CHECK(urgent(server, MSG_PEEK) == "C");
    CHECK(urgent(server) == "C");
    CHECK(urgent(server) == "<Invalid argument>");
    CHECK(level(server, POLLPRI) == 0);
    CHECK(send_text(client, "de") == 2);
    CHECK(receive_text(server) == "ab");
    CHECK(receive_text(server, 2, MSG_WAITALL) == "de");
}

TEST_CASE("reading stops before the urgent octet, where SIOCATMARK is true [tcp(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, "abC", MSG_OOB) == 3);
    CHECK(send_text(client, "de") == 2);
    REQUIRE(await(server, POLLPRI) == POLLPRI);
    int count = 0;
    CHECK(posix::ioctl(server, FIONREAD, &count) == 0);
    CHECK(count == 2);
    CHECK(posix::sockatmark(server) == 0);
    CHECK(receive_text(server, 10, MSG_PEEK) == "ab");
    CHECK(receive_text(server, 10, MSG_WAITALL) == "ab");
    CHECK(posix::sockatmark(server) == 1);
    CHECK(await(server, POLLIN) == POLLIN);
    CHECK(receive_text(server, 2, MSG_WAITALL) == "de");
    CHECK(posix::sockatmark(server) == 0);
}

TEST_CASE("a reader that passes the mark does not lose the urgent octet") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, "C", MSG_OOB) == 1);
    CHECK(send_text(client, "de") == 2);
    REQUIRE(await(server, POLLPRI) == POLLPRI);
    CHECK(receive_text(server, 1, MSG_PEEK | MSG_WAITALL) == "d");
    CHECK(receive_text(server, 2, MSG_WAITALL) == "de");
    CHECK(level(server, POLLPRI) == POLLPRI);
    CHECK(urgent(server) == "C");
    CHECK(urgent(server) == "<Invalid argument>");
}

TEST_CASE("only the urgent octet there: nothing to read but it [tcp(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, "C", MSG_OOB) == 1);
    REQUIRE(await(server, POLLPRI) == POLLPRI);
    CHECK(level(server) == (POLLOUT | POLLPRI));
    CHECK(receive_text(server, 10, MSG_DONTWAIT) == "<Resource temporarily unavailable>");
    CHECK(urgent(server) == "C");
}

TEST_CASE("SO_OOBINLINE keeps the urgent octet in the stream [RFC 6093 3.2, tcp(7)]") {
    TwoHosts hosts;
    const auto [client, server] = hosts.connected();
    set(server, SOL_SOCKET, SO_OOBINLINE, 1);
    CHECK(send_text(client, "abC", MSG_OOB) == 3);
    CHECK(send_text(client, "de") == 2);
    REQUIRE(await(server, POLLPRI) == POLLPRI);
    CHECK(urgent(server) == "<Invalid argument>");
    CHECK(receive_text(server, 10) == "ab");  // still stops at the mark
    CHECK(posix::sockatmark(server) == 1);
    CHECK(receive_text(server, 3, MSG_WAITALL) == "Cde");
}

TEST_CASE("urgent data announced but not here yet is EAGAIN [recv(2)]") {
    TwoHosts hosts(
        [](StackConfig& config) { config.tcp.receive_buffer = 4096, config.tcp.receive_buffer_max = 0; });
    const auto [client, server] = hosts.connected();
    CHECK(send_text(client, std::string(20'000, 'x') + "!", MSG_OOB) == 20'001);
    while (urgent(server) == "<Invalid argument>") (void)receive_text(server, 1);
    CHECK(urgent(server) == "<Resource temporarily unavailable>");
    CHECK(level(server, POLLPRI) == 0);
    while (level(server, POLLPRI) == 0) (void)receive_text(server, 1000);
    CHECK(urgent(server) == "!");
}
