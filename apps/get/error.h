// What ends a transfer early: curl's exit code and one line.
#pragma once

#include <stdexcept>
#include <string>

namespace sluice::get {

enum class Exit : int {
    ok = 0,
    unsupported_scheme = 1,
    malformed_url = 3,
    not_built_in = 4,
    proxy_not_resolved = 5,
    not_resolved = 6,
    not_connected = 7,
    weird_reply = 8,
    partial = 18,
    http_error = 22,
    write_failed = 23,
    read_failed = 26,  // of the file to send
    timed_out = 28,
    no_ranges = 33,
    too_many_redirects = 47,
    empty_reply = 52,
    send_failed = 55,
    receive_failed = 56,
    bad_encoding = 61,
};

class TransferError : public std::runtime_error {
public:
    TransferError(Exit exit, const std::string& line) : std::runtime_error(line), exit_(exit) {}
    Exit exit() const { return exit_; }

private:
    Exit exit_;
};

}  // namespace sluice::get
