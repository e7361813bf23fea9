#include "apps/common/http/demo_site.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <charconv>
#include <cmath>

#include "apps/common/http/demo_resources.h"
#include "apps/common/http/status.h"
#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

using demo::judge_upload;
using demo::not_allowed;
using demo::text_answer;

bool is_read(const Request& request) { return request.is_get() || request.is_head(); }
bool is_upload(const Request& request) { return request.method == "POST" || request.method == "PUT"; }

// GET shows the request as it was understood; an upload comes back as it arrives.
Answer echo(const Request& request) {
    if (is_read(request)) {
        std::string text = request.line + '\n';
        for (const Field& field : request.fields) text += field.name + ": " + field.value + '\n';
        return text_answer(200, std::move(text));
    }
    if (!is_upload(request)) return not_allowed(request, "GET, HEAD, OPTIONS, POST, PUT");
    if (auto refused = judge_upload(request)) return std::move(*refused);
    Answer answer;
    answer.fields.add("Content-Type",
                      request.fields.find("Content-Type").value_or("application/octet-stream"));
    answer.body = EchoBody{};
    return answer;
}

// How much came, and its CRC-32.
class Counter : public BodySink {
public:
    void take(std::string_view octets) override {
        octets_ += octets.size();
        checksum_ = ::crc32_z(checksum_, reinterpret_cast<const Bytef*>(octets.data()), octets.size());
    }
    Answer finish() override {
        return text_answer(200, fmt::format("{} octets, CRC-32 {:08x}\n", octets_, checksum_));
    }

private:
    std::uint64_t octets_ = 0;
    unsigned long checksum_ = 0;
};

Answer discard(const Request& request) {
    if (!is_upload(request)) return not_allowed(request, "OPTIONS, POST, PUT");
    if (auto refused = judge_upload(request)) return std::move(*refused);
    Answer answer;
    answer.body = SinkBody{std::make_shared<Counter>()};
    return answer;
}

// What some status codes must bring along (RFC 9110 15).
void add_required_fields(Answer& answer) {
    constexpr std::array redirects{301, 302, 303, 307, 308};
    for (const int status : redirects)
        if (answer.status == status) answer.fields.add("Location", "/");
    if (answer.status == 401)
        answer.fields.add("WWW-Authenticate", "Basic realm=\"demo\", charset=\"UTF-8\"");
    if (answer.status == 405) answer.fields.add("Allow", "GET, HEAD, OPTIONS");
    if (answer.status == 407)
        answer.fields.add("Proxy-Authenticate", "Basic realm=\"demo\", charset=\"UTF-8\"");
    if (answer.status == 416) answer.fields.add("Content-Range", "bytes */0");
    if (answer.status == 426) answer.fields.add("Upgrade", "HTTP/1.1");
    if (answer.status == 503) answer.fields.add("Retry-After", "1");
}

std::optional<Answer> status(std::string_view argument) {
    const auto code = parse_decimal(argument);
    if (!code || argument.size() != 3 || *code < 200 || *code > 599) return {};
    const int number = static_cast<int>(*code);
    Answer answer = text_answer(number, fmt::format("{} {}\n", number, phrase_of(number)));
    // RFC 9110 15.3.5, 15.3.6, 15.4.5: these have no content.
    if (number == 204 || number == 205 || number == 304) answer = empty_answer(number);
    if (number == 300)
        answer = page_answer(
            300, "Choose: <a href=\"/hello.txt\">text</a> or <a href=\"/index.html\">a page</a>.");
    add_required_fields(answer);
    return answer;
}

std::optional<Answer> delay(std::string_view argument) {
    constexpr double longest_seconds = 60;
    double seconds = 0;
    const auto [end, error] = std::from_chars(argument.data(), argument.data() + argument.size(), seconds);
    if (error != std::errc() || end != argument.data() + argument.size()) return {};
    if (!(seconds >= 0 && seconds <= longest_seconds)) return {};
    Answer answer = text_answer(200, fmt::format("waited {} s\n", seconds));
    answer.delay = std::chrono::milliseconds(std::lround(seconds * 1000));
    return answer;
}

// /redirect/3 leads to /redirect/2 and so on to the root.
std::optional<Answer> redirect(std::string_view argument) {
    const auto left = parse_decimal(argument);
    if (!left || *left < 1 || *left > 1000) return {};
    const std::string location = *left == 1 ? "/" : fmt::format("/redirect/{}", *left - 1);
    Answer answer = text_answer(302, "to " + location + '\n');
    answer.fields.add("Location", location);
    return answer;
}

Answer chunked() {
    Answer answer;
    answer.fields.add("Content-Type", "text/plain; charset=utf-8");
    answer.body = ChunkedBody{{"one\n", "two\n", "three\n", std::string(1000, '.') + '\n', "the end\n"}};
    return answer;
}

std::optional<Answer> read_only(const std::vector<std::string>& path) {
    if (path.size() == 1 && path[0] == "chunked") return chunked();
    if (path.size() != 2) return {};
    if (path[0] == "status") return status(path[1]);
    if (path[0] == "delay") return delay(path[1]);
    if (path[0] == "redirect") return redirect(path[1]);
    return {};
}

// Resources with one segment; nothing for a name that is none of them.
std::optional<Answer> plain(const Request& request, std::string_view name) {
    if (name == "echo") return echo(request);
    if (name == "discard") return discard(request);
    if (name == "form") return demo::form(request);
    if (!is_read(request)) return {};
    if (name == "headers") return demo::headers(request);
    if (name == "cookie") return demo::cookie(request);
    if (name == "gzip-only") return demo::gzip_only(request);
    if (name == "upgrade") return demo::upgrade(request);
    if (name == "throw") demo::fails();
    return {};
}

}  // namespace

Answer DemoSite::answer(const Request& request, const Moment& now) {
    const auto& path = request.target.segments;
    if (path.size() == 1)
        if (auto answer = plain(request, path[0])) return std::move(*answer);
    const bool is_below = path.size() > 1 || request.target.is_directory;
    if (!path.empty() && path[0] == "private" && is_below && is_read(request))
        return demo::members_only(request);
    auto answer =
        path.size() == 2 && path[0] == "cache" ? demo::cache(request, path[1], now) : read_only(path);
    if (!answer) return others_.answer(request, now);
    if (!is_read(request)) return not_allowed(request, "GET, HEAD, OPTIONS");
    return std::move(*answer);
}

}  // namespace sluice::http
