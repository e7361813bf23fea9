// This server as a proxy for clients that ask it to be one (RFC 9110 7.6): to the hosts its operator lists, by absolute targets and
// by CONNECT. In front of the site that has the server's own resources.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "apps/common/http/answer.h"
#include "apps/common/http/settings.h"
#include "stack.h"

namespace sluice::http {

struct ForwardOptions {
    std::set<wire::Endpoint> hosts;  // none: it is no proxy
    std::string credentials;         // "name:password"; empty: anybody may ask
};

class ForwardSite : public Site {
public:
    ForwardSite(Site& others, Stack& stack, ForwardOptions options, const Settings& settings)
        : others_(others), stack_(stack), options_(std::move(options)), settings_(settings) {}

    Answer answer(const Request& request, const Moment& now) override;

private:
    Site& others_;
    Stack& stack_;
    ForwardOptions options_;
    const Settings& settings_;
};

// "192.0.2.8:8000"; without a port `otherwise`, if that is not 0.
std::optional<wire::Endpoint> parse_place(std::string_view text, std::uint16_t otherwise);

}  // namespace sluice::http
