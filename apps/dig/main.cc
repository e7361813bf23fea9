// sluice-dig [@SERVER] NAME [TYPE] [+SWITCH...]: asks a name server from the Sluice stack, as dig does.
#include "apps/common/names.h"
#include "apps/dig/dig.h"

int main(int argc, char** argv) {
    using namespace sluice;
    CLI::App app("Asks name servers from the Sluice stack");
    dig::Options options;
    std::vector<std::string> words;
    common::NameOptions name_options;
    app.add_option("words", words, "[@server] name [type] [+trace +short +tcp +norecurse +time=S +tries=N]")
        ->required()
        ->type_name("");
    app.add_flag("--stub", options.stub, "ask as programs do: hosts file, search list, name servers");
    common::add_name_options(app, name_options);
    return common::run_parsed(app, argc, argv, [&](const common::NetworkOptions& network) {
        dig::read_words(words, options);
        options.names = common::read_names(name_options);
        if (options.server.port != 0) options.names.servers = {options.server};
        if (options.names.servers.empty())
            throw common::Failure(common::exit_usage,
                                  name_options.resolv_conf + " names no IPv4 server; use @ADDRESS");
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
