// What an operator decides about all resources, in front of a site: which names the host has, fields for every answer, names
// that are gone, TRACE. RFC 9110 7.2, 9.3.8, 15.5.11; the Fetch standard for Access-Control-Allow-Origin.
#pragma once

#include <map>
#include <set>
#include <string>

#include "apps/common/http/answer.h"

namespace sluice::http {

struct OuterOptions {
    std::map<std::string, Site*> hosts;  // by name in lower case, without port; others get the default
    Fields fields;                       // added to every answer
    std::string cors;                    // an origin or "*"; empty: none
    std::set<std::string> gone;          // paths as Target::path() says them
    bool allow_trace = false;
};

class OuterSite : public Site {
public:
    OuterSite(Site& inner, OuterOptions options) : inner_(inner), options_(std::move(options)) {}

    Answer answer(const Request& request, const Moment& now) override;

private:
    Answer inner_answer(const Request& request, const Moment& now);
    Site& site_for(const Request& request) const;

    Site& inner_;
    OuterOptions options_;
};

// The host a request is for, in lower case, without its port (RFC 9112 3.3); empty when it names none.
std::string host_of(const Request& request);

}  // namespace sluice::http
