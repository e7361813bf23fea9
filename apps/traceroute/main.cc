// sluice-traceroute HOST: the routers on the way, found by packets that live one hop longer each time, with the options and the
// output of traceroute(8).
#include "apps/common/names.h"
#include "apps/traceroute/traceroute.h"

int main(int argc, char** argv) {
    using namespace sluice;
    using namespace std::chrono_literals;
    CLI::App app("Shows the routers on the way from the Sluice stack to a host");
    traceroute::Options options;
    common::NameOptions name_options;
    app.add_option("host", options.host, "IPv4 address or name")->required()->type_name("HOST");
    common::add_number(app, "-f,--first", options.first_hop, 1, 255, "hop to begin with (default 1)");
    common::add_number(app, "-m,--max-hops", options.hops_most, 1, 255, "hops at most (default 30)");
    common::add_number(app, "-q,--queries", options.queries, 1, 10, "probes for each hop (default 3)");
    common::add_seconds(app, "-w,--wait", options.patience, 1ms, 1min, "wait for an answer (default 5)");
    common::add_number(app, "-p,--port", options.port, 1, 65000, "first UDP port (default 33434)");
    app.add_flag("-I,--icmp", options.by_icmp, "by ICMP echo instead of UDP");
    app.add_flag("-n", options.numeric, "addresses only");
    common::add_name_options(app, name_options);
    return common::run_parsed(app, argc, argv, [&](const common::NetworkOptions& network) {
        const auto names = common::read_names(name_options);
        common::Program program(network);
        options.address = common::address_of(program, names, options.host);
        return traceroute::Traceroute(program, options).run();
    });
}
