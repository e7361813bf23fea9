// An echo server, a client and what can go wrong between them: a tour through the calls, with every result and errno printed.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "twice/support/twice.h"

namespace {

void say(const char* what, long result) {
    const int error = errno;
    if (result < 0)
        std::printf("%s: %s\n", what, std::strerror(error));
    else
        std::printf("%s: %ld\n", what, result);
}

std::string flags_of(short events) {
    std::string text;
    const auto add = [&](short bit, const char* name) {
        if ((events & bit) != 0) text += std::string(text.empty() ? "" : "|") + name;
    };
    add(POLLIN, "IN");
    add(POLLPRI, "PRI");
    add(POLLOUT, "OUT");
    add(POLLERR, "ERR");
    add(POLLHUP, "HUP");
    add(POLLRDHUP, "RDHUP");
    return text.empty() ? "none" : text;
}

constexpr short everything = POLLIN | POLLPRI | POLLOUT | POLLRDHUP;

// Waits for one of `wanted`, then prints the whole level.
void say_level(const char* what, int fd, short wanted, short of = everything) {
    pollfd entry{fd, wanted, 0};
    net::poll(&entry, 1, wanted == 0 ? 0 : 5000);
    entry.events = of;
    net::poll(&entry, 1, 0);
    std::printf("%s: %s\n", what, flags_of(entry.revents).c_str());
}

// Waits for an error or the end of both directions, which poll tells unasked.
void say_end(const char* what, int fd) {
    pollfd entry{fd, 0, 0};
    net::poll(&entry, 1, 5000);
    say_level(what, fd, 0);
}

sockaddr_in self(int port) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(static_cast<std::uint16_t>(port));
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return in;
}

int connect_to(int fd, int port) {
    const sockaddr_in to = self(port);
    return net::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

int stream(int flags = 0) { return net::socket(AF_INET, SOCK_STREAM | flags, 0); }

int port_of(int fd) {
    sockaddr_in name{};
    socklen_t length = sizeof name;
    net::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length);
    return ntohs(name.sin_port);
}

int number(int fd, int level, int name) {
    int value = -1;
    socklen_t length = sizeof value;
    return net::getsockopt(fd, level, name, &value, &length) < 0 ? -1 : value;
}

void set(int fd, int level, int name, int value) { net::setsockopt(fd, level, name, &value, sizeof value); }

void say_text(const char* what, int fd, int flags = 0, std::size_t room = 100) {
    std::string text(room, '\0');
    const ssize_t got = net::recv(fd, text.data(), room, flags);
    if (got < 0) return say(what, got);
    std::printf("%s: %zd '%s'\n", what, got, text.substr(0, static_cast<std::size_t>(got)).c_str());
}

long send_text(int fd, const char* text, int flags = 0) {
    return net::send(fd, text, std::strlen(text), flags);
}

struct Connection {
    int client;
    int server;
};

Connection connected(int listener) {
    Connection made{stream(), -1};
    connect_to(made.client, port_of(listener));
    made.server = net::accept(listener, nullptr, nullptr);
    return made;
}

void serve_one(int listener) {
    const int fd = net::accept(listener, nullptr, nullptr);
    char room[1000];
    ssize_t got = 0;
    while ((got = net::read(fd, room, sizeof room)) > 0) net::write(fd, room, static_cast<std::size_t>(got));
    net::close(fd);
}

