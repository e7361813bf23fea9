#include "apps/get/run.h"

#include <fmt/format.h>

#include <cstdio>

#include "apps/common/failure.h"
#include "apps/get/show_url.h"

namespace sluice::get {
namespace {

// The file for one URL: -o in order, else -O's name, else standard output.
std::string output_for(const Options& options, std::size_t index) {
    if (index < options.outputs.size()) return options.outputs[index];
    if (options.page) return "/dev/null";
    if (!options.remote_name) return "-";
    const auto url = http::parse_url(options.urls[index]);
    if (!url) return "-";  // The fetch will say what is wrong with it.
    return http::file_name_of(*url);
}

// --parse: nothing is fetched. The exit code is curl's for a malformed URL.
int show_urls(const Options& options) {
    Exit exit = Exit::ok;
    for (const std::string& url : options.urls) {
        const auto parts = url_parts(url);
        if (parts) {
            fmt::print("{}", *parts);
        } else {
            fmt::print(stderr, "sluice-get: {}\n", parts.error());
            exit = Exit::malformed_url;
        }
    }
    return static_cast<int>(exit);
}

void list(const Report& report) {
    fmt::print("{:03} {:>9} octets {:>7.3f} s  {}{}\n", report.status, report.downloaded,
               std::chrono::duration<double>(report.total).count(), report.url,
               report.connects == 0 ? "" : "  (new connection)");
}

// One page needs many requests: its style sheets, scripts and pictures, one after the other on the same connection.
Exit fetch_parts(Client& client, const Report& page) {
    list(page);
    const auto base = http::parse_url(page.url);
    if (!base) return Exit::malformed_url;
    Exit exit = Exit::ok;
    for (const std::string& link : links_of_page(page.page)) {
        const auto url = http::resolve_url(*base, link);
        if (!url) continue;
        const Report part = client.fetch(url->text(), "/dev/null");
        list(part);
        if (part.exit != Exit::ok) exit = part.exit;
    }
    return exit;
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
    if (options.parse) return show_urls(options);
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
        if (report.exit == Exit::ok && options.page) report.exit = fetch_parts(client, report);
        if (report.exit != Exit::ok) exit = report.exit;
        if (options.write_out.empty()) continue;
        const std::string text = write_out_text(options.write_out, report);
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }
    return static_cast<int>(exit);
}

}  // namespace sluice::get
