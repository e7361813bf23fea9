#include "posix/name_files.h"

#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr const char* hosts_text =
    "# comment\n"
    "127.0.0.1\tlocalhost\n"
    "::1 localhost ip6-localhost\n"
    "  192.0.2.7   seven seven.example # the seventh\n"
    "192.0.2.8 seven\n"
    "not-an-address x\n"
    "192.0.2.9 last";
constexpr const char* services_text =
    "ftp\t\t21/tcp\n"
    "domain 53/tcp\n"
    "domain 53/udp\n"
    "http 80/tcp www www-http # web\n"
    "broken\n"
    "large 70000/tcp\n";

}  // namespace

TEST_CASE("a hosts file: the first line that names it counts, without regard to case [hosts(5)]") {
    CHECK(posix::find_host(hosts_text, "LocalHost") == wire::Address::v4(127, 0, 0, 1));
    CHECK(posix::find_host(hosts_text, "seven") == wire::Address::v4(192, 0, 2, 7));
    CHECK(posix::find_host(hosts_text, "seven.example") == wire::Address::v4(192, 0, 2, 7));
    CHECK(posix::find_host(hosts_text, "last") == wire::Address::v4(192, 0, 2, 9));
    for (const char* unknown : {"ip6-localhost", "seventh", "x", "sev", "192.0.2.7", ""})
        CHECK_FALSE(posix::find_host(hosts_text, unknown));
}

TEST_CASE("a services file: names and aliases of one protocol [services(5)]") {
    CHECK(posix::find_service(services_text, "ftp", "tcp") == 21);
    CHECK(posix::find_service(services_text, "www-http", "tcp") == 80);
    CHECK(posix::find_service(services_text, "domain", "udp") == 53);
    for (const char* unknown : {"HTTP", "broken", "large", "web", ""})
        CHECK_FALSE(posix::find_service(services_text, unknown, "tcp"));
    CHECK_FALSE(posix::find_service(services_text, "http", "udp"));
}

TEST_CASE("getaddrinfo() takes numbers and names of files [RFC 3493 6.1]") {
    addrinfo* found = nullptr;
    REQUIRE(posix::getaddrinfo("192.0.2.1", "80", nullptr, &found) == 0);
    REQUIRE(found->ai_next != nullptr);  // every kind of socket
    CHECK(found->ai_next->ai_socktype == SOCK_DGRAM);
    CHECK(found->ai_next->ai_protocol == IPPROTO_UDP);
    posix::freeaddrinfo(found);
    addrinfo stream{};
    stream.ai_socktype = SOCK_STREAM;
    REQUIRE(posix::getaddrinfo("192.0.2.1", "80", &stream, &found) == 0);
    CHECK(found->ai_family == AF_INET);
    CHECK(found->ai_socktype == SOCK_STREAM);
    CHECK(found->ai_protocol == IPPROTO_TCP);
    CHECK(found->ai_next == nullptr);
    CHECK(found->ai_canonname == nullptr);
    REQUIRE(found->ai_addrlen == sizeof(sockaddr_in));
    sockaddr_in address{};
    std::memcpy(&address, found->ai_addr, sizeof address);
    CHECK(ntohs(address.sin_port) == 80);
    CHECK(address.sin_addr.s_addr == inet_addr("192.0.2.1"));
    posix::freeaddrinfo(found);
    posix::freeaddrinfo(nullptr);

    addrinfo hints{};
    hints.ai_flags = AI_PASSIVE | AI_CANONNAME;
    REQUIRE(posix::getaddrinfo("192.0.2.1", nullptr, &hints, &found) == 0);
    CHECK(std::string(found->ai_canonname) == "192.0.2.1");
    posix::freeaddrinfo(found);

    hints.ai_flags = AI_PASSIVE;
    REQUIRE(posix::getaddrinfo(nullptr, "0", &hints, &found) == 0);
    std::memcpy(&address, found->ai_addr, sizeof address);
    CHECK(address.sin_addr.s_addr == INADDR_ANY);
    posix::freeaddrinfo(found);
    REQUIRE(posix::getaddrinfo(nullptr, "0", nullptr, &found) == 0);
    std::memcpy(&address, found->ai_addr, sizeof address);
    CHECK(ntohl(address.sin_addr.s_addr) == INADDR_LOOPBACK);
    posix::freeaddrinfo(found);
}

TEST_CASE("getaddrinfo() says what is wrong [RFC 3493 6.1]") {
    addrinfo* found = nullptr;
    addrinfo hints{};
    CHECK(posix::getaddrinfo(nullptr, nullptr, nullptr, &found) == EAI_NONAME);
    CHECK(posix::getaddrinfo("no.such.host.example", "80", nullptr, &found) == EAI_NONAME);
    CHECK(posix::getaddrinfo("192.0.2.1", "no-such-service", nullptr, &found) == EAI_SERVICE);
    CHECK(posix::getaddrinfo("192.0.2.1", "65536", nullptr, &found) == EAI_SERVICE);
    CHECK(posix::getaddrinfo("192.0.2.1", "-1", nullptr, &found) == EAI_SERVICE);
    CHECK(posix::getaddrinfo("192.0.2.256", "80", nullptr, &found) == EAI_NONAME);
    hints.ai_flags = AI_NUMERICHOST;
    CHECK(posix::getaddrinfo("localhost", "80", &hints, &found) == EAI_NONAME);
    hints.ai_flags = AI_NUMERICSERV;
    CHECK(posix::getaddrinfo("192.0.2.1", "http", &hints, &found) == EAI_NONAME);
    hints.ai_flags = 1 << 30;
    CHECK(posix::getaddrinfo("192.0.2.1", "80", &hints, &found) == EAI_BADFLAGS);
    hints.ai_flags = AI_CANONNAME;
    CHECK(posix::getaddrinfo(nullptr, "80", &hints, &found) == EAI_BADFLAGS);
    hints = {};
    hints.ai_family = AF_INET6;
    CHECK(posix::getaddrinfo("192.0.2.1", "80", &hints, &found) == EAI_FAMILY);
    hints = {};
    hints.ai_socktype = SOCK_SEQPACKET;
    CHECK(posix::getaddrinfo("192.0.2.1", "80", &hints, &found) == EAI_SOCKTYPE);
}
