// Status codes: their phrases, and a refusal with its reason. RFC 9110 15.
#pragma once

#include <string_view>

namespace sluice::http {

// "Not Found"; for an unknown code the phrase of its class (RFC 9110 15: x00).
std::string_view phrase_of(int status);

// A request that is answered with an error, and what is wrong with it in words for a person.
struct Refusal {
    int status = 400;
    std::string_view why;
    bool close = true;  // the end of the request is not known, or not worth waiting for
};

}  // namespace sluice::http
