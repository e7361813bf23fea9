#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/udp.h>

#include "two_hosts.h"

using namespace sluice;
using namespace sluice::test;

namespace {

Fd datagram(posix::Attachment& on, int type = SOCK_DGRAM, int protocol = 0) {
    posix::use_in_this_thread(&on.host());
    Fd fd(posix::socket(AF_INET, type, protocol));
    REQUIRE(fd >= 0);
    return fd;
}

Fd bound(posix::Attachment& on, int port, int type = SOCK_DGRAM) {
    Fd fd = datagram(on, type);
    const sockaddr_in local = at("0.0.0.0", port);
    REQUIRE(posix::bind(fd, generic(local), sizeof local) == 0);
    return fd;
}

long send_to(int fd, const std::string& text, const char* address, int port, int flags = 0) {
    const sockaddr_in to = at(address, port);
    return posix::sendto(fd, text.data(), text.size(), flags, generic(to), sizeof to);
}

std::string name_of(const sockaddr_in& in) {
    return std::string(inet_ntoa(in.sin_addr)) + ":" + std::to_string(ntohs(in.sin_port));
}

// A datagram and who sent it.
std::string receive_from(int fd, int flags = 0, std::size_t room = 100) {
    std::string text(room, '\0');
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t got = posix::recvfrom(fd, text.data(), room, flags, generic(from), &length);
    if (got < 0) return std::string("<") + std::strerror(errno) + ">";
    CHECK(length == sizeof from);
    return text.substr(0, static_cast<std::size_t>(got)) + " from " + name_of(from);
}

int connect_to(int fd, const char* address, int port) {
    const sockaddr_in to = at(address, port);
    return posix::connect(fd, generic(to), sizeof to);
}

// What recvmsg() tells beside the data.
struct Received {
    long result = -1;
    int flags = 0;
    std::string from;
    std::vector<std::pair<int, std::vector<std::uint8_t>>> control;
};
Received receive_message(int fd, int flags = 0, std::size_t room = 100, std::size_t control_room = 256) {
    std::vector<std::uint8_t> control(control_room);
    std::string text(room, '\0');
    sockaddr_in from{};
    const iovec buffer{text.data(), room};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = const_cast<iovec*>(&buffer);
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    Received received;
    received.result = posix::recvmsg(fd, &message, flags);
    received.flags = message.msg_flags;
    received.from = name_of(from);
    if (received.result < 0) return received;
    for (cmsghdr* item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
        CHECK(item->cmsg_level == IPPROTO_IP);
        received.control.emplace_back(
            item->cmsg_type,
            std::vector<std::uint8_t>(CMSG_DATA(item), CMSG_DATA(item) + item->cmsg_len - CMSG_LEN(0)));
    }
    return received;
}
template <typename Value>
Value value_of(const std::vector<std::uint8_t>& data) {
    REQUIRE(data.size() >= sizeof(Value));
    Value value;
    std::memcpy(&value, data.data(), sizeof value);
    return value;
}

}  // namespace

TEST_CASE("datagrams go both ways, whole, with their sender [POSIX sendto, recvfrom]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd client = bound(*hosts.a, 4000);
    CHECK(send_to(client, "one", address_b, 7) == 3);
    CHECK(send_to(client, "", address_b, 7) == 0);
    CHECK(send_to(client, "three", address_b, 7) == 5);
    CHECK(receive_from(server) == "one from 192.0.2.1:4000");
    CHECK(receive_from(server) == " from 192.0.2.1:4000");
    CHECK(receive_from(server) == "three from 192.0.2.1:4000");
    CHECK(send_to(server, "back", address_a, 4000) == 4);
    CHECK(receive_from(client) == "back from 192.0.2.2:7");
    const std::string large(60000, 'l');  // in fragments
    CHECK(send_to(client, large, address_b, 7) == 60000);
    CHECK(receive_from(server, 0, 65536) == large + " from 192.0.2.1:4000");
}

