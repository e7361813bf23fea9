// The command line every networked program takes: what it accepts, and the one line a bad value gets.
#include "apps/common/options.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>

#include "apps/common/failure.h"
#include "support/temporary_file.h"

using namespace sluice;
using namespace sluice::common;

namespace {

struct Line {
    NetworkOptions options;
    std::string error;  // empty: accepted

    explicit Line(std::vector<std::string> words) {
        CLI::App app("test");
        add_network_options(app, options);
        std::reverse(words.begin(), words.end());  // as CLI11 wants them
        try {
            app.parse(words);
        } catch (const CLI::Error& failed) {
            error = failed.what();
        }
    }
};

std::string refusal(const std::string& option, const std::string& value) {
    return Line({option, value}).error;
}

}  // namespace

TEST_CASE("without options a stack is 192.0.2.2/24 on sluice0") {
    const Line line({});
    CHECK(line.error.empty());
    CHECK(line.options.tap == "sluice0");
    CHECK(wire::to_text(line.options.address) == "192.0.2.2/24");
    CHECK_FALSE(line.options.gateway);
    CHECK(wire::to_text(mac_for(line.options.address.address)) == "02:00:c0:00:02:02");
}

TEST_CASE("every option is taken") {
    const Line line({"--tap",       "t1",
                     "--address",   "198.51.100.7/28",
                     "--gateway",   "198.51.100.1",
                     "--mac",       "02:00:00:00:00:09",
                     "--mtu",       "9000",
                     "--log",       "-",
                     "--log-level", "3",
                     "--pcap",      "x.pcapng",
                     "--control",   "c",
                     "--seed",      "18446744073709551615",
                     "--offload",   "on",
                     "--user",      "nobody",
                     "--tap-fd",    "5"});
    CHECK(line.error == "");
    CHECK(line.options.tap == "t1");
    CHECK(line.options.tap_fd == 5);
    CHECK(wire::to_text(line.options.address) == "198.51.100.7/28");
    CHECK(line.options.gateway == wire::Address::v4(198, 51, 100, 1));
    CHECK(wire::to_text(line.options.mac.value()) == "02:00:00:00:00:09");
    CHECK(line.options.mtu == 9000);
    CHECK(line.options.log == "-");
    CHECK(line.options.log_level == 3);
    CHECK(line.options.pcap == "x.pcapng");
    CHECK(line.options.seed == ~std::uint64_t{0});
    CHECK(line.options.offload);
    CHECK(line.options.user == "nobody");
}

TEST_CASE("a bad value names the option and what it accepts, in one line") {
    CHECK(refusal("--mtu", "67") == "--mtu: '67' is not a number from 68 to 65535");
    CHECK(refusal("--mtu", "9k") == "--mtu: '9k' is not a number from 68 to 65535");
    CHECK(refusal("--mtu", "") == "--mtu: '' is not a number from 68 to 65535");
    CHECK(refusal("--log-level", "4") == "--log-level: '4' is not a number from 1 to 3");
    CHECK(refusal("--gateway", "router") == "--gateway: 'router' is not an IPv4 address, such as 192.0.2.1");
    CHECK(refusal("--offload", "maybe") == "--offload: 'maybe' is not on or off");
    CHECK(refusal("--tap", "a/b") ==
          "--tap: 'a/b' is not an interface's name (1 to 15 characters, no / : % or space)");
    const std::string address = "is not a host's address with prefix length, such as 192.0.2.2/24";
    for (const char* bad : {"192.0.2.2.3", "192.0.2.0/24", "192.0.2.255/24", "224.0.0.1/24", "127.0.0.1/8",
                            "0.0.0.1/8", "192.0.2.2/33", "192.0.2.2/0", "255.255.255.255"})
        CHECK(refusal("--address", bad) == fmt::format("--address: '{}' {}", bad, address));
    for (const char* bad :
         {"01:00:00:00:00:01", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "2:0", "02:00:c0:00:02:0g"})
        CHECK(refusal("--mac", bad) ==
              fmt::format("--mac: '{}' is not a station's hardware address, such as 02:00:c0:00:02:02", bad));
    CHECK(refusal("--seed", "-1") == "--seed: '-1' is not a number from 0 to 2^64-1");
}

TEST_CASE("--set changes a setting by name, in both layers when both have it") {
    const Line line({"--set", "rto_min=1s", "--set", "hop_limit=9", "--set", "tcp.nagle=off", "--set",
                     "net.arp_tries=7"});
    CHECK(line.error == "");
    CHECK(line.options.tcp.rto_min == 1s);
    CHECK(line.options.tcp.hop_limit == 9);
    CHECK(line.options.net.hop_limit == 9);
    CHECK_FALSE(line.options.tcp.nagle);
    CHECK(line.options.net.arp_tries == 7);
    const Line one({"--set", "net.hop_limit=9"});
    CHECK(one.options.net.hop_limit == 9);
    CHECK(one.options.tcp.hop_limit == 64);
    const Line other({"--set", "tcp.hop_limit=9"});
    CHECK(other.options.net.hop_limit == 64);
    CHECK(other.options.tcp.hop_limit == 9);
}

