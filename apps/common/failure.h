// What ends a program early: one line for the person, and the exit code.
#pragma once

#include <stdexcept>
#include <string>

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

}  // namespace sluice::common
