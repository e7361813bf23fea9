#include "apps/common/http/proxy_site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "apps/common/http/backend_exchange.h"
#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

constexpr std::string_view via = "1.1 sluice";

// RFC 9110 7.6.1: fields of one hop, and those that Connection names.
bool is_of_one_hop(const Field& field, std::string_view connection) {
    constexpr std::array names{"Connection",
                               "Keep-Alive",
                               "Proxy-Connection",
                               "TE",
                               "Transfer-Encoding",
                               "Trailer",
                               "Upgrade",
                               "Content-Length",
                               "Expect",
                               "Proxy-Authenticate",
                               "Proxy-Authorization"};
    return list_contains(connection, field.name) || std::ranges::any_of(names, [&](std::string_view name) {
               return equals_ignoring_case(name, field.name);
           });
}

bool is_named(const Field& field, std::string_view name) { return equals_ignoring_case(field.name, name); }

// Collects a request's body before the back end is asked.
class ProxySink final : public BodySink {
public:
    ProxySink(Stack& stack, Request request, const wire::Endpoint& backend, const Settings& settings)
        : stack_(stack), request_(std::move(request)), backend_(backend), settings_(settings) {}

    void take(std::string_view octets) override {
        if (body_.size() <= settings_.max_backend_body) body_ += octets;
    }
    Answer finish() override {
        if (body_.size() > settings_.max_backend_body) return error_answer(413, "The body is too large");
        Answer answer;
        answer.body = LaterBody{std::make_shared<BackendExchange>(
            stack_, backend_, forwarded_head(request_, backend_, body_.size()) + body_, settings_)};
        return answer;
    }

private:
    Stack& stack_;
    Request request_;
    wire::Endpoint backend_;
    const Settings& settings_;
    std::string body_;
};

}  // namespace

std::string forwarded_head(const Request& request, const wire::Endpoint& backend, std::uint64_t body_octets) {
    const std::string query = request.target.has_query ? "?" + request.target.query : "";
    // The content of an answer to HEAD is left out here; only a GET tells how long it is.
    std::string text =
        fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", request.is_head() ? "GET" : request.method,
                    request.target.path(), query, wire::to_text(backend));
    const std::string connection = request.fields.joined("Connection").value_or("");
    std::string way;
    std::string clients;
    for (const Field& field : request.fields) {
        if (is_named(field, "Via")) way += field.value + ", ";
        if (is_named(field, "X-Forwarded-For")) clients += field.value + ", ";
        if (is_of_one_hop(field, connection) || is_named(field, "Host") || is_named(field, "Via") ||
            is_named(field, "X-Forwarded-For"))
            continue;
        text += fmt::format("{}: {}\r\n", field.name, field.value);
    }
    // RFC 9110 7.6.3, and who asked: the address without its port.
    text += fmt::format("Via: {}{}\r\nX-Forwarded-For: {}{}\r\n", way, via, clients,
                        request.peer.substr(0, request.peer.rfind(':')));
    if (request.has_body()) text += fmt::format("Content-Length: {}\r\n", body_octets);
    return text + "Connection: close\r\n\r\n";
}

Fields passed_on(const Fields& fields) {
    const std::string connection = fields.joined("Connection").value_or("");
    Fields kept;
    for (const Field& field : fields) {
        // Choice: Date and Server are this server's own, which every answer of it has.
        const bool is_ours = is_named(field, "Date") || is_named(field, "Server");
        if (!is_ours && !is_of_one_hop(field, connection)) kept.add(field.name, field.value);
    }
    kept.add("Via", via);
    return kept;
}

Answer ProxySite::answer(const Request& request, const Moment& now) {
    const std::string path = request.target.path();
    const bool is_below = request.target.form != Target::Form::asterisk && path.starts_with(backend_.path);
    if (!is_below) return others_.answer(request, now);
    return pass_on(stack_, request, backend_.at, settings_);
}

Answer pass_on(Stack& stack, const Request& request, const wire::Endpoint& to, const Settings& settings) {
    if (request.method == "CONNECT" || request.method == "TRACE")
        return error_answer(405, "This method is not passed on");
    Answer answer;
    if (request.has_body())
        answer.body = SinkBody{std::make_shared<ProxySink>(stack, request, to, settings)};
    else
        answer.body =
            LaterBody{std::make_shared<BackendExchange>(stack, to, forwarded_head(request, to, 0), settings)};
    return answer;
}

}  // namespace sluice::http