TEST_CASE("--set refuses unknown names and values out of range") {
    CHECK(refusal("--set", "nagel=on") == "--set: 'nagel' is not a setting (see --list-settings)");
    CHECK(refusal("--set", "net.rto_min=1s") == "--set: 'rto_min' is not a setting (see --list-settings)");
    CHECK(refusal("--set", "rto_min") == "--set: 'rto_min' is not name=value (see --list-settings)");
    CHECK(refusal("--set", "rto_min=0s") ==
          "--set: 'rto_min=0s' is not a duration from 1ms to 1min such as 200ms");
    CHECK(refusal("--set", "arp_tries=101") == "--set: 'arp_tries=101' is not a number from 1 to 100");
    CHECK(refusal("--set", "nagle=2") == "--set: 'nagle=2' is not on or off");
}

TEST_CASE("--set profile sets what that system has, and what is named later stands") {
    const Line line({"--set", "rack=on", "--set", "profile=bsd", "--set", "rto_min=1s"});
    CHECK_FALSE(line.options.tcp.rack);
    CHECK(line.options.tcp.congestion == tcp::Congestion::reno);
    CHECK(line.options.tcp.rto_min == 1s);
    CHECK(Line({"--set", "tcp.profile=linux"}).options.tcp.receive_buffer == 65535);
    CHECK(refusal("--set", "profile=plan9") == "--set: 'profile=plan9' is not linux or bsd");
    CHECK(refusal("--set", "net.profile=bsd") == "--set: 'profile' is not a setting (see --list-settings)");
}

TEST_CASE("every setting is listed with its value and range") {
    NetworkOptions options;
    apply_set(options, "rto_min=250ms");
    const std::string text = settings_text(options);
    CHECK(text.find("\ntcp.rto_min                    250ms       1ms to 1min") != std::string::npos);
    CHECK(text.find("\nnet.hop_limit                  64          1 to 255") != std::string::npos);
    CHECK(text.find("\ntcp.nagle                      on          on or off") != std::string::npos);
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    CHECK(lines == net::setting_rows().size() + tcp::setting_rows().size() + udp::setting_rows().size() + 1);
    CHECK(text.find("\ntcp.profile ") != std::string::npos);
}

TEST_CASE("--list-settings shows what --set chose and needs nothing else") {
    NetworkOptions options;
    CLI::App app("test");
    std::string needed;
    app.add_option("needed", needed)->required();
    add_network_options(app, options);
    CHECK_THROWS_WITH_AS(app.parse("--list-settings --set rto_min=250ms"), doctest::Contains("250ms"),
                         CLI::Success);
    CHECK(options.tcp.rto_min == 250ms);
}

TEST_CASE("the gateway must be another host of the network") {
    for (const char* bad : {"192.0.3.1", "192.0.2.2", "192.0.2.255"}) {
        const Line line({"--gateway", bad});
        CHECK(line.error.empty());
        CHECK_THROWS_AS(check_network_options(line.options), Failure);
    }
    CHECK_NOTHROW(check_network_options(Line({"--gateway", "192.0.2.254"}).options));
}

TEST_CASE("options may come from an ini file; the command line wins") {
    std::optional<test::TemporaryFile> file(std::in_place);
    const std::string path = file->path();
    file->write("tap=t9\nmtu=1400\nset=[\"rto_min=2s\", \"nagle=off\"]\n");
    const Line line({"--config", path, "--mtu", "1300"});
    CHECK(line.error == "");
    CHECK(line.options.tap == "t9");
    CHECK(line.options.mtu == 1300);
    CHECK(line.options.tcp.rto_min == 2s);
    CHECK_FALSE(line.options.tcp.nagle);
    file->write("mtu=1\n");
    CHECK(Line({"--config", path}).error == "--mtu: '1' is not a number from 68 to 65535");
    file.reset();
    CHECK(Line({"--config", path}).error != "");
}

TEST_CASE("numbers and seconds of a program's own options") {
    CLI::App app("test");
    std::uint64_t count = 0;
    Duration interval{};
    add_number(app, "-c,--count", count, 1, 10, "");
    add_seconds(app, "-i,--interval", interval, 1ms, 1h, "");
    const auto parse = [&](const std::string& line) -> std::string {
        try {
            app.parse(line);
        } catch (const CLI::Error& failed) {
            return failed.what();
        }
        return {};
    };
    CHECK(parse("-c 7 -i 0.25") == "");
    CHECK(count == 7);
    CHECK(interval == 250ms);
    CHECK(parse("-c 11") == "--count: '11' is not a number from 1 to 10");
    CHECK(parse("-i nan") == "--interval: 'nan' is not a number of seconds from 0.001 to 3600");
    CHECK(parse("-i 1e99") == "--interval: '1e99' is not a number of seconds from 0.001 to 3600");
    CHECK(parse("-i 1s") == "--interval: '1s' is not a number of seconds from 0.001 to 3600");
}
