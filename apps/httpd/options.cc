#include "apps/httpd/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice::httpd {
namespace {

wire::Endpoint parse_listen(const std::string& text) {
    const auto bad = [] {
        return CLI::ValidationError("--listen", "wants [ADDRESS:]PORT with a port from 1 to 65535");
    };
    wire::Endpoint endpoint;
    const auto colon = text.rfind(':');
    if (colon != std::string::npos) {
        const auto address = wire::parse_address(text.substr(0, colon));
        if (!address) throw bad();
        endpoint.address = *address;
    }
    const std::string_view port = std::string_view(text).substr(colon == std::string::npos ? 0 : colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc() || end != port.data() + port.size() || endpoint.port == 0) throw bad();
    return endpoint;
}

// --keep-alive-timeout 5s and so on: one option for each row of the settings.
void add_settings(CLI::App& app, http::Settings& settings) {
    for (const auto& row : http::setting_rows()) {
        std::string option = fmt::format("--{}", row.name);
        std::ranges::replace(option, '_', '-');
        const bool is_duration = std::holds_alternative<Duration http::Settings::*>(row.field);
        app.add_option_function<std::string>(
               option,
               [&settings, name = row.name, option](const std::string& value) {
                   const auto applied = apply_setting(settings, http::setting_rows(), name, value);
                   if (!applied) throw CLI::ValidationError(option, "wants " + applied.error());
               },
               fmt::format("{} (default {})", row.text, setting_text(settings, row)))
            ->type_name(is_duration ? "TIME" : "NUMBER")
            ->group("Limits");
    }
}

}  // namespace

void add_options(CLI::App& app, Options& options) {
    app.add_option("directory", options.directory, "the files to serve")->required()->type_name("DIR");
    app.add_option_function<std::vector<std::string>>(
           "--listen",
           [&options](const std::vector<std::string>& texts) {
               for (const auto& text : texts) options.listen.push_back(parse_listen(text));
           },
           "where to listen; may be repeated (default 80 on every address)")
        ->type_name("[ADDRESS:]PORT")
        ->allow_extra_args(false)
        ->take_all();
    app.add_option("--access-log", options.access_log,
                   "one line per request; - is standard output; SIGHUP reopens it")
        ->type_name("FILE|-");
    app.add_option_function<std::string>(
           "--log-format",
           [&options](const std::string& text) {
               options.log_format = text == "combined" ? http::LogFormat::combined : http::LogFormat::common;
           },
           "of the access log (default common)")
        ->check(CLI::IsMember({"common", "combined"}))
        ->type_name("common|combined");
    app.add_flag("--no-listing", options.no_listing, "answer 403 for a directory without index.html");
    app.add_flag("--no-server-header", options.no_server_header,
                 "do not tell the program's name and version");
    app.add_flag("--dot-files", options.dot_files, "also serve names that begin with a dot");
    app.add_flag("--demo", options.demo,
                 "also serve /echo /discard /status/NNN /delay/SECONDS /chunked /redirect/N");
    app.add_option("--status", options.status,
                   "show the server's own connections to browsers on a live page at this path")
        ->check([](const std::string& path) {
            const bool is_path = path.starts_with('/') && path.find_first_of("?#% ") == std::string::npos;
            return is_path ? std::string() : "--status wants a path such as /status";
        })
        ->type_name("PATH");
    add_settings(app, options.settings);
}

}  // namespace sluice::httpd
