// sluice-dig [@SERVER] NAME [TYPE] [+SWITCH...]: asks a name server from the Sluice stack, as dig does.
#include "apps/common/program.h"
#include "apps/dig/dig.h"

namespace {

using namespace sluice;

posix::dns::Config must_read(const std::string& resolv_conf) {
    auto config = posix::dns::read_resolv_conf(resolv_conf);
    if (!config) throw common::Failure(common::exit_environment, resolv_conf + ": cannot be read");
    return std::move(*config);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Asks name servers from the Sluice stack");
    dig::Options options;
    std::vector<std::string> words;
    std::string resolv_conf = "/etc/resolv.conf";
    std::string hosts = "/etc/hosts";
    app.add_option("words", words, "[@server] name [type] [+trace +short +tcp +norecurse +time=S +tries=N]")
        ->required()
        ->type_name("");
    app.add_flag("--stub", options.stub, "ask as programs do: hosts file, search list, name servers");
    app.add_option("--resolv-conf", resolv_conf,
                   "where servers and search list stand (default /etc/resolv.conf)")
        ->type_name("FILE");
    app.add_option("--hosts", hosts, "the hosts file of --stub (default /etc/hosts)")->type_name("FILE");
    return common::run_parsed(app, argc, argv, [&](const common::NetworkOptions& network) {
        dig::read_words(words, options);
        // Before privileges are given up.
        if (options.server.port == 0) options.names = must_read(resolv_conf);
        options.names.hosts = hosts;
        if (options.server.port != 0) options.names.servers = {options.server};
        if (options.names.servers.empty())
            throw common::Failure(common::exit_usage, resolv_conf + " names no IPv4 server; use @ADDRESS");
        options.server = options.names.servers.front();
        common::Program program(network);
        posix::Host host(program.loop());
        posix::use(&host);
        host.set_names(options.names);
        const int code = dig::run(host, options);
        host.finish(std::chrono::seconds(1));
        posix::use(nullptr);
        return code;
    });
}
