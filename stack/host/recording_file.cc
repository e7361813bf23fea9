#include "host/recording_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace sluice::host {
namespace {

constexpr std::size_t written_at_once = std::size_t{64} * 1024;

}  // namespace

std::expected<std::unique_ptr<RecordingFile>, std::string> RecordingFile::open(const std::string& path,
                                                                               const recording::Head& head,
                                                                               std::uint64_t octets_most) {
    std::unique_ptr<RecordingFile> made(new RecordingFile);
    made->file_ = Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!made->file_)
        return std::unexpected(fmt::format("cannot write {}: {}", path, strerrordesc_np(errno)));
    made->octets_left_ = octets_most;
    made->writer_.append(head);
    return made;
}

void RecordingFile::on_entrance(const Entrance& entrance) {
    if (is_full_) return;
    const std::size_t before = waiting_.size();
    writer_.append(entrance);
    if (waiting_.size() > octets_left_) {
        waiting_.resize(before);
        is_full_ = true;
    }
    if (is_full_ || waiting_.size() >= written_at_once) flush();
}

void RecordingFile::flush() {
    for (std::size_t at = 0; at < waiting_.size() && !has_failed_;) {
        const ssize_t written = ::write(file_.number(), waiting_.data() + at, waiting_.size() - at);
        if (written < 0 && errno == EINTR) continue;
        has_failed_ = written <= 0;
        at += has_failed_ ? 0 : static_cast<std::size_t>(written);
    }
    octets_left_ -= std::min<std::uint64_t>(octets_left_, waiting_.size());
    is_full_ = is_full_ || has_failed_;
    waiting_.clear();
}

}  // namespace sluice::host