TEST_CASE("a datagram socket says why a call cannot be [POSIX, udp(7)]") {
    TwoHosts hosts;
    const Fd fd = datagram(*hosts.a);
    CHECK_ERRNO(posix::socket(AF_INET, SOCK_DGRAM, IPPROTO_TCP), EPROTONOSUPPORT);
    CHECK_ERRNO(posix::listen(fd, 1), EOPNOTSUPP);
    CHECK_ERRNO(posix::accept(fd, nullptr, nullptr), EOPNOTSUPP);
    CHECK_ERRNO(posix::send(fd, "x", 1, 0), EDESTADDRREQ);
    CHECK_ERRNO(posix::send(fd, "x", 1, MSG_OOB), EOPNOTSUPP);
    CHECK_ERRNO(posix::recv(fd, nullptr, 0, MSG_OOB), EOPNOTSUPP);
    CHECK_ERRNO(posix::recv(fd, nullptr, 1, 0), EFAULT);
    CHECK_ERRNO(posix::recv(fd, nullptr, 0, MSG_DONTWAIT), EAGAIN);
    CHECK_ERRNO(posix::recv(fd, nullptr, 0, MSG_ERRQUEUE), EAGAIN);
    CHECK_ERRNO(send_to(fd, std::string(65508, 'x'), address_b, 7), EMSGSIZE);
    CHECK_ERRNO(send_to(fd, "x", address_b, 0), EINVAL);
    CHECK_ERRNO(send_to(fd, "x", "198.51.100.1", 7), ENETUNREACH);
    const sockaddr_in to = at(address_b, 7);
    CHECK_ERRNO(posix::sendto(fd, "x", 1, 0, generic(to), 4), EINVAL);
    sockaddr_in other = to;
    other.sin_family = AF_INET6;
    CHECK_ERRNO(posix::sendto(fd, "x", 1, 0, generic(other), sizeof other), EAFNOSUPPORT);
    const sockaddr_in nobody = at(address_of_nobody, 7);
    CHECK_ERRNO(posix::bind(fd, generic(nobody), sizeof nobody), EADDRNOTAVAIL);
    sockaddr_in name{};
    socklen_t length = sizeof name;
    CHECK_ERRNO(posix::getpeername(fd, generic(name), &length), ENOTCONN);
    int number = 0;
    CHECK_ERRNO(posix::ioctl(fd, SIOCATMARK, &number), ENOTTY);
}

TEST_CASE("a port belongs to one socket unless both say otherwise [socket(7) SO_REUSEADDR, SO_REUSEPORT]") {
    TwoHosts hosts;
    const Fd first = bound(*hosts.b, 7);
    const Fd second = datagram(*hosts.b);
    const sockaddr_in seven = at("0.0.0.0", 7);
    CHECK_ERRNO(posix::bind(second, generic(seven), sizeof seven), EADDRINUSE);
    for (const int option : {SO_REUSEADDR, SO_REUSEPORT}) {
        const Fd one = datagram(*hosts.b);
        const Fd two = datagram(*hosts.b);
        set(one, SOL_SOCKET, option, 1);
        set(two, SOL_SOCKET, option, 1);
        CHECK(get(one, SOL_SOCKET, option) == 1);
        const sockaddr_in eight = at("0.0.0.0", 8);
        CHECK(posix::bind(one, generic(eight), sizeof eight) == 0);
        CHECK(posix::bind(two, generic(eight), sizeof eight) == 0);
        CHECK_ERRNO(posix::bind(two, generic(eight), sizeof eight), EINVAL);
    }
}

