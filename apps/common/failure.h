// What ends a program early: one line for the person, and the exit code.
#pragma once

#include <expected>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace sluice::common {

inline constexpr int exit_environment =
    1;                                // the machine is not as needed: no TAP, address taken, port in use
inline constexpr int exit_usage = 2;  // the command line is wrong

class Failure : public std::runtime_error {
public:
    Failure(int exit_code, const std::string& line) : std::runtime_error(line), exit_code_(exit_code) {}
    int exit_code() const { return exit_code_; }

private:
    int exit_code_;
};

// The value, or why there is none as a Failure of the environment.
template <typename Value>
Value must(std::expected<Value, std::string> value) {
    if (!value) throw Failure(exit_environment, value.error());
    if constexpr (!std::is_void_v<Value>) return std::move(*value);
}

}  // namespace sluice::common
