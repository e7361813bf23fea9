#include "apps/get/run.h"

#include <fmt/format.h>

#include <cstdio>

#include "apps/common/failure.h"

namespace sluice::get {
namespace {

// The file for one URL: -o in order, else -O's name, else standard output.
std::string output_for(const Options& options, std::size_t index) {
    if (index < options.outputs.size()) return options.outputs[index];
    if (!options.remote_name) return "-";
    const auto url = http::parse_url(options.urls[index]);
    if (!url) return "-";  // The fetch will say what is wrong with it.
    return http::file_name_of(*url);
}

}  // namespace

void check(const Options& options) {
    const auto refuse = [](const char* line) { throw common::Failure(common::exit_usage, line); };
    if (!options.upload.empty() && !options.data.empty()) refuse("-T and -d cannot be used together");
    if (options.head && (!options.upload.empty() || !options.data.empty())) refuse("-I cannot send anything");
    if (!options.range.empty() && !options.continue_at.empty()) refuse("-r and -C cannot be used together");
    if (options.http_1_0 && options.upload == "-") refuse("-0 cannot send what has no known length");
    if (options.outputs.size() > options.urls.size()) refuse("more -o than URLs");
    if (options.continue_at == "-" && options.outputs.empty() && !options.remote_name)
        refuse("-C - needs -o or -O, the file to go on with");
}

int run(const Options& options, const Client::Resolver& resolver) {
    Client client(options, resolver);
    Exit exit = Exit::ok;
    for (std::size_t i = 0; i < options.urls.size(); ++i) {
        const std::string output = output_for(options, i);
        Report report;
        if (output.empty()) {
            fmt::print(stderr, "sluice-get: (23) {}: no file name at the end of this URL, use -o\n",
                       options.urls[i]);
            report.exit = Exit::write_failed;
        } else {
            report = client.fetch(options.urls[i], output);
        }
        if (report.exit != Exit::ok) exit = report.exit;
        if (options.write_out.empty()) continue;
        const std::string text = write_out_text(options.write_out, report);
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }
    return static_cast<int>(exit);
}

}  // namespace sluice::get
