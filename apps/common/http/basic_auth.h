// The Basic scheme (RFC 7617), as a server judges it.
#pragma once

#include <string_view>

namespace sluice::http {

// Whether the value of Authorization or Proxy-Authorization is these credentials, "name:password".
bool is_basic(std::string_view given, std::string_view credentials);

}  // namespace sluice::http
