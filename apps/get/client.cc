#include "apps/get/client.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "apps/common/http/text.h"

namespace sluice::get {

// The work on one URL.
struct Client::Job {
    Job(const std::string& path, bool append, Instant now)
        : output(path, append), progress(now), started(now) {}

    http::Url url;
    std::string method;
    Upload upload;
    Output output;
    Progress progress;
    Report report;
    Instant started;
    Instant deadline = never;
    std::uint64_t offset = 0;  // the output has this much already
    std::string location;      // where a redirect that will be followed leads
    std::string host;          // the first one; credentials go to no other
    bool is_body_wanted = true;
    bool shows_progress = false;
    bool is_fresh = true;  // the connection was made for this request
    bool had_answer = false;
    bool is_complete_already = false;
};

namespace {

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string method_of(const Options& options) {
    if (!options.method.empty()) return options.method;
    if (options.head) return "HEAD";
    if (!options.upload.empty()) return "PUT";
    return options.data.empty() ? "GET" : "POST";
}

Upload upload_of(const Options& options) {
    if (!options.upload.empty()) return Upload::of_file(options.upload);
    return options.data.empty() ? Upload() : Upload::of_data(options.data);
}

http::Url must_parse(std::expected<http::Url, http::UrlError> url, const std::string& text) {
    if (url) return std::move(*url);
    if (url.error() == http::UrlError::unsupported_scheme)
        throw TransferError(Exit::unsupported_scheme, fmt::format("{}: only http is supported", text));
    throw TransferError(Exit::malformed_url, fmt::format("{}: not a URL", text));
}

// "> " or "< " before each line, as curl -v shows it.
void show_lines(std::string_view text, char mark) {
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        fmt::print(stderr, "{} {}\n", mark, text.substr(0, end));
        text.remove_prefix(end + 2);
    }
}

}  // namespace

Client::Client(const Options& options, Resolver resolver)
    : options_(options), resolver_(std::move(resolver)) {}

void Client::say(const std::string& line) const {
    if (!options_.silent || options_.show_error) fmt::print(stderr, "{}\n", line);
}

Report Client::fetch(const std::string& text, const std::string& output_path) {
    Job job(output_path, !options_.continue_at.empty(), clock_now());
    if (options_.max_time) job.deadline = job.started + *options_.max_time;
    job.report.url = text;
    try {
        run(job, text);
    } catch (const TransferError& error) {
        connection_.close();
        job.report.exit = error.exit();
        show_progress(job, true);
        say(fmt::format("sluice-get: ({}) {}", static_cast<int>(error.exit()), error.what()));
    }
    job.report.total = clock_now() - job.started;
    return job.report;
}

void Client::run(Job& job, const std::string& text) {
    job.url = must_parse(http::parse_url(text), text);
    job.host = job.url.authority();
    job.upload = upload_of(options_);
    job.method = method_of(options_);
    if (options_.continue_at == "-")
        job.offset = job.output.is_stdout() ? 0 : size_of_file(job.output.path());
    else if (!options_.continue_at.empty())
        job.offset = http::parse_decimal(options_.continue_at).value_or(0);
    const bool terminal_is_busy = job.output.is_stdout() && ::isatty(STDOUT_FILENO) == 1;
    job.shows_progress =
        ::isatty(STDERR_FILENO) == 1 && !options_.silent && !options_.verbose && !terminal_is_busy;
    do exchange(job);
    while (follow(job));
    if (job.is_body_wanted && !job.is_complete_already) job.output.open();
    show_progress(job, true);
}

// A connection that was kept may have been closed meanwhile: then once more on a new one (RFC 9112 9.3.1).
void Client::exchange(Job& job) {
    connect(job);
    try {
        exchange_once(job);
    } catch (const TransferError& error) {
        const bool is_stale = error.exit() == Exit::empty_reply || error.exit() == Exit::send_failed ||
                              error.exit() == Exit::receive_failed;
        if (job.is_fresh || job.had_answer || !is_stale) throw;
        connection_.close();
        job.upload.rewind();
        connect(job);
        exchange_once(job);
    }
}

void Client::connect(Job& job) {
    const std::string to = job.url.authority();
    job.is_fresh = !connection_ || connected_to_ != to;
    if (!job.is_fresh) {
        if (options_.verbose) fmt::print(stderr, "* Re-using connection to {}\n", to);
        return;
    }
    connection_.close();
    const auto address = resolver_(job.url.host);
    if (!address)
        throw TransferError(Exit::not_resolved, fmt::format("could not resolve host: {}", job.url.host));
    const wire::Endpoint endpoint{*address, job.url.port};
    if (options_.verbose) fmt::print(stderr, "*   Trying {}...\n", wire::to_text(endpoint));
    Instant deadline = job.deadline;
    if (options_.connect_timeout) deadline = std::min(deadline, clock_now() + *options_.connect_timeout);
    connection_ = Connection(endpoint, deadline);
    connected_to_ = to;
    ++job.report.connects;
    if (options_.verbose)
        fmt::print(stderr, "* Connected to {} ({})\n", job.url.host, wire::to_text(endpoint));
}

http::ClientRequest Client::request_for(const Job& job) const {
    http::ClientRequest request;
    request.method = job.method;
    request.is_1_0 = options_.http_1_0;
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
    return request;
}