TEST_CASE("a connected datagram socket has one peer until AF_UNSPEC [POSIX connect]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd other = bound(*hosts.b, 8);
    const Fd client = datagram(*hosts.a);
    REQUIRE(connect_to(client, address_b, 7) == 0);
    sockaddr_in name{};
    socklen_t length = sizeof name;
    CHECK(posix::getsockname(client, generic(name), &length) == 0);
    CHECK(std::string(inet_ntoa(name.sin_addr)) == address_a);
    const int port = ntohs(name.sin_port);
    CHECK(port >= 32768);
    CHECK(posix::getpeername(client, generic(name), &length) == 0);
    CHECK(name_of(name) == "192.0.2.2:7");
    CHECK(send_text(client, "hi") == 2);
    CHECK(receive_from(server) == "hi from 192.0.2.1:" + std::to_string(port));
    CHECK(send_to(other, "not you", address_a, port) ==
          7);  // refused: ICMP tells `other` nothing, it is not connected
    CHECK(send_to(server, "you", address_a, port) == 3);
    CHECK(receive_from(client) == "you from 192.0.2.2:7");
    CHECK(send_to(client, "aside", address_b, 8) == 5);  // an address goes before the peer
    CHECK(receive_from(other).starts_with("aside"));
    sockaddr_in nothing{};
    nothing.sin_family = AF_UNSPEC;
    CHECK(posix::connect(client, generic(nothing), sizeof nothing) == 0);
    CHECK_ERRNO(posix::send(client, "x", 1, 0), EDESTADDRREQ);
    CHECK(posix::getsockname(client, generic(name), &length) == 0);
    CHECK(name_of(name) == "0.0.0.0:0");
}

TEST_CASE("a connected socket is refused by a closed port, once [R768-5] [udp(7)]") {
    TwoHosts hosts;
    const Fd client = datagram(*hosts.a);
    REQUIRE(connect_to(client, address_b, 9) == 0);
    CHECK(send_text(client, "anyone?") == 7);
    CHECK((await(client, 0) & POLLERR) != 0);
    CHECK(receive_text(client) == std::string("<") + std::strerror(ECONNREFUSED) + ">");
    CHECK(receive_text(client, 10, MSG_DONTWAIT) == std::string("<") + std::strerror(EAGAIN) + ">");
    CHECK(send_text(client, "anyone?") == 7);
    CHECK((await(client, 0) & POLLERR) != 0);
    CHECK(get(client, SOL_SOCKET, SO_ERROR) == ECONNREFUSED);
    CHECK(get(client, SOL_SOCKET, SO_ERROR) == 0);
    CHECK(send_text(client, "anyone?") == 7);
    CHECK((await(client, 0) & POLLERR) != 0);
    CHECK_ERRNO(posix::send(client, "x", 1, 0), ECONNREFUSED);
}

TEST_CASE("IP_RECVERR keeps errors, also of a socket without a peer [R768-5] [ip(7)]") {
    TwoHosts hosts;
    const Fd client = bound(*hosts.a, 4000);
    set(client, IPPROTO_IP, IP_RECVERR, 1);
    CHECK(send_to(client, "anyone?", address_b, 9) == 7);
    CHECK((await(client, 0) & POLLERR) != 0);
    const Received told = receive_message(client, MSG_ERRQUEUE);
    CHECK(told.result == 7);
    CHECK((told.flags & MSG_ERRQUEUE) != 0);
    CHECK(told.from == "192.0.2.2:9");
    REQUIRE(told.control.size() == 1);
    CHECK(told.control[0].first == IP_RECVERR);
    const auto error = value_of<sock_extended_err>(told.control[0].second);
    CHECK(error.ee_errno == ECONNREFUSED);
    CHECK(error.ee_origin == SO_EE_ORIGIN_ICMP);
    CHECK(error.ee_type == 3);
    CHECK(error.ee_code == 3);
    CHECK_ERRNO(receive_message(client, MSG_ERRQUEUE).result, EAGAIN);
}

TEST_CASE("recv() of a datagram: MSG_PEEK, MSG_TRUNC, what does not fit is lost [recv(2)]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd client = bound(*hosts.a, 4000);
    for (const char* text : {"first", "second", "third"}) send_to(client, text, address_b, 7);
    REQUIRE(await(server, POLLIN) != 0);
    CHECK(receive_from(server, MSG_PEEK) == "first from 192.0.2.1:4000");
    int size = 0;
    CHECK(posix::ioctl(server, FIONREAD, &size) == 0);
    CHECK(size == 5);
    const Received cut = receive_message(server, 0, 3);
    CHECK(cut.result == 3);
    CHECK((cut.flags & MSG_TRUNC) != 0);
    CHECK(posix::recv(server, nullptr, 0, MSG_TRUNC) == 6);
    CHECK(receive_from(server, MSG_WAITALL) ==
          "third from 192.0.2.1:4000");  // MSG_WAITALL means nothing here
    CHECK(posix::ioctl(server, FIONREAD, &size) == 0);
    CHECK(size == 0);
}

