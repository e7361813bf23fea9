// Asks a running program over its control socket.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "host/descriptor.h"

namespace sluice::common {

// Where programs are asked when nothing else is said.
inline constexpr const char* usual_control = "/run/sluice.control";

class ControlClient {
public:
    // Throws Failure: nobody is there.
    explicit ControlClient(const std::string& path);

    // The answer to a request. Throws Failure: it will not say, or will not do it.
    nlohmann::json ask(const nlohmann::json& request);

private:
    std::string next_line();
    std::string path_;
    host::Descriptor socket_;
    std::string received_;
};

// The answer to {"show": what}.
nlohmann::json ask_program(const std::string& path, const std::string& what);

}  // namespace sluice::common
