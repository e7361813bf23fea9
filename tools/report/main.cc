// sluice-report TRACE [TRACE2] -o report.html: one page that shows what a connection did and why.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "apps/common/page_data.h"
#include "apps/common/program.h"
#include "apps/common/trace_file.h"

namespace {

void write(const std::string& path, const std::string& text) {
    using namespace sluice::common;
    if (path == "-") {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return;
    }
    std::FILE* file = std::fopen(path.c_str(), "wb");
    const bool is_written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if ((file && std::fclose(file) != 0) || !is_written)
        throw Failure(exit_environment, fmt::format("cannot write {}", path));
}

}  // namespace

int main(int argc, char** argv) {
    using namespace sluice;
    CLI::App app("One page that shows what a connection did and why");
    std::vector<std::string> files;
    std::string output;
    std::string title;
    app.add_option("TRACE", files,
                   "a file written with --qlog, and the other side's if there is one; - is standard input")
        ->required()
        ->expected(1, 2);
    app.add_option("-o,--output", output, "the page; - is standard output")->required()->type_name("FILE");
    app.add_option("--title", title, "of the page (default the trace's)")->type_name("TEXT");
    return common::run_tool(app, argc, argv, [&] {
        std::vector<common::TraceFile> traces;
        for (const std::string& file : files) traces.push_back(common::read_trace_file(file));
        write(output, common::report_page(title, traces));
        return 0;
    });
}
