#include "apps/get/options.h"

#include <charconv>

#include "apps/common/http/client_request.h"
#include "apps/common/http/text.h"
#include "apps/common/options.h"

namespace sluice::get {
namespace {

std::string must_be(bool as_it_should_be, const char* wanted) { return as_it_should_be ? "" : wanted; }

std::string judge_range(const std::string& text) {
    const bool plain =
        !text.empty() && text.find_first_not_of("0123456789-,") == std::string::npos && text.contains('-');
    return must_be(plain, "wants a range such as 0-99, 500- or -10");
}

std::string judge_offset(const std::string& text) {
    return must_be(text == "-" || http::parse_decimal(text).has_value(), "wants - or a number of octets");
}

std::string judge_method(const std::string& text) {
    return must_be(http::is_token(text), "wants a method such as PUT");
}

std::string judge_field(const std::string& text) {
    return must_be(http::is_field_line(text), "wants \"Name: value\", or \"Name:\" to leave one out");
}

std::string judge_text(const std::string& text) {
    return must_be(http::is_field_line("X: " + text), "must not hold control characters");
}

void add_timeout(CLI::App& app, const std::string& name, std::optional<Duration>& value,
                 const std::string& help) {
    app.add_option_function<double>(
           name,
           [&value](double seconds) {
               value = std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
           },
           help)
        ->check(CLI::Range(0.001, 86400.0))
        ->type_name("SECONDS");
}

std::string judge_pair(const std::string& text) {
    return must_be(text.contains(':') && http::is_field_line("X: " + text), "wants USER:PASSWORD");
}

void add_identity(CLI::App& app, Options& options) {
    app.add_option("-u,--user-password", options.user, "credentials for the server, unless the URL has some")
        ->check(judge_pair)
        ->type_name("USER:PASSWORD");
    app.add_option("-x,--proxy", options.proxy, "ask this proxy for everything")
        ->type_name("[http://]HOST[:PORT]");
    app.add_option("-U,--proxy-user", options.proxy_user, "credentials for the proxy")
        ->check(judge_pair)
        ->type_name("USER:PASSWORD");
    app.add_option("-b,--cookie", options.cookies, "send these cookies: a file, or name=value")
        ->check(judge_text)
        ->type_name("DATA|FILE");
    app.add_option("-c,--cookie-jar", options.cookie_jar, "write all cookies to this file afterwards")
        ->type_name("FILE");
    app.add_option("--deny", options.denied, "never visit this host")
        ->type_name("HOST")
        ->allow_extra_args(false)
        ->take_all();
    app.add_option("--https-only", options.https_only,
                   "this host wants TLS, which is not spoken here: refuse")
        ->type_name("HOST")
        ->allow_extra_args(false)
        ->take_all();
}

void add_http_options(CLI::App& app, Options& options) {
    add_identity(app, options);
    app.add_flag("--compressed", options.compressed, "accept gzip and deflate, and decode them");
    app.add_flag("--raw", options.raw, "do not take chunks apart");
    app.add_flag("--hex", options.hex, "with -v: every octet of the request");
    app.add_flag("--expect", options.expect, "ask with Expect: 100-continue before a body is sent");
    app.add_flag("--page", options.page, "fetch the style sheets, scripts and pictures of the page too");
    app.add_flag("--parse", options.parse, "show the parts of each URL and fetch nothing");
    app.add_option("--cache", options.cache, "keep answers in this folder and use them while they are fresh")
        ->type_name("FOLDER");
    app.add_flag("--no-cache", options.no_cache, "ask for a fresh answer");
    app.add_flag_callback(
        "--http2",
        [] { throw CLI::ValidationError("--http2", "is not supported, only HTTP/1.1 and HTTP/1.0"); },
        "is not supported");
}

}  // namespace

void add_options(CLI::App& app, Options& options) {
    app.add_option("url", options.urls, "what to fetch")->required()->type_name("URL...");
    app.add_option("-o,--output", options.outputs,
                   "write to FILE instead of standard output; one for each URL")
        ->type_name("FILE")
        ->allow_extra_args(false)
        ->take_all();
    app.add_flag("-O,--remote-name", options.remote_name, "write to a file named like the end of the URL");
    app.add_flag("-v,--verbose", options.verbose, "show both header sections");
    app.add_flag("-I,--head", options.head, "ask for the header section only");
    app.add_flag("-i,--include", options.include, "put the header section in the output too");
    app.add_flag("-f,--fail", options.fail, "exit code 22 and no output for errors of the server");
    app.add_flag("-s,--silent", options.silent, "no progress and no messages");
    app.add_flag("-S,--show-error", options.show_error, "messages, also with -s");
    app.add_flag("--tcp-fastopen", options.tcp_fast_open,
                 "send GET and HEAD on the SYN where the server gave a cookie (RFC 7413)");
    app.add_flag("-0,--http1.0", options.http_1_0, "speak HTTP/1.0");
    app.add_flag("-L,--location", options.follow, "follow redirects");
    common::add_number(app, "--max-redirs", options.redirects_max, 0, 1000, "at most this many (default 50)");
    app.add_option("-r,--range", options.range, "only these octets")->check(judge_range)->type_name("RANGE");
    app.add_option("-C,--continue-at", options.continue_at, "go on at this octet; - asks the output file")
        ->check(judge_offset)
        ->type_name("OFFSET");
    app.add_option("-X,--request", options.method, "use this method")
        ->check(judge_method)
        ->type_name("METHOD");
    app.add_option("-H,--header", options.fields, "send this header line")
        ->check(judge_field)
        ->type_name("LINE")
        ->allow_extra_args(false)
        ->take_all();
    app.add_option("-d,--data", options.data, "send this by POST; @FILE sends a file")
        ->type_name("DATA")
        ->allow_extra_args(false)
        ->take_all();
    app.add_option("-T,--upload-file", options.upload, "send a file by PUT; - is standard input")
        ->type_name("FILE");
    app.add_option("-A,--user-agent", options.agent, "name this program so")
        ->check(judge_text)
        ->type_name("NAME");
    app.add_option("-e,--referer", options.referer, "say where the URL was found")
        ->check(judge_text)
        ->type_name("URL");
    app.add_option(
           "-w,--write-out", options.write_out,
           "print this afterwards: %{code} %{size_download} %{size_upload} %{time_total} %{speed_download} "
           "%{num_redirects} %{num_connects} %{url_effective} %{content_type} %{exitcode}")
        ->type_name("FORMAT");
    add_http_options(app, options);
    add_timeout(app, "-m,--max-time", options.max_time, "give up after this time");
    add_timeout(app, "--connect-timeout", options.connect_timeout,
                "give up when there is no connection by then");
}

}  // namespace sluice::get
