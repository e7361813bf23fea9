// sluice-get URL: fetches by HTTP/1.1 over the POSIX-shaped face of the Sluice stack, with curl's options and exit codes.
#include <netdb.h>
#include <netinet/in.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include "apps/common/program.h"
#include "apps/get/options.h"
#include "apps/get/run.h"
#include "posix/host.h"
#include "posix/sockets.h"

namespace {

using namespace sluice;

std::optional<wire::Address> resolve(const std::string& name) {
    addrinfo wanted{};
    wanted.ai_family = AF_INET;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (posix::getaddrinfo(name.c_str(), nullptr, &wanted, &list) != 0) return {};
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, posix::freeaddrinfo);
    const auto* address = reinterpret_cast<const sockaddr_in*>(list->ai_addr);
    return wire::Address::v4(ntohl(address->sin_addr.s_addr));
}

// The fetching happens on this thread, the stack runs on the Host's.
int fetch(common::Program& program, const get::Options& options) {
    posix::Host host(program.loop());
    posix::use(&host);
    // Names of the hosts file are known without it.
    if (auto names = posix::dns::read_resolv_conf(options.resolv_conf)) host.set_names(std::move(*names));
    const int code = get::run(options, resolve);
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
    return common::run_parsed(app, argc, argv, [&](common::NetworkOptions network) {
        get::check(options);
        if (options.parse) return get::run(options, resolve);
        // What is fetched belongs to whoever called: root's files stay writable for root, without root's powers.
        if (network.user.empty() && std::getenv("SUDO_USER") == nullptr) network.user = "root";
        common::Program program(network);
        const int code = fetch(program, options);
        program.check();
        return program.signal() == 0 ? code : 128 + program.signal();
    });
}