void echo(int listener) {
    std::thread server(serve_one, listener);
    const int fd = stream();
    say("connect", connect_to(fd, port_of(listener)));
    say("write", net::write(fd, "hello, echo", 11));
    say_text("echo", fd, MSG_WAITALL, 11);
    const std::string much(200'000, 'm');
    std::thread writer([&] { net::send(fd, much.data(), much.size(), 0); });
    std::string back(much.size(), '\0');
    say("much", net::recv(fd, back.data(), back.size(), MSG_WAITALL));
    writer.join();
    std::printf("equal: %d\n", back == much ? 1 : 0);
    say("shutdown", net::shutdown(fd, SHUT_WR));
    say_text("end", fd);
    say("write after shutdown", net::write(fd, "x", 1));
    say_end("level", fd);
    say("close", net::close(fd));
    say("close again", net::close(fd));
    server.join();
}

void errors(int listener) {
    const int fd = stream();
    say_level("fresh", fd, 0);
    say("recv unconnected", net::recv(fd, nullptr, 0, 0));
    say("shutdown unconnected", net::shutdown(fd, SHUT_RDWR));
    say("accept on no listener", net::accept(fd, nullptr, nullptr));
    say("refused", connect_to(fd, 1));
    say("SO_ERROR after", number(fd, SOL_SOCKET, SO_ERROR));
    say("connect again", connect_to(fd, port_of(listener)));
    say("and again", connect_to(fd, port_of(listener)));
    say("listen connected", net::listen(fd, 1));
    net::close(net::accept(listener, nullptr, nullptr));
    net::close(fd);

    const int eager = stream(SOCK_NONBLOCK);
    const long result = connect_to(eager, 1);
    if (result < 0 && errno == EINPROGRESS) {  // Linux may know at once
        say_level("refused later", eager, POLLOUT);
        say("SO_ERROR", number(eager, SOL_SOCKET, SO_ERROR));
    } else {
        std::printf("refused later: IN|OUT|ERR|HUP|RDHUP\nSO_ERROR: %d\n", errno);
    }
    net::close(eager);
    const sockaddr_in taken = self(port_of(listener));
    const int second = stream();
    say("bind taken", net::bind(second, reinterpret_cast<const sockaddr*>(&taken), sizeof taken));
    net::close(second);
    say("socket of no family", net::socket(AF_INET6 + 100, SOCK_STREAM, 0));
    say("keepalive idle 0", net::setsockopt(listener, IPPROTO_TCP, TCP_KEEPIDLE, "\0\0\0", 4));
    say("unknown option", number(listener, SOL_SOCKET, 9999));
    say("connect listener", connect_to(listener, port_of(listener)));
}

void resets(int listener) {
    auto [client, server] = connected(listener);
    const linger now{1, 0};
    net::setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    net::close(client);
    say_end("reset", server);
    say_text("first", server);
    say_text("second", server);
    say("send", send_text(server, "x"));
    say_level("after", server, 0);
    say("shutdown", net::shutdown(server, SHUT_WR));
    sockaddr_in name{};
    socklen_t length = sizeof name;
    say("getpeername", net::getpeername(server, reinterpret_cast<sockaddr*>(&name), &length));
    net::close(server);

    const Connection unread = connected(listener);
    send_text(unread.client, "unread");
    say_level("unread", unread.server, POLLIN);
    net::close(unread.server);
    say_end("closed with unread data", unread.client);
    say("SO_ERROR", number(unread.client, SOL_SOCKET, SO_ERROR));
    say_level("and then", unread.client, 0);
    net::close(unread.client);
}

void reading(int listener) {
    const auto [client, server] = connected(listener);
    say_level("idle", client, POLLOUT);
    say_text("nothing", server, MSG_DONTWAIT);
    send_text(client, "peekaboo");
    say_level("data", server, POLLIN);
    say_text("peek", server, MSG_PEEK, 4);
    int count = 0;
    net::ioctl(server, FIONREAD, &count);
    say("FIONREAD", count);
    say("truncate", net::recv(server, nullptr, 4, MSG_TRUNC));
    say_text("rest", server);
    const timeval soon{0, 10'000};
    net::setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    say_text("limited", server);
    send_text(client, "abc");
    say_level("abc", server, POLLIN);
    say_text("some of all", server, MSG_WAITALL, 10);
    net::shutdown(client, SHUT_WR);
    say_level("half-closed", server, POLLRDHUP);
    say_text("end", server);
    say("send", send_text(server, "still"));
    say_text("still", client);
    net::shutdown(server, SHUT_RDWR);
    say_end("over", client);
    say_end("over", server);
    net::close(client);
    net::close(server);
}

void urgent(int listener) {
    const auto [client, server] = connected(listener);
    say_text("none", server, MSG_OOB);
    send_text(client, "abC", MSG_OOB);
    send_text(client, "de");
    say_level("urgent", server, POLLPRI);
    say_text("before", server);
    int at = -1;
    net::ioctl(server, SIOCATMARK, &at);
    say("SIOCATMARK", at);
    say_text("urgent", server, MSG_OOB);
    say_text("urgent again", server, MSG_OOB);
    say_text("after", server, MSG_WAITALL, 2);
    net::close(client);
    net::close(server);
}

void options() {
    const int fd = stream();
    say("SO_TYPE", number(fd, SOL_SOCKET, SO_TYPE));
    say("SO_PROTOCOL", number(fd, SOL_SOCKET, SO_PROTOCOL));
    for (const int name : {SO_KEEPALIVE, SO_REUSEADDR, SO_OOBINLINE, SO_ACCEPTCONN, SO_RCVLOWAT})
        say("SOL_SOCKET", number(fd, SOL_SOCKET, name));
    for (const int name :
         {TCP_NODELAY, TCP_CORK, TCP_MAXSEG, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT}) {
        say("TCP before", number(fd, IPPROTO_TCP, name));
        set(fd, IPPROTO_TCP, name, name == TCP_MAXSEG ? 1000 : 1);
        say("TCP after", number(fd, IPPROTO_TCP, name));
    }
    set(fd, IPPROTO_IP, IP_TOS, 0x13);
    say("IP_TOS", number(fd, IPPROTO_IP, IP_TOS));
    set(fd, IPPROTO_IP, IP_TTL, 7);
    say("IP_TTL", number(fd, IPPROTO_IP, IP_TTL));
    say("F_GETFL", net::fcntl(fd, F_GETFL));
    net::fcntl(fd, F_SETFL, O_NONBLOCK);
    say("O_NONBLOCK", net::fcntl(fd, F_GETFL) & O_NONBLOCK);
    net::close(fd);
}

}  // namespace

int main() {
    const twice::Network network;
    const int listener = stream();
    const sockaddr_in any = self(0);
    say("bind", net::bind(listener, reinterpret_cast<const sockaddr*>(&any), sizeof any));
    say("listen", net::listen(listener, 8));
    say_level("listener", listener, 0);
    echo(listener);
    errors(listener);
    resets(listener);
    reading(listener);
    urgent(listener);
    options();
    say("shutdown listener", net::shutdown(listener, SHUT_RD));
    say("accept", net::accept(listener, nullptr, nullptr));
    say("close", net::close(listener));
    return 0;
}