TEST_CASE("a call waits for a datagram, at most SO_RCVTIMEO [socket(7)]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd client = datagram(*hosts.a);
    auto waiting = std::async(std::launch::async, [&] { return receive_text(server); });
    CHECK(send_to(client, "at last", address_b, 7) == 7);
    CHECK(waiting.get() == "at last");
    set(server, SOL_SOCKET, SO_RCVTIMEO, timeval{0, 10'000});
    CHECK(receive_text(server) == std::string("<") + std::strerror(EAGAIN) + ">");
    timeval time{};
    socklen_t length = sizeof time;
    CHECK(posix::getsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &time, &length) == 0);
    CHECK(time.tv_usec == 10'000);
    auto closing = std::async(std::launch::async, [&] {
        timeval none{};
        posix::setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
        return receive_text(server);
    });
    while (closing.wait_for(0s) != std::future_status::ready) send_to(client, "more", address_b, 7);
    CHECK(closing.get() == "more");
}

TEST_CASE("MSG_MORE and UDP_CORK make one datagram of several calls [udp(7)]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd client = bound(*hosts.a, 4000);
    CHECK(send_to(client, "one ", address_b, 7, MSG_MORE) == 4);
    CHECK(send_to(client, "two", address_b, 9) == 3);  // goes where the first part said
    CHECK(receive_from(server) == "one two from 192.0.2.1:4000");
    set(client, IPPROTO_UDP, UDP_CORK, 1);
    CHECK(get(client, IPPROTO_UDP, UDP_CORK) == 1);
    CHECK(send_to(client, "three ", address_b, 7) == 6);
    CHECK(send_to(client, "four", address_b, 7) == 4);
    set(client, IPPROTO_UDP, UDP_CORK, 0);
    CHECK(receive_from(server) == "three four from 192.0.2.1:4000");
    CHECK(send_to(client, std::string(60000, 'x'), address_b, 7, MSG_MORE) == 60000);
    CHECK_ERRNO(send_to(client, std::string(60000, 'x'), address_b, 7), EMSGSIZE);
}

TEST_CASE("IP_PKTINFO tells where a datagram was sent to, and chooses the source [R768-6] [ip(7)]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd client = bound(*hosts.a, 4000);
    for (const int option : {IP_PKTINFO, IP_RECVTTL, IP_RECVTOS}) {
        set(server, IPPROTO_IP, option, 1);
        CHECK(get(server, IPPROTO_IP, option) == 1);
    }
    set(client, IPPROTO_IP, IP_TTL, 9);
    set(client, IPPROTO_IP, IP_TOS, 0x2f);
    send_to(client, "hello", address_b, 7);
    const Received told = receive_message(server);
    REQUIRE(told.control.size() == 3);
    CHECK(told.control[0].first == IP_PKTINFO);
    const auto info = value_of<in_pktinfo>(told.control[0].second);
    CHECK(std::string(inet_ntoa(info.ipi_addr)) == address_b);
    CHECK(info.ipi_spec_dst.s_addr == info.ipi_addr.s_addr);
    CHECK(info.ipi_ifindex == 1);
    CHECK(told.control[1].first == IP_TTL);
    CHECK(value_of<int>(told.control[1].second) == 9);
    CHECK(told.control[2].first == IP_TOS);
    CHECK(told.control[2].second == std::vector<std::uint8_t>{0x2f});

    send_to(client, "again", address_b, 7);
    const Received cut = receive_message(server, 0, 100, 30);
    CHECK((cut.flags & MSG_CTRUNC) != 0);
    CHECK(cut.result == 5);
}

TEST_CASE("ancillary data of sendmsg() stands for one datagram; what cannot be is EINVAL [ip(7), R768-8]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    set(server, IPPROTO_IP, IP_RECVTTL, 1);
    const Fd client = bound(*hosts.a, 4000);
    const auto send_with = [&](int type, const auto& value) {
        std::array<std::uint8_t, 64> control{};
        sockaddr_in to = at(address_b, 7);
        iovec buffer{const_cast<char*>("x"), 1};
        msghdr message{};
        message.msg_name = &to;
        message.msg_namelen = sizeof to;
        message.msg_iov = &buffer;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(sizeof value);
        cmsghdr* item = CMSG_FIRSTHDR(&message);
        item->cmsg_level = IPPROTO_IP;
        item->cmsg_type = type;
        item->cmsg_len = CMSG_LEN(sizeof value);
        std::memcpy(CMSG_DATA(item), &value, sizeof value);
        return posix::sendmsg(client, &message, 0);
    };
    CHECK(send_with(IP_TTL, 3) == 1);
    CHECK(value_of<int>(receive_message(server).control.at(0).second) == 3);
    CHECK_ERRNO(send_with(IP_TTL, 0), EINVAL);
    CHECK_ERRNO(send_with(IP_TTL, 256), EINVAL);
    CHECK_ERRNO(send_with(IP_RECVERR, 1), EINVAL);
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = inet_addr(address_a);
    CHECK(send_with(IP_PKTINFO, info) == 1);
    CHECK(receive_message(server).from == "192.0.2.1:4000");
    info.ipi_spec_dst.s_addr = inet_addr(address_of_nobody);
    CHECK_ERRNO(send_with(IP_PKTINFO, info), EADDRNOTAVAIL);
}

TEST_CASE("many datagrams in one call, and what ends it early [sendmmsg(2), recvmmsg(2)]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 53);
    const Fd client = datagram(*hosts.a);
    REQUIRE(connect_to(client, address_b, 53) == 0);
    std::array<std::string, 3> texts{"one", "three", "seven"};
    std::array<iovec, 3> buffers{};
    std::array<mmsghdr, 3> messages{};
    const auto point_at = [&](std::size_t octets) {
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (octets > 0) texts[i].assign(octets, '.');
            buffers[i] = {texts[i].data(), texts[i].size()};
            messages[i].msg_hdr.msg_iov = &buffers[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
    };
    point_at(0);
    CHECK(posix::sendmmsg(client, messages.data(), 3, 0) == 3);
    CHECK(messages[1].msg_len == 5);
    point_at(10);
    CHECK(posix::recvmmsg(server, messages.data(), 2, 0, nullptr) == 2);
    CHECK(texts[1].substr(0, messages[1].msg_len) == "three");
    // One is here; nobody waits for the others.
    CHECK(posix::recvmmsg(server, messages.data(), 3, MSG_WAITFORONE, nullptr) == 1);
    CHECK(texts[0].substr(0, messages[0].msg_len) == "seven");
    CHECK(posix::recvmmsg(server, messages.data(), 3, MSG_DONTWAIT, nullptr) == -1);
    CHECK(errno == EAGAIN);
    // With no time left it is one message for each call.
    timespec limit{};
    CHECK(posix::sendmmsg(client, messages.data(), 2, 0) == 2);
    CHECK(posix::recvmmsg(server, messages.data(), 2, 0, &limit) == 1);
    limit.tv_nsec = 1'000'000'000;
    CHECK(posix::recvmmsg(server, messages.data(), 2, 0, &limit) == -1);
    CHECK(errno == EINVAL);
    CHECK(posix::sendmmsg(client, nullptr, 1, 0) == -1);
    CHECK(errno == EFAULT);
    // The second cannot be sent, the first is.
    texts[1].assign(70'000, '.');
    buffers[1] = {texts[1].data(), texts[1].size()};
    CHECK(posix::sendmmsg(client, messages.data(), 2, 0) == 1);
    CHECK(posix::sendmmsg(client, &messages[1], 1, 0) == -1);
    CHECK(errno == EMSGSIZE);
}

TEST_CASE("broadcast is sent with SO_BROADCAST only [socket(7)]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd client = bound(*hosts.a, 4000);
    CHECK_ERRNO(send_to(client, "all", "192.0.2.255", 7), EACCES);
    CHECK_ERRNO(connect_to(client, "255.255.255.255", 7), EACCES);
    set(client, SOL_SOCKET, SO_BROADCAST, 1);
    CHECK(send_to(client, "all", "192.0.2.255", 7) == 3);
    CHECK(receive_from(server) == "all from 192.0.2.1:4000");
}

TEST_CASE("shutdown() of a datagram socket [POSIX shutdown]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd client = datagram(*hosts.a);
    CHECK_ERRNO(posix::shutdown(server, 9), EINVAL);
    CHECK_ERRNO(posix::shutdown(server, SHUT_RD), ENOTCONN);  // and yet
    CHECK(posix::recv(server, nullptr, 0, 0) == 0);
    CHECK(level(server) == (POLLIN | POLLOUT | POLLRDHUP));
    REQUIRE(connect_to(client, address_b, 7) == 0);
    CHECK(posix::shutdown(client, SHUT_WR) == 0);
    CHECK_ERRNO(posix::send(client, "x", 1, 0), EPIPE);
    CHECK(posix::shutdown(client, SHUT_RD) == 0);
    CHECK((level(client) & POLLHUP) != 0);
}

TEST_CASE("levels of a datagram socket [poll(2)]") {
    TwoHosts hosts;
    const Fd server = bound(*hosts.b, 7);
    const Fd client = datagram(*hosts.a);
    CHECK(level(server) == POLLOUT);
    send_to(client, "x", address_b, 7);
    CHECK(await(server, POLLIN) == POLLIN);
    CHECK(level(server) == (POLLIN | POLLOUT));
    receive_text(server);
    CHECK(level(server) == POLLOUT);
}

TEST_CASE("datagram options tell their defaults and take values [socket(7), ip(7), udp(7)]") {
    TwoHosts hosts;
    const Fd fd = datagram(*hosts.a);
    CHECK(get(fd, SOL_SOCKET, SO_TYPE) == SOCK_DGRAM);
    CHECK(get(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_UDP);
    CHECK(get(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET);
    CHECK(get(fd, SOL_SOCKET, SO_ACCEPTCONN) == 0);
    CHECK(get(fd, SOL_SOCKET, SO_RCVBUF) == 212992);
    CHECK(get(fd, SOL_SOCKET, SO_RCVLOWAT) == 1);
    for (const int option : {SO_BROADCAST, SO_REUSEADDR, SO_REUSEPORT, SO_NO_CHECK}) {
        CHECK(get(fd, SOL_SOCKET, option) == 0);
        set(fd, SOL_SOCKET, option, 1);
        CHECK(get(fd, SOL_SOCKET, option) == 1);
    }
    set(fd, SOL_SOCKET, SO_RCVBUF, 1);
    CHECK(get(fd, SOL_SOCKET, SO_RCVBUF) == 2304);
    set(fd, SOL_SOCKET, SO_SNDBUF, 100000);
    CHECK(get(fd, SOL_SOCKET, SO_SNDBUF) == 100000);
    CHECK(get(fd, IPPROTO_IP, IP_TTL) == 64);
    CHECK(get(fd, IPPROTO_IP, IP_MULTICAST_TTL) == 1);
    set(fd, IPPROTO_IP, IP_MULTICAST_TTL, 5);
    CHECK(get(fd, IPPROTO_IP, IP_MULTICAST_TTL) == 5);
    CHECK(get(fd, IPPROTO_IP, IP_MTU_DISCOVER) == IP_PMTUDISC_DONT);
    for (const int value : {IP_PMTUDISC_WANT, IP_PMTUDISC_DO, IP_PMTUDISC_DONT}) {
        set(fd, IPPROTO_IP, IP_MTU_DISCOVER, value);
        CHECK(get(fd, IPPROTO_IP, IP_MTU_DISCOVER) == value);
    }
    int value = 0;
    socklen_t length = sizeof value;
    CHECK_ERRNO(posix::getsockopt(fd, IPPROTO_IP, IP_MTU, &value, &length), ENOTCONN);
    REQUIRE(connect_to(fd, address_b, 7) == 0);
    CHECK(get(fd, IPPROTO_IP, IP_MTU) == 1500);
    const auto refused = [&](int level, int name, int wanted) {
        return posix::setsockopt(fd, level, name, &wanted, sizeof wanted);
    };
    CHECK_ERRNO(refused(IPPROTO_IP, IP_TTL, 0), EINVAL);
    CHECK_ERRNO(refused(IPPROTO_IP, IP_MULTICAST_TTL, 256), EINVAL);
    CHECK_ERRNO(refused(IPPROTO_IP, IP_MTU_DISCOVER, 77), EINVAL);
    CHECK_ERRNO(refused(IPPROTO_IP, IP_HDRINCL, 1), ENOPROTOOPT);
    CHECK_ERRNO(refused(SOL_SOCKET, SO_TYPE, 1), ENOPROTOOPT);
    CHECK_ERRNO(refused(IPPROTO_TCP, 1, 1), ENOPROTOOPT);
    CHECK_ERRNO(posix::getsockopt(fd, IPPROTO_TCP, 1, &value, &length), ENOPROTOOPT);
}

TEST_CASE("IP_MTU_DISCOVER DO refuses what does not fit [RFC 8085 3.2] [ip(7)]") {
    TwoHosts hosts;
    const Fd fd = datagram(*hosts.a);
    set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    CHECK_ERRNO(send_to(fd, std::string(1473, 'x'), address_b, 7), EMSGSIZE);
    CHECK(send_to(fd, std::string(1472, 'x'), address_b, 7) == 1472);
}

TEST_CASE("a raw ICMP socket pings [raw(7)]") {
    TwoHosts hosts;
    const Fd fd = datagram(*hosts.a, SOCK_RAW, IPPROTO_ICMP);
    CHECK(get(fd, SOL_SOCKET, SO_TYPE) == SOCK_RAW);
    CHECK(get(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_ICMP);
    set(fd, SOL_RAW, ICMP_FILTER, std::uint32_t{~1U});
    CHECK(get(fd, SOL_RAW, ICMP_FILTER) == ~1);
    const std::array<std::uint8_t, 8> request{8, 0, 0xf7, 0xff - 1, 0, 0, 0, 1};
    const sockaddr_in to = at(address_b, 0);
    CHECK(posix::sendto(fd, request.data(), request.size(), 0, generic(to), sizeof to) == 8);
    std::array<std::uint8_t, 100> reply{};
    CHECK(posix::recv(fd, reply.data(), reply.size(), 0) == 28);
    CHECK(reply[0] == 0x45);
    CHECK(reply[20] == 0);
    CHECK(reply[27] == 1);
    CHECK_ERRNO(posix::socket(AF_INET, SOCK_RAW, 0), EPROTONOSUPPORT);
    CHECK_ERRNO(posix::socket(AF_INET, SOCK_RAW, 256), EPROTONOSUPPORT);
}

TEST_CASE("IP_HDRINCL sends packets as they are [raw(7)]") {
    TwoHosts hosts;
    const Fd sender = datagram(*hosts.a, SOCK_RAW, IPPROTO_RAW);
    CHECK(get(sender, IPPROTO_IP, IP_HDRINCL) == 1);
    const Fd receiver = datagram(*hosts.b, SOCK_RAW, 253);
    std::array<std::uint8_t, 24> packet{0x45, 0, 0, 0, 0,   0, 0, 0, 9,   253, 0,   0,
                                        0,    0, 0, 0, 192, 0, 2, 2, 'd', 'a', 't', 'a'};
    const sockaddr_in to = at(address_b, 0);
    CHECK(posix::sendto(sender, packet.data(), packet.size(), 0, generic(to), sizeof to) == 24);
    std::array<std::uint8_t, 100> got{};
    CHECK(posix::recv(receiver, got.data(), got.size(), 0) == 24);
    CHECK(got[8] == 9);
    CHECK(std::string(got.begin() + 20, got.begin() + 24) == "data");
    packet[12] = 198;
    CHECK_ERRNO(posix::sendto(sender, packet.data(), packet.size(), 0, generic(to), sizeof to),
                EADDRNOTAVAIL);
}

TEST_CASE("datagram sockets end with their host [ENETDOWN]") {
    TwoHosts hosts;
    const Fd fd = bound(*hosts.b, 7);
    hosts.b.reset();
    CHECK_ERRNO(posix::recv(fd, nullptr, 0, 0), ENETDOWN);
    CHECK_ERRNO(send_to(fd, "x", address_a, 7), ENETDOWN);
}
