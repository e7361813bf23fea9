// The options every networked program takes, and helpers for options of its own: a bad value gets one line that names
// the option and what it accepts, and exit code 2.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/settings.h"
#include "tcp/settings.h"
#include "udp/settings.h"
#include "wire/address.h"

namespace sluice::common {

// One more TAP with an address of its own: --link NAME=A/P.
struct LinkOption {
    std::string tap;
    wire::Prefix address;
};

struct NetworkOptions {
    NetworkOptions();

    std::string tap = "sluice0";
    int tap_fd = -1;
    wire::Prefix address{wire::Address::v4(192, 0, 2, 2), 24};
    std::vector<LinkOption> links;  // besides --tap
    std::optional<wire::Address> gateway;
    std::optional<wire::MacAddress> mac;  // else mac_for(address)
    std::uint32_t mtu = 0;                // 0: the interface's
    bool offload = false;
    Duration spin{};  // ask the device this long before sleeping
    std::string log;  // "" none, "-" standard output
    int log_level = 1;
    std::string qlog;  // "" none, "-" standard output
    std::string pcap;
    bool trace_layers = false;
    bool pcap_bare = false;             // without comments and journal rows
    std::string record;                 // all that enters the stack, for sluice-replay
    std::uint32_t record_most = 1024;   // MiB
    std::string flight;                 // reports of resets and timeouts; "-" standard error
    std::string control;                // path of the control socket
    std::string user;                   // to become when started as root
    std::optional<std::uint64_t> seed;  // else from the system
    bool leaves_file_system = false;    // by the program itself: no option
    net::Settings net;
    tcp::Settings tcp;
    udp::Settings udp;
};

// Adds them to a program's command line, in a group of their own.
void add_network_options(CLI::App& app, NetworkOptions& options);
// What no single option can judge (the gateway lies in the network). Throws Failure.
void check_network_options(const NetworkOptions& options);

// "192.0.2.2/24" with an address a host may have: neither the network's own nor its broadcast address (RFC 1122 3.2.1.3).
std::optional<wire::Prefix> host_prefix(std::string_view text);

// 02:00:c0:00:02:02 for 192.0.2.2: locally administered, one for each address.
wire::MacAddress mac_for(const wire::Address& address);

// One line of --list-settings per tunable, with its value in `options`.
std::string settings_text(const NetworkOptions& options);
// "name=value", or one folder's setting: "tcp.name=value", "udp.name=value", "net.name=value". Throws CLI::ValidationError.
void apply_set(NetworkOptions& options, std::string_view text);

// Options of a program: a whole number in a range, seconds such as 0.2, on or off.
CLI::Option* add_number(CLI::App& app, const std::string& name, std::uint64_t& value, std::uint64_t least,
                        std::uint64_t most, const std::string& help);
CLI::Option* add_seconds(CLI::App& app, const std::string& name, Duration& value, Duration least,
                         Duration most, const std::string& help);
CLI::Option* add_switch(CLI::App& app, const std::string& name, bool& value, const std::string& help);

}  // namespace sluice::common
