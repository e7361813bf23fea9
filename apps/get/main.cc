// sluice-get URL: fetches by HTTP/1.1 over the POSIX-shaped face of the Sluice stack, with curl's options and exit codes.
#include <csignal>
#include <cstdlib>

#include "apps/common/names.h"
#include "apps/get/options.h"
#include "apps/get/run.h"
#include "posix/host.h"

namespace {

using namespace sluice;

// The fetching happens on this thread, the stack runs on the Host's.
int fetch(common::Program& program, const get::Options& options, const posix::dns::Config& names) {
    posix::Host host(program.loop());
    posix::use(&host);
    host.set_names(names);
    const int code = get::run(options, common::look_up);
    host.finish(std::chrono::seconds(1));
    posix::use(nullptr);
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // A closed standard output is exit code 23, not a death.
    CLI::App app("Fetches URLs by HTTP/1.1 on the Sluice stack");
    get::Options options;
    get::add_options(app, options);
    common::NameOptions name_options;
    common::add_name_options(app, name_options);
    return common::run_parsed(app, argc, argv, [&](common::NetworkOptions network) {
        get::check(options);
        if (options.parse) return get::run(options, common::look_up);
        const auto names = common::read_names(name_options);
        // What is fetched belongs to whoever called: root's files stay writable for root, without root's powers.
        if (network.user.empty() && std::getenv("SUDO_USER") == nullptr) network.user = "root";
        common::Program program(network);
        const int code = fetch(program, options, names);
        program.check();
        return program.signal() == 0 ? code : 128 + program.signal();
    });
}
