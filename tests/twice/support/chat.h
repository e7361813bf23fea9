// A room where what one says the others hear, without its server loop: each program brings its own.
#pragma once

#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "twice/support/twice.h"

namespace twice {

// The people in the room, by descriptor. Lines come in pieces.
class Room {
public:
    void enter(int fd) {
        lines_[fd];
        say_to_others(fd, "somebody came\n");
    }
    // What `fd` sent. False: it went away.
    bool hear(int fd) {
        char octets[64];
        const ssize_t got = net::recv(fd, octets, sizeof octets, 0);
        if (got <= 0) return false;
        std::string& line = lines_[fd];
        for (ssize_t i = 0; i < got; ++i) {
            line += octets[i];
            if (octets[i] != '\n') continue;
            say_to_others(fd, line);
            line.clear();
        }
        return true;
    }
    void leave(int fd) {
        lines_.erase(fd);
        net::close(fd);
        say_to_others(fd, "somebody went\n");
    }
    bool is_empty() const { return lines_.empty(); }

private:
    void say_to_others(int fd, const std::string& line) {
        for (const auto& [other, kept] : lines_)
            if (other != fd) net::send(other, line.data(), line.size(), MSG_NOSIGNAL);
    }
    std::map<int, std::string> lines_;
};

inline std::string read_line(int fd) {
    std::string line;
    char octet = 0;
    while (net::recv(fd, &octet, 1, 0) == 1 && octet != '\n') line += octet;
    return line;
}

// Three people talk; `serve(listener)` runs beside them until the room is empty again.
template <typename Serve>
void chat(Serve serve) {
    const int listener = net::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    net::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    net::listen(listener, 8);
    socklen_t length = sizeof address;
    net::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    std::thread server([&] { serve(listener); });

    std::vector<int> people;
    for (int i = 0; i < 3; ++i) {
        const int fd = net::socket(AF_INET, SOCK_STREAM, 0);
        std::printf("connect: %d\n",
                    net::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
        for (const int other : people) std::printf("heard: %s\n", read_line(other).c_str());
        // One more word of the newcomer, which the others hear before the next one comes.
        if (!people.empty()) net::send(fd, "hello\n", 6, 0);
        for (const int other : people) std::printf("heard: %s\n", read_line(other).c_str());
        people.push_back(fd);
    }
    const std::string long_line = std::string(200, '-') + "\n";
    for (const std::string line : {"how are you?\n", "in ", "pieces\n", long_line.c_str()}) {
        net::send(people[1], line.data(), line.size(), 0);
        if (line.back() != '\n') continue;
        std::printf("first heard: %s\n", read_line(people[0]).c_str());
        std::printf("third heard: %s\n", read_line(people[2]).c_str());
    }
    net::shutdown(people[0], SHUT_WR);
    std::printf("first reads on: %s\n", read_line(people[0]).c_str());
    net::close(people[0]);
    std::printf("second heard: %s\n", read_line(people[1]).c_str());
    std::printf("third heard: %s\n", read_line(people[2]).c_str());
    net::close(people[1]);
    std::printf("third heard: %s\n", read_line(people[2]).c_str());
    net::close(people[2]);
    server.join();
    net::close(listener);
}

}  // namespace twice
