// Resources below one path that another server has: each request goes to it on a connection of its own, and its answer comes back
// (RFC 9110 7.6). In front of the site that has the others.
#pragma once

#include <string>

#include "apps/common/http/answer.h"
#include "apps/common/http/settings.h"
#include "stack.h"

namespace sluice::http {

struct Backend {
    std::string path;  // what is below it goes there: "/proxy/"
    wire::Endpoint at;
};

class ProxySite : public Site {
public:
    ProxySite(Site& others, Stack& stack, Backend backend, const Settings& settings)
        : others_(others), stack_(stack), backend_(std::move(backend)), settings_(settings) {}

    Answer answer(const Request& request, const Moment& now) override;

private:
    Site& others_;
    Stack& stack_;
    Backend backend_;
    const Settings& settings_;
};

// What another server answers to this request.
Answer pass_on(Stack& stack, const Request& request, const wire::Endpoint& to, const Settings& settings);
// The request as the back end gets it: without what belongs to one hop (RFC 9110 7.6.1), with Via and who asked.
std::string forwarded_head(const Request& request, const wire::Endpoint& backend, std::uint64_t body_octets);
// The fields of its answer that are passed on, with Via.
Fields passed_on(const Fields& fields);

}  // namespace sluice::http
