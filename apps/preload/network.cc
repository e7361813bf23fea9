#include "apps/preload/network.h"

#include <errno.h>
#include <fmt/format.h>

#include <cstdlib>

#include "apps/common/failure.h"
#include "apps/common/options.h"
#include "apps/common/outputs.h"
#include "apps/preload/route.h"
#include "host/tap.h"
#include "posix/sockets.h"

namespace sluice::preload {
namespace {

// How long the end of the process waits for the peers' acknowledgements.
constexpr Duration finish_most = 2s;

// One argument on each line of SLUICE_OPTIONS.
std::vector<std::string> arguments() {
    std::vector<std::string> found;
    const char* const text = std::getenv("SLUICE_OPTIONS");
    std::string_view rest = text ? text : "";
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        found.emplace(found.begin(), rest.substr(0, end));  // CLI11 takes them from the back
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return found;
}

// --log, --qlog, --pcap and --trace-layers, as long as there is a Stack.
struct Watched {
    Watched(const common::NetworkOptions& wanted, Stack& stack, host::Loop& loop, const host::Clock& clock)
        : options(wanted), outputs(options, stack, loop, clock, options.tap) {
        loop.set_before_sleep([this] { outputs.write(); });
    }
    const common::NetworkOptions options;
    common::Outputs outputs;
};

posix::AttachOptions attach_options(const common::NetworkOptions& options) {
    posix::AttachOptions wanted;
    wanted.address = options.address;
    wanted.gateway = options.gateway;
    wanted.mac = options.mac;
    wanted.stack.net = options.net;
    wanted.stack.tcp = options.tcp;
    wanted.stack.udp = options.udp;
    wanted.keep_seed = options.seed.has_value();
    if (options.seed) wanted.stack.seed = Random(*options.seed).key();
    wanted.finish = finish_most;
    wanted.make_watcher = [options](Stack& stack, host::Loop& loop, const host::Clock& clock) {
        return std::make_shared<Watched>(options, stack, loop, clock);
    };
    return wanted;
}

}  // namespace

void Complaint::say(std::string_view text) {
    if (said_.test_and_set()) return;
    const int kept = errno;
    const std::string line = fmt::format("{}: sluice: {}\n", program_invocation_short_name, text);
    [[maybe_unused]] const auto written = SLUICE_NEXT(write)(STDERR_FILENO, line.data(), line.size());
    errno = kept;
}

// Empty, or why not.
std::string Network::attach() {
    CLI::App app("sluice-preload");
    common::NetworkOptions options;
    std::string resolv_conf = "/etc/resolv.conf";
    common::add_network_options(app, options);
    app.add_option("--resolv-conf", resolv_conf);
    try {
        app.parse(arguments());
        common::check_network_options(options);
        if (!options.control.empty() || !options.links.empty())
            return "--control and --link are not offered here";
        host::TapOptions wanted;
        wanted.name = options.tap;
        wanted.descriptor = options.tap_fd;
        wanted.mtu = options.mtu;
        wanted.offload = options.offload;
        auto tap = common::must(host::Tap::open(wanted));
        attachment_ = common::must(posix::attach(std::move(tap), attach_options(options)));
    } catch (const std::exception& error) {
        return error.what();
    }
    attachment_->host().set_names(posix::dns::read_resolv_conf(resolv_conf).value_or(posix::dns::Config()));
    owner_ = getpid();
    return {};
}

bool Network::is_up() {
    if (!is_mine()) {
        refuse_child();
        return false;
    }
    std::call_once(tried_, [this] {
        const Inside inside;
        if (const std::string reason = attach(); !reason.empty()) no_network_.say(reason);
    });
    return attachment_ != nullptr;
}

void Network::refuse_child() {
    child_.say("only the process that opened the sockets can use them, no child after fork()");
}

void Network::end() {
    // Inside: an exit() out of a signal handler, while a call of this thread holds the stack.
    if (!attachment_ || owner_ != getpid() || Inside::is_on()) return;
    const Inside inside;
    for (const int number : posix::Descriptors::all().numbers()) posix::close(number);
    attachment_.reset();
}

// Never destroyed: threads may make calls while the process ends.
Network& network() {
    static Network* const network = new Network;
    return *network;
}

}  // namespace sluice::preload
