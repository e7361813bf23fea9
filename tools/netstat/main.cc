// sluice-netstat [-alntuopsi] [-r] [--fds] [--diagram] [--services] [--watch [--sort NAME] [--filter TEXT]] --control PATH: what a
// running program's stack holds, in the layout of netstat.
#include <fmt/format.h>
#include <netdb.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <limits>
#include <thread>

#include "apps/common/control/client.h"
#include "apps/common/control/routes_table.h"
#include "apps/common/program.h"
#include "tools/netstat/tables.h"
#include "tools/netstat/watch.h"

namespace {

using namespace sluice;

struct Options {
    std::string control = common::usual_control;
    netstat::Choice choice;
    bool only_tcp = false;
    bool only_udp = false;
    bool routes = false;
    bool statistics = false;
    bool handles = false;
    bool services = false;
    bool diagram = false;
    bool continuous = false;
    bool watch = false;
    netstat::WatchChoice watched;
};

std::string service_of(int port, const std::string& protocol) {
    const servent* found = ::getservbyport(htons(static_cast<std::uint16_t>(port)), protocol.c_str());
    return found ? found->s_name : "";
}

std::string page(const Options& options) {
    if (options.services) return netstat::services_table();
    if (options.handles) return netstat::handles_table(common::ask_program(options.control, "sockets"));
    if (options.diagram) return netstat::diagram(common::ask_program(options.control, "moves"));
    if (options.routes) return common::routes_table(common::ask_program(options.control, "routes"));
    if (options.statistics)
        return netstat::statistics(common::ask_program(options.control, "counters"),
                                   common::ask_program(options.control, "drops"));
    const std::string sockets =
        netstat::sockets_table(common::ask_program(options.control, "sockets"), options.choice, service_of);
    const bool all_kinds = options.choice.all && options.choice.tcp && options.choice.udp;
    return sockets + (all_kinds ? netstat::control_table(options.control) : "");
}

netstat::Moment moment_of(const Options& options) {
    return {.sockets = common::ask_program(options.control, "sockets"),
            .links = common::ask_program(options.control, "links"),
            .drops = common::ask_program(options.control, "drops")};
}

// Once a second until it is interrupted; where nobody watches, once.
void watch(const Options& options) {
    netstat::Watch watched;
    netstat::WatchChoice choice = options.watched;
    const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
    choice.colours = is_terminal && std::getenv("NO_COLOR") == nullptr;
    choice.lines = std::numeric_limits<unsigned>::max();
    for (;;) {
        winsize size{};
        if (is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
            choice.lines = size.ws_row;
        const std::string screen = watched.screen(moment_of(options), choice);
        fmt::print("{}{}", is_terminal ? "\033[H\033[2J" : "", screen);
        std::fflush(stdout);
        if (!is_terminal) return;
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
}

void show(const Options& options) {
    for (;;) {
        fmt::print("{}", page(options));
        std::fflush(stdout);
        if (!options.continuous) return;
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("--control", options.control, "the program's control socket (default /run/sluice.control)")
        ->envname("SLUICE_CONTROL")
        ->type_name("PATH");
    app.add_flag("-a,--all", options.choice.all, "servers and connections");
    app.add_flag("-l,--listening", options.choice.listening, "servers only");
    app.add_flag("-n,--numeric", options.choice.numeric, "numbers instead of names of services");
    app.add_flag("-t,--tcp", options.only_tcp, "TCP only");
    app.add_flag("-u,--udp", options.only_udp, "UDP and raw sockets only");
    app.add_flag("-o,--timers", options.choice.timers, "the timer that runs, seconds left, retransmissions");
    app.add_flag("-p,--programs", options.choice.programs, "program and handle");
    app.add_flag("-i,--tcp-info", options.choice.tcp_info, "a second line for each connection");
    app.add_flag("-r,--route", options.routes, "the routing table");
    app.add_flag("-s,--statistics", options.statistics, "counters, and what was dropped and why");
    app.add_flag("--fds", options.handles, "handle, type and state of each socket");
    app.add_flag("--diagram", options.diagram, "the state diagram, with how often each arrow was taken");
    app.add_flag("--services", options.services, "well-known ports; asks no program");
    app.add_flag("-c,--continuous", options.continuous, "again each second");
    app.add_flag("--watch", options.watch,
                 "connections as they go, once a second; once where there is no terminal");
    app.add_option("--sort", options.watched.sort, "with --watch: the largest of it first")
        ->check(CLI::IsMember(netstat::sort_names))
        ->needs("--watch");
    app.add_option("--filter", options.watched.filter,
                   "with --watch: only where addresses, state or phase contain it")
        ->type_name("TEXT")
        ->needs("--watch");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Shows the sockets of a running program on the Sluice stack");
    Options options;
    add_options(app, options);
    return common::run_tool(app, argc, argv, [&options] {
        options.choice.tcp = options.only_tcp || !options.only_udp;
        options.choice.udp = options.only_udp || !options.only_tcp;
        options.watch ? watch(options) : show(options);
        return 0;
    });
}
