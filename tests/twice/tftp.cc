// A small file server over UDP in the manner of TFTP (RFC 1350): read requests, blocks of 512 octets, each acknowledged, a
// new port for each transfer; and what sockets of UDP answer besides.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "twice/support/twice.h"

namespace {

constexpr std::size_t block = 512;

sockaddr_in self(int port) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(static_cast<std::uint16_t>(port));
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return in;
}

int open_at(int port, sockaddr_in& name) {
    const int fd = net::socket(AF_INET, SOCK_DGRAM, 0);
    name = self(port);
    net::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
    socklen_t length = sizeof name;
    net::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length);
    const timeval patience{5, 0};
    net::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

std::string header(int operation, int number) {
    return {0, static_cast<char>(operation), static_cast<char>(number >> 8), static_cast<char>(number)};
}

void send_to(int fd, const std::string& message, const sockaddr_in& to) {
    net::sendto(fd, message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

std::string receive(int fd, sockaddr_in& from) {
    std::string message(2000, '\0');
    socklen_t length = sizeof from;
    const ssize_t got =
        net::recvfrom(fd, message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    message.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return message;
}

std::string content(const std::string& name) {
    if (name == "empty") return "";
    if (name == "exact") return std::string(2 * block, 'e');
    std::string text;
    for (int i = 0; i < 1500; ++i) text += static_cast<char>('a' + i % 26);
    return text;
}

// One transfer, on a socket of its own that is connected to who asked.
void transfer(const std::string& text, const sockaddr_in& to) {
    sockaddr_in name{};
    const int fd = open_at(0, name);
    net::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    for (std::size_t at = 0, number = 1; at <= text.size(); at += block, ++number) {
        const std::string data = header(3, static_cast<int>(number)) + text.substr(at, block);
        net::send(fd, data.data(), data.size(), 0);
        char acknowledgement[4];
        if (net::recv(fd, acknowledgement, sizeof acknowledgement, 0) != 4) break;
    }
    net::close(fd);
}

void serve(int fd) {
    for (;;) {
        sockaddr_in from{};
        const std::string request = receive(fd, from);
        if (request.size() < 3 || request[1] != 1) return;  // anything else ends the server
        const std::string name = request.substr(2);
        if (name == "nothing")
            send_to(fd, header(5, 1) + "file not found", from);
        else
            transfer(content(name), from);
    }
}

void fetch(const char* name, const sockaddr_in& server) {
    sockaddr_in own{};
    const int fd = open_at(0, own);
    send_to(fd, std::string{0, 1} + name, server);
    std::string text;
    for (std::string message;;) {
        sockaddr_in from{};
        message = receive(fd, from);
        if (message.size() < 4) break;
        std::printf("%s: operation %d, number %d, %zu octets, port %s\n", name, message[1], message[3],
                    message.size() - 4, from.sin_port == server.sin_port ? "the server's" : "another");
        if (message[1] != 3) break;
        text += message.substr(4);
        send_to(fd, header(4, message[3]), from);
        if (message.size() < 4 + block) break;
    }
    std::printf("%s: %s\n", name, text == content(name) ? "as it should be" : "not what was asked for");
    net::close(fd);
}

void say(const char* what, long result) {
    std::printf("%s: %s\n", what, result < 0 ? std::strerror(errno) : std::to_string(result).c_str());
}

int number(int fd, int level, int name) {
    int value = -1;
    socklen_t length = sizeof value;
    return net::getsockopt(fd, level, name, &value, &length) < 0 ? -1 : value;
}

short level(int fd) {
    pollfd entry{fd, POLLIN | POLLOUT, 0};
    net::poll(&entry, 1, 0);
    return entry.revents;
}

void corners(const sockaddr_in& server) {
    sockaddr_in name{};
    const int fd = open_at(0, name);
    char room[8];
    say("send without a peer", net::send(fd, "x", 1, 0));
    say("listen", net::listen(fd, 1));
    say("nothing there", net::recv(fd, room, sizeof room, MSG_DONTWAIT));
    say("too long", net::sendto(fd, std::string(65508, 'x').data(), 65508, 0,
                                reinterpret_cast<const sockaddr*>(&server), sizeof server));
    say("bind again", net::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name));
    send_to(fd, "to myself", name);
    pollfd entry{fd, POLLIN, 0};
    net::poll(&entry, 1, 5000);
    say("level", level(fd));
    int waiting = 0;
    net::ioctl(fd, FIONREAD, &waiting);
    say("FIONREAD", waiting);
    say("peek", net::recv(fd, room, sizeof room, MSG_PEEK));
    say("whole length", net::recv(fd, room, 2, MSG_TRUNC));
    say("level", level(fd));

    sockaddr_in closed_name{};
    net::close(open_at(0, closed_name));
    say("connect", net::connect(fd, reinterpret_cast<const sockaddr*>(&closed_name), sizeof closed_name));
    say("send to nobody", net::send(fd, "x", 1, 0));
    entry.events = 0;
    net::poll(&entry, 1, 5000);
    say("level", entry.revents);
    say("refused", net::recv(fd, room, sizeof room, 0));
    say("SO_ERROR", number(fd, SOL_SOCKET, SO_ERROR));
    say("SO_TYPE", number(fd, SOL_SOCKET, SO_TYPE));
    say("SO_BROADCAST", number(fd, SOL_SOCKET, SO_BROADCAST));
    say("shutdown", net::shutdown(fd, SHUT_RDWR));
    say("send", net::send(fd, "x", 1, MSG_NOSIGNAL));
    say("recv", net::recv(fd, room, sizeof room, 0));
    net::close(fd);

    int pair[2];
    say("socketpair", net::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    say("send", net::send(pair[0], "to the other", 12, 0));
    say("recv", net::recv(pair[1], room, sizeof room, MSG_TRUNC));
    net::close(pair[0]);
    say("send", net::send(pair[1], "x", 1, MSG_NOSIGNAL));
    net::close(pair[1]);
}

}  // namespace

int main() {
    const twice::Network network;
    sockaddr_in name{};
    const int fd = open_at(0, name);
    std::thread server(serve, fd);
    for (const char* file : {"empty", "exact", "alphabet", "nothing"}) fetch(file, name);
    corners(name);
    send_to(fd, "end", name);
    server.join();
    net::close(fd);
    return 0;
}
