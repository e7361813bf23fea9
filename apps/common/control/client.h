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
    // The next line it sends, without its end.
    std::string next_line();
    // For those who wait for lines nobody asked for: whether one is here, readable when one may come, whether there will be none.
    bool has_line() const { return received_.find('\n') != std::string::npos; }
    int descriptor() const { return socket_.number(); }
    bool is_over() const;

private:
    std::string path_;
    host::Descriptor socket_;
    std::string received_;
};

// The answer to {"show": what}.
nlohmann::json ask_program(const std::string& path, const std::string& what);

}  // namespace sluice::common