void Client::exchange_once(Job& job) {
    job.had_answer = false;
    job.location.clear();
    job.is_body_wanted = true;
    const std::string request = http::request_text(job.url, request_for(job));
    if (options_.verbose) show_lines(request, '>');
    Exchange exchange(connection_, job.upload, job.method == "HEAD",
                      {[&](const auto& reader, bool is_interim) { on_head(job, reader, is_interim); },
                       [&](std::string_view octets) { on_body(job, octets); }});
    try {
        exchange.run(request, job.deadline);
    } catch (const TransferError&) {
        job.had_answer = exchange.has_answer();
        job.report.uploaded += exchange.uploaded();
        throw;
    }
    job.report.uploaded += exchange.uploaded();
    if (!exchange.keeps_connection()) connection_.close();
}

void Client::on_head(Job& job, const http::ResponseReader& reader, bool is_interim) {
    if (options_.verbose) show_lines(reader.head_text(), '<');
    if ((options_.head || options_.include) && !options_.fail) job.output.write(reader.head_text());
    if (is_interim) return;
    job.report.status = reader.head().status;
    job.report.content_type = reader.head().fields.find("Content-Type").value_or("");
    judge_head(job, reader.head());
    if (options_.fail && (options_.head || options_.include)) job.output.write(reader.head_text());
    job.progress.expect(reader.length());
}

void Client::judge_head(Job& job, const http::ResponseHead& head) {
    const auto location = head.fields.find("Location");
    if (options_.follow && is_redirect(head.status) && location) {
        job.location = *location;
        job.is_body_wanted = false;
        return;
    }
    if (job.offset > 0) judge_resumption(job, head);
    if (options_.fail && head.status >= 400)
        throw TransferError(Exit::http_error,
                            fmt::format("the server answered {} {}", head.status, head.reason));
}

// RFC 9110 14.4: a part must begin where the file ends; a server that sends everything cannot go on from there.
void Client::judge_resumption(Job& job, const http::ResponseHead& head) {
    const std::string range(head.fields.find("Content-Range").value_or(""));
    if (head.status == 416 && range == fmt::format("bytes */{}", job.offset)) {
        job.is_body_wanted = false;
        job.is_complete_already = true;
        if (options_.verbose) fmt::print(stderr, "* The file is already complete\n");
        return;
    }
    if (head.status >= 300) return;
    if (head.status != 206 || !range.starts_with(fmt::format("bytes {}-", job.offset)))
        throw TransferError(Exit::no_ranges,
                            "the server does not send parts of this; the transfer cannot be resumed");
}

void Client::on_body(Job& job, std::string_view octets) {
    if (!job.is_body_wanted) return;
    job.output.write(octets);
    job.report.downloaded += octets.size();
    job.progress.add(octets.size());
    show_progress(job, false);
}

// RFC 9110 15.4: 303 becomes GET; 301 and 302 do so for POST, as everybody does it; 307 and 308 change nothing.
bool Client::follow(Job& job) {
    if (job.location.empty()) return false;
    if (job.report.redirects >= options_.redirects_max)
        throw TransferError(Exit::too_many_redirects,
                            fmt::format("more than {} redirects", options_.redirects_max));
    ++job.report.redirects;
    job.url = must_parse(http::resolve_url(job.url, job.location), job.location);
    job.report.url = job.url.text();
    const int status = job.report.status;
    const bool becomes_get =
        (status == 303 && job.method != "HEAD") || (status <= 302 && job.method == "POST");
    if (becomes_get && options_.method.empty()) {
        job.method = "GET";
        job.upload = Upload();
    } else {
        job.upload.rewind();
    }
    return true;
}

void Client::show_progress(Job& job, bool is_last) {
    if (!job.shows_progress || (is_last && job.progress.octets() == 0)) return;
    const Instant now = clock_now();
    if (is_last)
        fmt::print(stderr, "\r{}\n", job.progress.last_line(now));
    else if (const auto line = job.progress.line(now))
        fmt::print(stderr, "\r{}", *line);
}

std::string write_out_text(std::string_view format, const Report& report) {
    const double seconds = std::chrono::duration<double>(report.total).count();
    const auto value = [&](std::string_view name) -> std::string {
        if (name == "code" || name == "http_code" || name == "response_code")
            return fmt::format("{:03}", report.status);
        if (name == "size_download") return std::to_string(report.downloaded);
        if (name == "size_upload") return std::to_string(report.uploaded);
        if (name == "speed_download")
            return fmt::format("{:.0f}",
                               seconds > 0 ? static_cast<double>(report.downloaded) / seconds : 0.0);
        if (name == "time_total") return fmt::format("{:.6f}", seconds);
        if (name == "num_redirects") return std::to_string(report.redirects);
        if (name == "num_connects") return std::to_string(report.connects);
        if (name == "url_effective") return report.url;
        if (name == "content_type") return report.content_type;
        if (name == "exitcode") return std::to_string(static_cast<int>(report.exit));
        return {};
    };
    std::string text;
    for (std::size_t i = 0; i < format.size(); ++i) {
        const std::string_view rest = format.substr(i);
        if (const auto end = rest.find('}'); rest.starts_with("%{") && end != std::string_view::npos) {
            text += value(rest.substr(2, end - 2));
            i += end;
        } else if (rest.starts_with("\\n") || rest.starts_with("\\t") || rest.starts_with("\\r")) {
            text += rest[1] == 'n' ? '\n' : rest[1] == 't' ? '\t' : '\r';
            ++i;
        } else {
            text += format[i];
        }
    }
    return text;
}

}  // namespace sluice::get
