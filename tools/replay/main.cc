// sluice-replay RECORDING: what a program wrote with --record, played again. Same trace, byte for byte, without device, kernel
// or clock; step by step, or as a script test, if wished.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "apps/common/failure.h"
#include "tools/replay/playing.h"
#include "tools/replay/script.h"
#include "tools/replay/steps.h"

namespace {

using namespace sluice;

struct Options {
    std::string file;
    replay::Outputs outputs;
    bool steps = false;
    bool scripts = false;
    std::uint32_t connection = 0;
};

void add_options(CLI::App& app, Options& options) {
    app.add_option("RECORDING", options.file, "a file written with --record")->required();
    app.add_option("--log", options.outputs.log, "write the trace as text (default: to standard output)")
        ->type_name("FILE|-");
    app.add_option("--log-level", options.outputs.log_level,
                   "1 changes, 2 every segment (default), 3 everything")
        ->check(CLI::Range(1, 3));
    app.add_option("--qlog", options.outputs.qlog, "write the trace as qlog")->type_name("FILE|-");
    app.add_option("--pcap", options.outputs.pcap, "write a capture")->type_name("FILE");
    app.add_flag("--step", options.steps, "walk through it; Enter for the next step, ? for more");
    app.add_flag("--script", options.scripts, "write a connection as the source of a script test");
    app.add_option("-c,--connection", options.connection,
                   "with --step: show only this one; with --script: which (default the first)")
        ->type_name("N");
}

int run(const Options& options) {
    if (options.scripts) {
        fmt::print("{}", replay::script_of(replay::read_whole(options.file), options.connection));
        return 0;
    }
    replay::Outputs outputs = options.outputs;
    if (!options.steps && outputs.qlog.empty() && outputs.pcap.empty() && outputs.log.empty())
        outputs.log = "-";
    replay::Playing playing(options.file, outputs);
    if (options.steps) replay::walk(playing, std::cin, isatty(STDIN_FILENO) == 1, options.connection);
    while (!options.steps && playing.step()) {
    }
    playing.finish();
    const recording::Player& player = playing.player();
    std::fflush(stdout);
    if (!player.failure().empty()) throw common::Failure(common::exit_environment, player.failure());
    fmt::print(stderr, "{} entrances, {} frames left as they did then\n", player.played(),
               player.frames_out());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Plays again what a program on the Sluice stack recorded", "sluice-replay");
    Options options;
    add_options(app, options);
    try {
        app.parse(argc, argv);
        return run(options);
    } catch (const CLI::Success& success) {
        return app.exit(success);
    } catch (const CLI::Error& error) {
        fmt::print(stderr, "sluice-replay: {}\n", error.what());
        return common::exit_usage;
    } catch (const common::Failure& failure) {
        fmt::print(stderr, "sluice-replay: {}\n", failure.what());
        return failure.exit_code();
    }
}
