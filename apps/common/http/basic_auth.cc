#include "apps/common/http/basic_auth.h"

#include "apps/common/http/client_request.h"
#include "apps/common/http/text.h"

namespace sluice::http {

bool is_basic(std::string_view given, std::string_view credentials) {
    constexpr std::string_view scheme = "Basic ";
    return given.size() > scheme.size() && equals_ignoring_case(given.substr(0, scheme.size()), scheme) &&
           trimmed(given.substr(scheme.size())) == base64(credentials);
}

}  // namespace sluice::http
