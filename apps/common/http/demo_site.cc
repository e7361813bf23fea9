#include "apps/common/http/demo_site.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "apps/common/http/status.h"
#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

Answer text_answer(int status, std::string text) {
    Answer answer;
    answer.status = status;
    answer.fields.add("Content-Type", "text/plain; charset=utf-8");
    answer.body = std::move(text);
    return answer;
}

bool is_read(const Request& request) { return request.is_get() || request.is_head(); }
bool is_upload(const Request& request) { return request.method == "POST" || request.method == "PUT"; }

Answer not_allowed(const Request& request, std::string_view allow) {
    Answer answer =
        request.method == "OPTIONS" ? empty_answer(204) : error_answer(405, "Not for this resource");
    answer.fields.add("Allow", allow);
    answer.close = request.method == "CONNECT";
    return answer;
}

// RFC 9110 15.5.12: an upload needs a length here, so that a forgotten body is noticed.
std::optional<Answer> judge_upload(const Request& request) {
    if (!request.has_body() && request.fields.count("Content-Length") == 0)
        return error_answer(411, "An upload needs Content-Length or Transfer-Encoding");
    return {};
}

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

Answer discard(const Request& request) {
    if (!is_upload(request)) return not_allowed(request, "OPTIONS, POST, PUT");
    if (auto refused = judge_upload(request)) return std::move(*refused);
    Answer answer = text_answer(200, {});
    answer.body = CountBody{};
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

std::optional<Answer> read_only(std::string_view name, std::string_view argument) {
    if (name == "status") return status(argument);
    if (name == "delay") return delay(argument);
    if (name == "redirect") return redirect(argument);
    return {};
}

}  // namespace

Answer DemoSite::answer(const Request& request, const Moment& now) {
    const auto& path = request.target.segments;
    if (path.size() == 1 && path[0] == "echo") return echo(request);
    if (path.size() == 1 && path[0] == "discard") return discard(request);
    std::optional<Answer> answer;
    if (path.size() == 1 && path[0] == "chunked")
        answer = chunked();
    else if (path.size() == 2)
        answer = read_only(path[0], path[1]);
    if (!answer) return others_.answer(request, now);
    if (!is_read(request)) return not_allowed(request, "GET, HEAD, OPTIONS");
    return std::move(*answer);
}

}  // namespace sluice::http
