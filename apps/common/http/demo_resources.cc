#include "apps/common/http/demo_resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "apps/common/http/basic_auth.h"
#include "apps/common/http/client_request.h"
#include "apps/common/http/compressed.h"
#include "apps/common/http/conditional.h"
#include "apps/common/http/negotiate.h"
#include "apps/common/http/text.h"

namespace sluice::http::demo {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// application/x-www-form-urlencoded: "+" is a space, the rest is percent-encoded. What is not is taken as it is.
std::string form_decoded(std::string text) {
    std::ranges::replace(text, '+', ' ');
    return percent_decoded(text).value_or(text);
}

Pairs form_pairs(std::string_view text) {
    Pairs pairs;
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (pair.empty()) continue;
        pairs.emplace_back(form_decoded(std::string(pair.substr(0, equals))),
                           form_decoded(std::string(pair.substr(std::min(equals + 1, pair.size())))));
    }
    return pairs;
}

// Keeps a form of sensible size and shows it when it is complete.
class FormSink : public BodySink {
public:
    explicit FormSink(bool sees_other) : sees_other_(sees_other) {}
    void take(std::string_view octets) override {
        is_too_much_ = is_too_much_ || octets.size() > octets_max - text_.size();
        if (!is_too_much_) text_ += octets;
    }
    Answer finish() override {
        if (is_too_much_) return error_answer(413, "A form of that size is not for the demo");
        std::string shown;
        for (const auto& [name, value] : form_pairs(text_)) shown += fmt::format("{} = {}\n", name, value);
        if (!sees_other_) return text_answer(200, std::move(shown));
        Answer answer = text_answer(303, "see /form\n");  // RFC 9110 15.4.4
        answer.fields.add("Location", "/form");
        return answer;
    }

private:
    static constexpr std::size_t octets_max = 65536;
    std::string text_;
    bool sees_other_;
    bool is_too_much_ = false;
};

}  // namespace

Answer text_answer(int status, std::string text) {
    Answer answer;
    answer.status = status;
    answer.fields.add("Content-Type", "text/plain; charset=utf-8");
    answer.body = std::move(text);
    return answer;
}

Answer not_allowed(const Request& request, std::string_view allow) {
    Answer answer =
        request.method == "OPTIONS" ? empty_answer(204) : error_answer(405, "Not for this resource");
    answer.fields.add("Allow", allow);
    answer.close = request.method == "CONNECT";
    return answer;
}

std::optional<Answer> judge_upload(const Request& request) {
    if (!request.has_body() && request.fields.count("Content-Length") == 0)
        return error_answer(411, "An upload needs Content-Length or Transfer-Encoding");
    return {};
}

Answer headers(const Request& request) {
    Answer answer = text_answer(200, "see the header section\n");
    for (const auto& [name, value] : form_pairs(request.target.query))
        if (is_field_line(name + ": " + value)) answer.fields.add(name, value);
    return answer;
}

Answer cookie(const Request& request) {
    std::uint64_t count = 0;
    for (std::string_view rest = request.fields.find("Cookie").value_or(""); !rest.empty();) {
        const auto pair = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
        if (trimmed(pair).starts_with("count="))
            count = std::min<std::uint64_t>(parse_decimal(trimmed(pair).substr(6)).value_or(0), 999'999'999);
    }
    Answer answer = text_answer(200, fmt::format("visit {}\n", count + 1));
    answer.fields.add("Set-Cookie", fmt::format("count={}; Path=/; Max-Age=3600; HttpOnly", count + 1));
    return answer;
}

Answer members_only(const Request& request) {
    if (is_basic(request.fields.find("Authorization").value_or(""), "Aladdin:open sesame"))
        return text_answer(200, "the cave is open\n");
    Answer answer = error_answer(401, "For Aladdin only");
    answer.fields.add("WWW-Authenticate", "Basic realm=\"the cave\", charset=\"UTF-8\"");
    return answer;
}

std::optional<Answer> cache(const Request& request, std::string_view seconds, const Moment& now) {
    const auto age = parse_decimal(seconds);
    if (!age || *age > 31'536'000) return {};
    Validators validators;
    validators.etag = fmt::format("\"cache-{}\"", *age);
    validators.modified = Date(std::chrono::seconds(784111777));
    const bool is_known = judge_conditions(request.fields, validators, now.date) == Condition::not_modified;
    Answer answer = is_known ? empty_answer(304) : text_answer(200, fmt::format("good for {} s\n", *age));
    answer.fields.add("Cache-Control", fmt::format("max-age={}", *age));
    answer.fields.add("ETag", validators.etag);
    if (request.target.query.contains("expires=0")) answer.fields.add("Expires", "0");
    return answer;
}

Answer form(const Request& request) {
    if (request.is_get() || request.is_head())
        return page_answer(
            200, "<form method=\"post\"><input name=\"a\"><input name=\"b\"><button>send</button></form>");
    if (request.method != "POST") return not_allowed(request, "GET, HEAD, OPTIONS, POST");
    const auto type = request.fields.find("Content-Type").value_or("");
    if (!equals_ignoring_case(trimmed(type.substr(0, type.find(';'))), "application/x-www-form-urlencoded")) {
        Answer answer = error_answer(415, "Only application/x-www-form-urlencoded is understood");
        answer.fields.add("Accept", "application/x-www-form-urlencoded");  // RFC 9110 15.5.16
        return answer;
    }
    if (auto refused = judge_upload(request)) return std::move(*refused);
    Answer answer;
    answer.body = SinkBody{std::make_shared<FormSink>(request.target.query == "see-other")};
    return answer;
}

Answer gzip_only(const Request& request) {
    Answer answer = accepts_gzip(request.fields) ? text_answer(200, gzip_compressed("only as gzip\n"))
                                                 : error_answer(406, "There is only a gzip form of this");
    if (answer.status == 200) answer.fields.add("Content-Encoding", "gzip");
    answer.fields.add("Vary", "Accept-Encoding");
    return answer;
}

Answer upgrade(const Request& request) {
    const bool wants_echo = request.minor_version >= 1 && request.is_get() && !request.has_body() &&
                            list_contains(request.fields.joined("Upgrade").value_or(""), "echo") &&
                            list_contains(request.fields.joined("Connection").value_or(""), "upgrade");
    if (!wants_echo) {
        Answer answer = error_answer(426, "Ask with Upgrade: echo");
        answer.fields.add("Upgrade", "echo");
        answer.fields.add("Connection", "Upgrade");
        return answer;
    }
    Answer answer = empty_answer(101);
    answer.fields.add("Upgrade", "echo");
    answer.fields.add("Connection", "Upgrade");
    answer.body = EchoBody{};
    return answer;
}

Answer fails() { throw std::runtime_error("the demo of a broken resource"); }

}  // namespace sluice::http::demo
