// sluice-ping HOST: ICMP echo from the stack, with the options and the output of ping(8).
#include "apps/common/names.h"
#include "apps/ping/ping.h"

int main(int argc, char** argv) {
    using namespace sluice;
    using namespace std::chrono_literals;
    CLI::App app("Sends ICMP echo requests from the Sluice stack");
    ping::Options options;
    bool is_df = false;
    app.add_option("host", options.host, "IPv4 address or name")->required()->type_name("HOST");
    common::add_number(app, "-c,--count", options.count, 1, 1'000'000'000'000,
                       "stop after this many requests");
    common::add_seconds(app, "-i,--interval", options.interval, 1ms, 1h, "time between requests (default 1)");
    common::add_number(app, "-s,--size", options.size, 0, 65507, "octets of data (default 56)");
    common::add_seconds(app, "-W,--timeout", options.patience, 1ms, 24h,
                        "wait for the first reply (default 10)");
    common::add_number(app, "-t,--ttl", options.hop_limit, 1, 255, "time to live");
    app.add_option("-M", "do: never fragment; dont, want: fragment when needed")
        ->type_name("do|dont|want")
        ->check(CLI::IsMember({"do", "dont", "want"}))
        ->each([&is_df](const std::string& text) { is_df = text == "do"; });
    app.add_flag("-q,--quiet", options.is_quiet, "only the summary");
    common::NameOptions name_options;
    common::add_name_options(app, name_options);
    return common::run_parsed(app, argc, argv, [&](const common::NetworkOptions& network) {
        const auto names = common::read_names(name_options);
        options.dont_fragment = is_df;
        common::Program program(network);
        options.address = common::address_of(program, names, options.host);
        return ping::Ping(program, options).run();
    });
}
