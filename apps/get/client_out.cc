// Client: what it sends, and where to.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "apps/common/http/text.h"
#include "apps/get/job.h"

namespace sluice::get {
namespace {

// The octets in hexadecimal and as text, sixteen to a line.
void show_hex(std::string_view octets) {
    for (std::size_t at = 0; at < octets.size(); at += 16) {
        std::string hex;
        std::string text;
        for (const char c : octets.substr(at, 16)) {
            hex += fmt::format("{:02x} ", static_cast<unsigned char>(c));
            text += c >= ' ' && c < '\x7f' ? c : '.';
        }
        fmt::print(stderr, "> {:08x}  {:<48} {}\n", at, hex, text);
    }
}

// "> " or "< " before each line, as curl -v shows it.
void show_lines(std::string_view text, char mark) {
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        fmt::print(stderr, "{} {}\n", mark, text.substr(0, end));
        text.remove_prefix(end + 2);
    }
}

bool contains_host(const std::vector<std::string>& hosts, const std::string& host) {
    return std::ranges::any_of(hosts,
                               [&](const std::string& one) { return http::equals_ignoring_case(one, host); });
}

}  // namespace

void Client::judge_host(const http::Url& url) const {
    if (contains_host(options_.denied, url.host))
        throw TransferError(Exit::not_connected,
                            fmt::format("{} is denied by --deny; nothing was sent", url.host));
    // RFC 6797 8.3: a host known to want TLS is not asked without.
    if (contains_host(options_.https_only, url.host))
        throw TransferError(
            Exit::unsupported_scheme,
            fmt::format("{} is to be visited by https only, which is not spoken here", url.host));
}

http::Url Client::place_to_connect(const Job& job) const {
    if (options_.proxy.empty()) return job.url;
    auto proxy = http::parse_url(options_.proxy);
    if (!proxy)
        throw TransferError(Exit::proxy_not_resolved, fmt::format("{}: not a proxy's URL", options_.proxy));
    return std::move(*proxy);
}

// A connection that is there already is used again when it leads to the same place.
void Client::connect(Job& job) {
    judge_host(job.url);
    const http::Url place = place_to_connect(job);
    const std::string to = place.authority();
    job.is_fresh = !connection_ || connected_to_ != to;
    if (!job.is_fresh) {
        if (options_.verbose) fmt::print(stderr, "* Re-using connection to {}\n", to);
        return;
    }
    connection_.close();
    const auto address = resolver_(place.host);
    if (!address)
        throw TransferError(options_.proxy.empty() ? Exit::not_resolved : Exit::proxy_not_resolved,
                            fmt::format("could not resolve host: {}", place.host));
    if (options_.verbose && !wire::parse_address(place.host))
        fmt::print(stderr, "* resolving {} ... {}\n", place.host, wire::to_text(*address));
    const wire::Endpoint endpoint{*address, place.port};
    if (options_.verbose) fmt::print(stderr, "*   Trying {}...\n", wire::to_text(endpoint));
    Instant deadline = job.deadline;
    if (options_.connect_timeout) deadline = std::min(deadline, clock_now() + *options_.connect_timeout);
    // What a SYN carries may be delivered twice: only for requests that bear it (RFC 7413 6 [R7413-11], RFC 9110 9.2.1).
    const bool with_text = options_.tcp_fast_open && (job.method == "GET" || job.method == "HEAD");
    connection_ = Connection(endpoint, with_text, deadline);
    connected_to_ = to;
    ++job.report.connects;
    if (options_.verbose) fmt::print(stderr, "* Connected to {} ({})\n", place.host, wire::to_text(endpoint));
}

void Client::add_fields(http::ClientRequest& request, const Job& job) const {
    const auto add = [&request](const char* name, std::string value) {
        request.more.emplace_back(name, std::move(value));
    };
    const bool is_home = request.has_credentials;
    if (!options_.user.empty() && !job.url.user && is_home)
        add("Authorization", "Basic " + http::base64(options_.user));
    if (!options_.proxy_user.empty() && !options_.proxy.empty())
        add("Proxy-Authorization", "Basic " + http::base64(options_.proxy_user));
    if (options_.compressed) add("Accept-Encoding", "gzip, deflate");
    std::string cookies = cookies_.text_for(job.url, wall_now());
    if (!given_cookies_.empty() && is_home) cookies += (cookies.empty() ? "" : "; ") + given_cookies_;
    if (!cookies.empty()) add("Cookie", cookies);
    if (options_.no_cache) add("Cache-Control", "no-cache");
    if (options_.expect && job.upload.is_any()) add("Expect", "100-continue");
    if (!job.cached) return;
    // RFC 9111 4.3.1: what is kept is asked about.
    if (const auto tag = job.cached->fields.find("ETag")) add("If-None-Match", std::string(*tag));
    if (const auto date = job.cached->fields.find("Last-Modified"))
        add("If-Modified-Since", std::string(*date));
}

http::ClientRequest Client::request_for(const Job& job) const {
    http::ClientRequest request;
    request.method = job.method;
    request.is_1_0 = options_.http_1_0;
    request.is_for_proxy = !options_.proxy.empty();
    request.agent = options_.agent;
    request.referer = options_.referer;
    request.range = job.offset > 0 ? fmt::format("{}-", job.offset) : options_.range;
    request.has_credentials = job.url.authority() == job.host;
    request.fields = options_.fields;
    if (job.upload.is_any()) {
        request.length = job.upload.length();
        request.is_chunked = !request.length;
        if (!options_.data.empty()) request.content_type = "application/x-www-form-urlencoded";
    }
    add_fields(request, job);
    return request;
}

void Client::exchange_once(Job& job) {
    job.had_answer = false;
    job.location.clear();
    job.is_body_wanted = true;
    const std::string request = http::request_text(job.url, request_for(job));
    if (options_.verbose) options_.hex ? show_hex(request) : show_lines(request, '>');
    Exchange::Listener listener;
    listener.on_head = [&](const auto& reader, bool is_interim) {
        if (options_.verbose) show_lines(reader.head_text(), '<');
        on_head(job, reader, is_interim);
    };
    const auto on_octets = [&](std::string_view octets) { on_body(job, octets); };
    if (options_.raw) {
        listener.on_body = [](std::string_view) {};
        listener.on_raw = on_octets;
    } else {
        listener.on_body = on_octets;
    }
    Exchange exchange(connection_, job.upload, job.method == "HEAD", std::move(listener));
    try {
        exchange.run(request, job.deadline, options_.expect && job.upload.is_any());
    } catch (const TransferError&) {
        job.had_answer = exchange.has_answer();
        job.report.uploaded += exchange.uploaded();
        throw;
    }
    if (job.decoder) job.decoder->finish();
    keep_in_cache(job, exchange.reader().head());
    job.report.uploaded += exchange.uploaded();
    if (!exchange.keeps_connection()) connection_.close();
}

}  // namespace sluice::get
