#include "apps/httpd/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "apps/common/http/client_request.h"
#include "apps/common/http/url.h"
#include "apps/common/options.h"

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

http::Backend parse_backend(const std::string& text) {
    const std::size_t equals = text.find('=');
    const auto url = http::parse_url(equals == std::string::npos ? "" : text.substr(equals + 1));
    const auto address = url ? wire::parse_address(url->host) : std::nullopt;
    if (!text.starts_with('/') || !address || url->scheme != "http")
        throw CLI::ValidationError("--proxy",
                                   "wants PATH=http://ADDRESS[:PORT], such as /app/=http://192.0.2.8:8080");
    return {text.substr(0, equals), {*address, url->port}};
}

void add_forward_options(CLI::App& app, Options& options) {
    app.add_option_function<std::vector<std::string>>(
           "--forward-to",
           [&options](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   const auto place = http::parse_place(text, 80);
                   if (!place) throw CLI::ValidationError("--forward-to", "wants ADDRESS[:PORT]");
                   options.forward.hosts.insert(*place);
               }
           },
           "be a proxy to this host, for absolute URLs and CONNECT; may be repeated")
        ->type_name("ADDRESS[:PORT]")
        ->allow_extra_args(false)
        ->take_all();
    app.add_option("--proxy-auth", options.forward.credentials, "who may use that proxy (default anybody)")
        ->type_name("NAME:PASSWORD");
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

CLI::Option* add_list(CLI::App& app, const std::string& name, std::vector<std::string>& list,
                      const std::string& help) {
    return app.add_option(name, list, help)->allow_extra_args(false)->take_all();
}

std::string judge_field(const std::string& text) {
    const bool is_field = http::is_field_line(text) && text.contains(": ");
    return is_field ? "" : "wants \"Name: value\"";
}

std::string judge_path(const std::string& text) {
    return text.starts_with('/') ? "" : "wants a path that begins with /";
}

std::string judge_host(const std::string& text) {
    const auto equals = text.find('=');
    const bool is_pair = equals != std::string::npos && equals > 0 && equals + 1 < text.size();
    return is_pair ? "" : "wants NAME=DIR";
}

void add_content_options(CLI::App& app, Options& options) {
    app.add_flag("--minimal", options.minimal, "GET and HEAD of files: no listings, no compression, no demo");
    app.add_flag("-v,--verbose", options.verbose,
                 "print each request line and the header section of its answer");
    app.add_flag("--no-gzip", options.no_gzip, "send files as they are");
    app.add_flag("--allow-trace", options.allow_trace, "answer TRACE (default 405)");
    app.add_option("--allow-put", options.allow_put,
                   "files below this path may be put and deleted by anybody")
        ->check(judge_path)
        ->type_name("PATH");
    add_list(app, "--gone", options.gone, "answer 410 for this path")->check(judge_path)->type_name("PATH");
    add_list(app, "--header", options.fields, "send this field with every answer")
        ->check(judge_field)
        ->type_name("LINE");
    app.add_option("--cors", options.cors, "origin whose scripts may read what is served; * for all")
        ->check([](const std::string& text) { return judge_field("X: " + text); })
        ->type_name("ORIGIN");
    add_list(app, "--vhost", options.hosts, "serve another directory to those who ask for this host")
        ->check(judge_host)
        ->type_name("NAME=DIR");
    app.add_option_function<std::string>(
           "--proxy", [&options](const std::string& text) { options.backend = parse_backend(text); },
           "pass requests below this path on to another server and its answers back")
        ->type_name("PATH=http://ADDRESS[:PORT]");
    common::add_switch(app, "--sandbox", options.sandbox,
                       "leave the file system behind and filter system calls (default on)");
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
    common::add_number(app, "--tcp-fastopen", options.tcp_fast_open, 0, 65535,
                       "take requests on SYNs, from so many clients at once (RFC 7413; default 0: none)");
    app.add_flag("--no-listing", options.no_listing, "answer 403 for a directory without index.html");
    app.add_flag("--no-server-header", options.no_server_header,
                 "do not tell the program's name and version");
    app.add_flag("--dot-files", options.dot_files, "also serve names that begin with a dot");
    app.add_flag("--demo", options.demo,
                 "also serve /echo /discard /form /status/NNN /delay/SECONDS /redirect/N /chunked /headers "
                 "/cookie /private/ /cache/SECONDS /gzip-only /upgrade /throw");
    app.add_option("--status", options.status,
                   "show the server's own connections to browsers on a live page at this path")
        ->check([](const std::string& path) {
            const bool is_path = path.starts_with('/') && path.find_first_of("?#% ") == std::string::npos;
            return is_path ? std::string() : "--status wants a path such as /status";
        })
        ->type_name("PATH");
    add_content_options(app, options);
    add_forward_options(app, options);
    add_settings(app, options.settings);
}

}  // namespace sluice::httpd
