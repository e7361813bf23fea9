#include "apps/common/http/outer_site.h"

#include <algorithm>
#include <array>

#include "apps/common/http/text.h"

namespace sluice::http {
namespace {

// RFC 9110 9.3.8: the request as it was received, without what others must not see.
Answer trace(const Request& request) {
    constexpr std::array<std::string_view, 3> secrets{"Authorization", "Proxy-Authorization", "Cookie"};
    std::string text = request.line + "\r\n";
    for (const Field& field : request.fields) {
        const bool is_secret = std::ranges::any_of(
            secrets, [&](std::string_view name) { return equals_ignoring_case(name, field.name); });
        if (!is_secret) text += field.name + ": " + field.value + "\r\n";
    }
    Answer answer;
    answer.fields.add("Content-Type", "message/http");
    answer.body = text + "\r\n";
    return answer;
}

}  // namespace

std::string host_of(const Request& request) {
    // RFC 9112 3.2.2: the host of an absolute target is the one that counts.
    std::string_view host = request.target.form == Target::Form::absolute
                                ? std::string_view(request.target.host)
                                : request.fields.find("Host").value_or("");
    if (const auto colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']'))
        host = host.substr(0, colon);
    std::string name(host);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return name;
}

Site& OuterSite::site_for(const Request& request) const {
    const auto found = options_.hosts.find(host_of(request));
    return found == options_.hosts.end() ? inner_ : *found->second;
}

Answer OuterSite::inner_answer(const Request& request, const Moment& now) {
    if (request.method == "TRACE" && options_.allow_trace) return trace(request);
    if (options_.gone.contains(request.target.path()))
        return error_answer(410, "This was taken away for good");
    return site_for(request).answer(request, now);
}

Answer OuterSite::answer(const Request& request, const Moment& now) {
    Answer answer = inner_answer(request, now);
    for (const Field& field : options_.fields) answer.fields.add(field.name, field.value);
    if (!options_.cors.empty()) {
        answer.fields.add("Access-Control-Allow-Origin", options_.cors);
        // What is sent to one origin must not be kept for another.
        if (options_.cors != "*") answer.fields.add("Vary", "Origin");
    }
    return answer;
}

}  // namespace sluice::http
