// Client: the steps of a fetch, and what is done with the answer.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "apps/common/http/text.h"
#include "apps/get/job.h"

namespace sluice::get {

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
        throw TransferError(Exit::unsupported_scheme,
                            fmt::format("{}: only http and file are supported{}", text,
                                        text.starts_with("ftp:") ? " (ftp would be port 21)" : ""));
    throw TransferError(Exit::malformed_url, fmt::format("{}: not a URL", text));
}

}  // namespace

Client::Client(const Options& options, Resolver resolver)
    : options_(options), resolver_(std::move(resolver)) {
    if (!options_.cache.empty()) cache_.emplace(options_.cache);
    if (options_.cookies.contains('=')) {
        for (std::string_view rest = options_.cookies; !rest.empty();) {
            const auto pair = rest.substr(0, rest.find(';'));
            rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
            given_cookies_ += (given_cookies_.empty() ? "" : "; ") + std::string(http::trimmed(pair));
        }
    } else if (!options_.cookies.empty()) {
        std::ifstream file(options_.cookies, std::ios::binary);
        cookies_.add_file_text(
            std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
    }
}

Client::~Client() {
    if (options_.cookie_jar.empty()) return;
    std::ofstream file(options_.cookie_jar, std::ios::binary);
    file << cookies_.file_text();
    if (!file.flush())
        fmt::print(stderr, "sluice-get: cannot write the cookies to {}\n", options_.cookie_jar);
}

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

// RFC 8089: a file of this machine, shown as it is.
void Client::show_file(Job& job, const std::string& text) {
    auto path = std::string_view(text).substr(7);
    if (path.starts_with("localhost/")) path.remove_prefix(9);
    const auto name = http::percent_decoded(path);
    if (!name || !name->starts_with('/'))
        throw TransferError(Exit::malformed_url, fmt::format("{}: not a URL", text));
    Upload file = Upload::of_file(*name);
    if (!file.length()) throw TransferError(Exit::read_failed, fmt::format("{} is no plain file", *name));
    for (std::string piece = file.next(); !piece.empty(); piece = file.next()) deliver(job, piece);
}

void Client::run(Job& job, const std::string& text) {
    if (text.starts_with("file://")) return show_file(job, text);
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
    do {
        if (!answer_from_cache(job)) exchange(job);
    } while (follow(job));
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

void Client::on_head(Job& job, const http::ResponseReader& reader, bool is_interim) {
    if ((options_.head || options_.include) && !options_.fail) job.output.write(reader.head_text());
    if (is_interim) return;
    job.report.status = reader.head().status;
    job.report.content_type = reader.head().fields.find("Content-Type").value_or("");
    learn(job.url, reader.head());
    const auto coding = reader.head().fields.joined("Content-Encoding").value_or("");
    job.decoder = options_.compressed && !options_.raw && job.method != "HEAD"
                      ? Inflate::of(http::trimmed(coding))
                      : nullptr;
    job.is_kept = cache_ && job.method == "GET" && job.offset == 0 && options_.range.empty() &&
                  !options_.raw && may_be_kept(reader.head());
    job.kept_body.clear();
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
    job.progress.add(octets.size());
    job.report.downloaded += octets.size();
    show_progress(job, false);
    if (!job.decoder) return deliver(job, octets);
    job.decoder->take(octets, [&](std::string_view decoded) { deliver(job, decoded); });
}

void Client::deliver(Job& job, std::string_view octets) {
    constexpr std::size_t kept_max = 64U << 20U;
    constexpr std::size_t page_max = 4U << 20U;
    job.output.write(octets);
    if (options_.page && job.report.page.size() < page_max) job.report.page += octets;
    if (!job.is_kept) return;
    job.is_kept = octets.size() <= kept_max - job.kept_body.size();
    if (job.is_kept) job.kept_body += octets;
}

// What an answer leaves behind besides its body.
void Client::learn(const http::Url& url, const http::ResponseHead& head) {
    for (const http::Field& field : head.fields)
        if (http::equals_ignoring_case(field.name, "Set-Cookie")) cookies_.take(field.value, url, wall_now());
    // RFC 6797 8.1: what comes without TLS must not be believed here.
    if (options_.verbose && head.fields.count("Strict-Transport-Security") > 0)
        fmt::print(stderr, "* Strict-Transport-Security ignored: it came over plain HTTP (RFC 6797 8.1)\n");
    if (head.status == 305)
        fmt::print(stderr, "* 305 Use Proxy is deprecated and not followed (RFC 9110 15.4.6)\n");
}

// RFC 9111 4: a fresh answer is used without asking; a stale one is asked about.
bool Client::answer_from_cache(Job& job) {
    job.cached.reset();
    if (!cache_ || job.method != "GET" || options_.no_cache || !options_.range.empty()) return false;
    job.cached = cache_->find(job.url.text());
    if (!job.cached || !job.cached->is_fresh(wall_now())) return false;
    job.report.status = 200;
    job.location.clear();
    say(fmt::format("* from cache, age {}", job.cached->age(wall_now())));
    job.output.write(job.cached->body);
    return true;
}

void Client::keep_in_cache(Job& job, const http::ResponseHead& head) {
    if (job.cached && head.status == 304) {
        refresh(*job.cached, head.fields, wall_now());
        cache_->keep(job.url.text(), *job.cached);
        job.output.write(job.cached->body);
    } else if (job.is_kept) {
        http::Fields fields;
        for (const http::Field& field : head.fields)
            if (!job.decoder || !http::equals_ignoring_case(field.name, "Content-Encoding"))
                fields.add(field.name, field.value);
        cache_->keep(job.url.text(), make_cached(fields, std::move(job.kept_body), wall_now()));
    }
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

}  // namespace sluice::get
