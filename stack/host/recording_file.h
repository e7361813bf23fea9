// What enters a Stack, in a file (recording/recording.h): bounded, and readable up to the last entrance written even when the
// program ends badly. Only its owner may read it, for it holds seeds and data.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "host/descriptor.h"
#include "recording/recording.h"

namespace sluice::host {

class RecordingFile final : public EntranceWatcher {
public:
    // Once `octets_most` are written, recording ends.
    static std::expected<std::unique_ptr<RecordingFile>, std::string> open(const std::string& path,
                                                                           const recording::Head& head,
                                                                           std::uint64_t octets_most);

    ~RecordingFile() { flush(); }
    void on_entrance(const Entrance& entrance) override;
    void flush();
    // False: the system did not take everything (the disk is full).
    bool is_complete() const { return !has_failed_; }
    // It ended because there was no more room.
    bool is_full() const { return is_full_; }

private:
    RecordingFile() : writer_(waiting_) {}

    Descriptor file_;
    std::vector<std::uint8_t> waiting_;
    recording::RecordingWriter writer_;
    std::uint64_t octets_left_ = 0;
    bool is_full_ = false;
    bool has_failed_ = false;
};

}  // namespace sluice::host
