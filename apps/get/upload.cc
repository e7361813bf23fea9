#include "apps/get/upload.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "apps/get/error.h"

namespace sluice::get {
namespace {

constexpr std::size_t piece_octets = 131072;

[[noreturn]] void fail(const std::string& path) {
    throw TransferError(Exit::read_failed, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
}

host::Descriptor open_for_reading(const std::string& path) {
    host::Descriptor file(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                      : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) fail(path);
    return file;
}

// Up to piece_octets; empty at the end.
std::string read_piece(const host::Descriptor& file) {
    std::string piece(piece_octets, '\0');
    ssize_t got = -1;
    do got = ::read(file.number(), piece.data(), piece.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) fail("the file to send");
    piece.resize(static_cast<std::size_t>(got));
    return piece;
}

// As curl does: without the line ends of the file.
std::string text_of_file(const std::string& path) {
    const auto file = open_for_reading(path);
    std::string text;
    for (std::string piece = read_piece(file); !piece.empty(); piece = read_piece(file)) text += piece;
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    return text;
}

}  // namespace

Upload Upload::of_data(const std::vector<std::string>& data) {
    Upload upload;
    for (const std::string& part : data) {
        if (&part != &data.front()) upload.text_ += '&';
        upload.text_ += part.starts_with('@') ? text_of_file(part.substr(1)) : part;
    }
    upload.length_ = upload.text_.size();
    upload.is_any_ = true;
    return upload;
}

Upload Upload::of_file(const std::string& path) {
    Upload upload;
    upload.file_ = open_for_reading(path);
    struct stat facts {};
    if (::fstat(upload.file_.number(), &facts) != 0) fail(path);
    if (S_ISDIR(facts.st_mode)) {
        errno = EISDIR;
        fail(path);
    }
    if (S_ISREG(facts.st_mode)) upload.length_ = static_cast<std::uint64_t>(facts.st_size);
    upload.is_any_ = true;
    return upload;
}

std::string Upload::next() {
    if (!is_any_ || is_ended_) return {};
    if (!file_) {
        is_ended_ = true;
        return text_;
    }
    std::string piece = read_piece(file_);
    if (!length_) {
        is_ended_ = piece.empty();
        return is_ended_ ? "0\r\n\r\n" : fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    }
    // A file that grows meanwhile is cut at the length that was told; one that shrinks cannot be sent.
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), *length_ - given_)));
    given_ += piece.size();
    is_ended_ = given_ == *length_;
    if (piece.empty() && !is_ended_)
        throw TransferError(Exit::read_failed, "the file to send became shorter");
    return piece;
}

void Upload::rewind() {
    given_ = 0;
    is_ended_ = false;
    if (file_ && ::lseek(file_.number(), 0, SEEK_SET) != 0)
        throw TransferError(Exit::send_failed, "what was read from standard input cannot be sent again");
}

}  // namespace sluice::get
