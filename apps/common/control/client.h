// Asks a running program over its control socket.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace sluice::common {

// The answer to {"show": what}. Throws Failure: nobody is there, or it will not say.
nlohmann::json ask_program(const std::string& path, const std::string& what);

}  // namespace sluice::common
