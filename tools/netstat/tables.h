// The tables of sluice-netstat, from the rows a program tells, in the layout of the tool of that name.
#pragma once

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace sluice::netstat {

struct Choice {
    bool listening = false;  // -l
    bool all = false;        // -a
    bool tcp = true;
    bool udp = true;
    bool numeric = false;   // -n
    bool timers = false;    // -o
    bool programs = false;  // -p
    bool tcp_info = false;  // --tcp-info
};

// The name of a port for a protocol; empty: it has none.
using ServiceName = std::function<std::string(int port, const std::string& protocol)>;

std::string sockets_table(const nlohmann::json& answer, const Choice& choice, const ServiceName& service);
// Handle, type, state and ends of each socket.
std::string handles_table(const nlohmann::json& answer);
// The file a program's control socket is, in the layout of UNIX sockets.
std::string control_table(const std::string& path);
// The well-known ports every lesson names, with their transport.
std::string services_table();
// Every arrow of RFC 9293 figure 5 as the stack draws it, with how often it was taken.
std::string diagram(const nlohmann::json& moves);
std::string statistics(const nlohmann::json& counters, const nlohmann::json& drops);

}  // namespace sluice::netstat
