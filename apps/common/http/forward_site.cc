#include "apps/common/http/forward_site.h"

#include "apps/common/http/basic_auth.h"
#include "apps/common/http/proxy_site.h"
#include "apps/common/http/tunnel.h"

namespace sluice::http {
namespace {

constexpr std::uint16_t http_port = 80;

}  // namespace

std::optional<wire::Endpoint> parse_place(std::string_view text, std::uint16_t otherwise) {
    auto place = wire::parse_endpoint(text);
    if (!place)
        if (const auto address = wire::parse_address(text)) place = wire::Endpoint{*address, otherwise};
    return place && place->port != 0 ? place : std::nullopt;
}

Answer ForwardSite::answer(const Request& request, const Moment& now) {
    const bool is_tunnel = request.method == "CONNECT";
    if (!is_tunnel && request.target.form != Target::Form::absolute) return others_.answer(request, now);
    const auto place = parse_place(request.target.host, is_tunnel ? 0 : http_port);
    const bool is_listed = place && options_.hosts.contains(*place);
    // RFC 9112 3.2.2: an absolute target may name a resource of our own.
    if (!is_tunnel && !is_listed) return others_.answer(request, now);
    if (!options_.credentials.empty() &&
        !is_basic(request.fields.find("Proxy-Authorization").value_or(""), options_.credentials)) {
        // RFC 9110 15.5.8, 11.7.1.
        Answer answer = error_answer(407, "Say who you are");
        answer.fields.add("Proxy-Authenticate", "Basic realm=\"proxy\", charset=\"UTF-8\"");
        return answer;
    }
    if (!is_listed) {
        Answer answer = error_answer(403, "This proxy does not lead there");
        answer.close = true;  // What follows may not be HTTP.
        return answer;
    }
    if (!is_tunnel) return pass_on(stack_, request, *place, settings_);
    Answer answer;
    answer.body = LaterBody{std::make_shared<TunnelOpening>(stack_, *place, settings_)};
    return answer;
}

}  // namespace sluice::http
