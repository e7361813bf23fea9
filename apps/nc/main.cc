// sluice-nc [-u] HOST PORT, sluice-nc -l [-u] PORT: joins standard input and output to a connection of the Sluice stack, with the
// options of nc(1).
#include <unistd.h>

#include <csignal>

#include "apps/common/names.h"
#include "apps/nc/nc.h"

int main(int argc, char** argv) {
    using namespace sluice;
    using namespace std::chrono_literals;
    std::signal(SIGPIPE, SIG_IGN);  // A closed standard output is an end, not a death.
    CLI::App app("Joins standard input and output to a connection of the Sluice stack");
    nc::Options options;
    common::NameOptions name_options;
    std::vector<std::string> words;
    app.add_option("words", words, "HOST PORT[-PORT], or with -l PORT")
        ->expected(1, 2)
        ->required()
        ->type_name("");
    app.add_flag("-l", options.listens, "listen");
    app.add_flag("-k", options.keeps, "with -l: listen again after each connection");
    app.add_flag("-u", options.is_udp, "UDP");
    app.add_flag("-z", options.only_scans, "only tell whether the ports are open");
    app.add_flag("-v", options.is_verbose, "tell about connections");
    app.add_flag("-d", options.no_input, "do not read standard input");
    common::add_number(app, "-p", options.local_port, 1, 65535, "port to come from");
    app.add_option("--oob", options.urgent, "send this as urgent data first")->type_name("TEXT");
    common::add_seconds(app, "-w", options.patience, 1ms, 24h,
                        "give up connecting, or being idle, after this");
    common::add_name_options(app, name_options);
    return common::run_parsed(app, argc, argv, [&](const common::NetworkOptions& network) {
        nc::read_words(words, options);
        const auto names = common::read_names(name_options);
        common::Program program(network);
        if (!options.listens) options.address = common::address_of(program, names, options.host);
        const int code = nc::run(program, options);
        program.finish(options.patience == Duration::max() ? 10s : options.patience);
        return code;
    });
}
