// sluice-trace VERB TRACE: a trace (--qlog) as text, ladder, state diagram, file for qvis, capture, or count of RFC sections.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <span>

#include "apps/common/program.h"
#include "apps/common/trace_file.h"
#include "tools/trace/capture.h"
#include "tools/trace/qvis.h"
#include "tools/trace/states.h"
#include "trace/ladder.h"
#include "trace/text.h"

namespace sluice::tools {
namespace {

struct Options {
    std::string file;
    std::string output = "-";
    std::uint32_t connection = 0;  // 0: the one with most records
    int level = 3;
    bool all = false;
    bool mermaid = false;
    bool full = false;
};

void write(const Options& options, const std::string& text) {
    if (options.output == "-") {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return;
    }
    std::FILE* file = std::fopen(options.output.c_str(), "wb");
    const bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if ((file && std::fclose(file) != 0) || !written)
        throw common::Failure(common::exit_environment, fmt::format("cannot write {}", options.output));
}

// The connection asked for, or the one with the most records.
std::uint32_t chosen(const Options& options, const common::TraceFile& trace) {
    std::map<std::uint32_t, std::size_t> counts;
    for (const TraceRecord& record : trace.records) ++counts[record.connection];
    if (options.connection != 0) {
        if (!counts.contains(options.connection))
            throw common::Failure(common::exit_environment,
                                  fmt::format("{} has no connection #{}", options.file, options.connection));
        return options.connection;
    }
    counts.erase(0);
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == counts.end() ? 0 : most->first;
}

std::vector<TraceRecord> records_of(const common::TraceFile& trace, std::uint32_t connection) {
    std::vector<TraceRecord> records;
    for (const TraceRecord& record : trace.records)
        if (record.connection == connection) records.push_back(record);
    return records;
}

std::string text_of_trace(const Options& options, const common::TraceFile& trace) {
    std::string out;
    for (std::size_t i = 0; i < trace.records.size(); ++i) {
        const TraceRecord& record = trace.records[i];
        if (trace::level_of(record) > options.level) continue;
        if (options.connection != 0 && record.connection != options.connection) continue;
        trace::append_line(out, record, trace.facts_of(i));
        out += '\n';
    }
    if (trace.lost != 0) out += fmt::format("{:>12} records lost\n", trace.lost);
    return out;
}

std::string ladder(const Options& options, const common::TraceFile& trace) {
    const std::uint32_t connection = chosen(options, trace);
    return trace::ladder_of(records_of(trace, connection), trace.newest_facts(connection),
                            {.folds = !options.full, .mermaid = options.mermaid});
}

std::string states(const Options& options) {
    std::vector<TraceRecord> records;
    if (!options.file.empty()) {
        const common::TraceFile trace = common::read_trace_file(options.file);
        records = records_of(trace, chosen(options, trace));
    }
    return options.mermaid ? states_as_mermaid(records) : states_as_dot(records);
}

std::string rules(const common::TraceFile& trace) {
    std::map<std::string_view, std::size_t> counts;
    for (const TraceRecord& record : trace.records) {
        if (record.rule != Rule::none) ++counts[text_of(record.rule)];
        if (record.rule == Rule::none && record.reason != Reason::none) ++counts[clause_of(record.reason)];
    }
    std::string out;
    for (const auto& [rule, count] : counts) out += fmt::format("{:<20} {:>9}\n", rule, count);
    return out;
}

void add_verbs(CLI::App& app, Options& options) {
    const auto verb = [&](const char* name, const char* help, bool needs_file = true) {
        CLI::App* sub = app.add_subcommand(name, help);
        sub->add_option("TRACE", options.file, "a file written with --qlog; - is standard input")
            ->required(needs_file);
        sub->add_option("-o,--output", options.output, "where to write (default standard output)")
            ->type_name("FILE");
        return sub;
    };
    const auto connection = [&](CLI::App* sub, const char* help) {
        sub->add_option("-c,--connection", options.connection, help)->type_name("N");
    };
    CLI::App* text = verb("text", "one line per record, as --log writes them");
    text->add_option("-l,--level", options.level, "1 changes, 2 every segment, 3 everything (default)")
        ->check(CLI::Range(1, 3));
    connection(text, "only this connection");
    CLI::App* drawn = verb("ladder", "one connection as a ladder");
    connection(drawn, "which (default: the one with most records)");
    drawn->add_flag("--mermaid", options.mermaid, "as a Mermaid sequence diagram");
    drawn->add_flag("--full", options.full, "fold nothing");
    CLI::App* table =
        verb("states", "the transition table as dot; with a trace, the path a connection walked", false);
    connection(table, "whose path (default: the one with most records)");
    table->add_flag("--mermaid", options.mermaid, "as a Mermaid state diagram");
    verb("qvis", "a qlog 0.3 file in QUIC's words, for qvis");
    verb("rules", "how often each section of an RFC was exercised");
    verb("pcapng", "a capture of headers, with comments and journal rows, for Wireshark")
        ->get_option("--output")
        ->required();
    app.require_subcommand(1);
}

void run(const CLI::App& app, const Options& options) {
    const std::string verb = app.get_subcommands().front()->get_name();
    if (verb == "states") return write(options, states(options));
    const common::TraceFile trace = common::read_trace_file(options.file);
    if (verb == "text") write(options, text_of_trace(options, trace));
    if (verb == "ladder") write(options, ladder(options, trace));
    if (verb == "rules") write(options, rules(trace));
    if (verb == "qvis") write(options, qvis_of(trace));
    if (verb == "pcapng") write_capture(trace, options.output);
}

}  // namespace
}  // namespace sluice::tools

int main(int argc, char** argv) {
    using namespace sluice;
    CLI::App app("A trace as text, ladder, state diagram, qvis file, capture, or count of RFC sections");
    tools::Options options;
    tools::add_verbs(app, options);
    return common::run_tool(app, argc, argv, [&] {
        tools::run(app, options);
        return 0;
    });
}
