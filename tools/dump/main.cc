// sluice-dump [-i LINK | -r FILE] [-n -e -v -S -t -c N -w FILE --layers --assert] [EXPRESSION]: the frames of a running program
// or of a capture, in the lines of tcpdump.
#include <fmt/format.h>
#include <pcap/pcap.h>

#include <unistd.h>

#include "apps/common/control/client.h"
#include "apps/common/program.h"
#include "tools/dump/checks.h"
#include "tools/dump/filter.h"
#include "tools/dump/lines.h"
#include "tools/dump/source.h"
#include "tools/dump/stack_of_layers.h"
#include "tools/dump/writer.h"

namespace {

using namespace sluice;

struct Options {
    std::string control = common::usual_control;
    std::string link;
    std::string file;
    std::string output;
    std::vector<std::string> words;
    dump::LineOptions lines;
    std::uint64_t count = 0;  // 0: all
    int verbosity = 0;
    int numeric = 0;
    int model = 7;
    bool layers = false;
    bool asserts = false;
    bool line_buffered = false;
};

void add_options(CLI::App& app, Options& options) {
    app.add_option("-i,--interface", options.link, "only this link of the program")->type_name("LINK");
    app.add_option("-r", options.file, "read a capture (pcap, pcapng)")->type_name("FILE");
    app.add_option("-w", options.output, "write a capture instead of lines")->type_name("FILE");
    app.add_option("--control", options.control, "the program's control socket (default /run/sluice.control)")
        ->envname("SLUICE_CONTROL")
        ->type_name("PATH");
    common::add_number(app, "-c,--count", options.count, 1, 1'000'000'000'000, "stop after this many frames");
    app.add_flag("-n", options.numeric, "ports as numbers; addresses always are");
    app.add_flag("-e", options.lines.link_header, "with the Ethernet header");
    app.add_flag("-v,--verbose", options.verbosity, "with the IPv4 header and all lines of HTTP heads");
    app.add_flag("-S,--absolute-tcp-sequence-numbers", options.lines.absolute,
                 "sequence numbers as they are");
    app.add_flag("-t", options.lines.no_time, "without the time");
    app.add_flag("-l", options.line_buffered, "write each line at once");
    app.add_flag("--layers", options.layers, "each frame as a stack of layers");
    app.add_option("--model", options.model, "with --layers: 7 layers (ISO) or 5 (TCP/IP)")
        ->check(CLI::IsMember({5, 7}));
    app.add_flag("--assert", options.asserts,
                 "check what must hold for every segment; exit code 1 if it does not");
    app.add_option("expression", options.words,
                   "which frames, as pcap-filter(7) has it, such as: host 192.0.2.1 and port 80; http: "
                   "starts of messages")
        ->type_name("EXPRESSION");
}

void show(const Options& options, dump::Lines& lines, const dump::Frame& frame) {
    fmt::print("{}\n", lines.text_of(frame));
    const auto layers = common::dissect(frame.octets);
    if (options.layers && layers) {
        const std::string device = options.file.empty() ? "TAP device " + options.link : "as captured";
        fmt::print("{}", dump::stack_of_layers(*layers, options.model, device));
    }
    if (options.line_buffered) std::fflush(stdout);
}

int verdict(const dump::Checks& checks) {
    for (const std::string& offence : checks.offences()) fmt::print("{}\n", offence);
    fmt::print("{}\n", checks.summary());
    return checks.offences().empty() ? 0 : 1;
}

int run(Options options) {
    options.lines.verbose = options.verbosity > 0;
    options.lines.numeric = options.numeric > 0;
    const dump::Filter filter(options.words);
    const auto source = options.file.empty() ? dump::open_program(options.control, options.link)
                                             : dump::open_file(options.file);
    std::optional<dump::Writer> writer;
    if (!options.output.empty()) writer.emplace(options.output);
    options.line_buffered = options.line_buffered || ::isatty(STDOUT_FILENO) == 1;
    if (!options.lines.verbose && source->is_live() && !writer)
        fmt::print(stderr, "sluice-dump: verbose output suppressed, use -v for full protocol decode\n");
    fmt::print(stderr, "{}\n", source->title());

    dump::Lines lines(options.lines);
    dump::Checks checks;
    std::uint64_t captured = 0, received = 0;
    while (options.count == 0 || captured < options.count) {
        const auto frame = source->next();
        if (!frame) break;
        ++received;
        if (!filter.takes(*frame)) continue;
        ++captured;
        const auto layers = common::dissect(frame->octets);
        if (options.asserts && layers)
            checks.take(captured, *layers);
        else if (writer)
            writer->take(*frame);
        else
            show(options, lines, *frame);
    }
    std::fflush(stdout);
    if (source->is_live())
        fmt::print(stderr,
                   "{} packets captured\n{} packets received by filter\n{} packets dropped by the program\n",
                   captured, received, source->lost());
    return options.asserts ? verdict(checks) : 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Shows the frames of a running program on the Sluice stack, or of a capture");
    Options options;
    add_options(app, options);
    return common::run_tool(app, argc, argv, [&] { return run(options); });
}
