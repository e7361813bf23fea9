// Where a body goes: standard output or a file, which is made when the first octet is there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/descriptor.h"

namespace sluice::get {

class Output {
public:
    // `path` "" or "-": standard output. `append`: keep what the file holds.
    Output(std::string path, bool append) : path_(std::move(path)), append_(append) {}

    bool is_stdout() const { return path_.empty() || path_ == "-"; }
    const std::string& path() const { return path_; }
    // Writes all of it or throws TransferError.
    void write(std::string_view octets);
    void open();  // makes the file, also when nothing will be written

private:
    std::string path_;
    bool append_;
    host::Descriptor file_;
};

// Octets a file holds; 0 when there is none.
std::uint64_t size_of_file(const std::string& path);

}  // namespace sluice::get
