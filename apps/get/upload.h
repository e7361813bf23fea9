// What is sent along with a request: text of the command line or a file, read as there is room for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/descriptor.h"

namespace sluice::get {

class Upload {
public:
    Upload() = default;  // nothing
    // -d, several joined by "&"; "@FILE" reads a file. Throws TransferError.
    static Upload of_data(const std::vector<std::string>& data);
    // -T. "-" is standard input.
    static Upload of_file(const std::string& path);

    bool is_any() const { return is_any_; }
    // Known for text and for plain files.
    std::optional<std::uint64_t> length() const { return length_; }
    // The next octets to send, with the chunk framing if the length is not known; empty: all was given.
    std::string next();
    void rewind();  // for the same request again; throws TransferError when that cannot be

private:
    std::string text_;
    host::Descriptor file_;
    std::optional<std::uint64_t> length_;
    std::uint64_t given_ = 0;
    bool is_any_ = false;
    bool is_ended_ = false;
};

}  // namespace sluice::get
