// A file in the system's folder for temporary ones, removed at the end.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace sluice::test {

class TemporaryFile {
public:
    TemporaryFile() : path_(std::filesystem::temp_directory_path() / "sluice_test_XXXXXX") {
        ::close(mkstemp(path_.data()));
    }
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& path() const { return path_; }
    std::string text() const {
        std::ifstream file(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
    std::vector<std::uint8_t> octets() const {
        const std::string read = text();
        return {read.begin(), read.end()};
    }
    void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

private:
    std::string path_;
};

}  // namespace sluice::test
