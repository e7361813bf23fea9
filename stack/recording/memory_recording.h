// A recording in memory: for tests and simulations.
#pragma once

#include "recording/recording.h"

namespace sluice::recording {

class MemoryRecording final : public EntranceWatcher {
public:
    // Of this Stack from now on, which is new: nothing was asked of it yet. It must not outlive the recording.
    explicit MemoryRecording(Stack& stack) : writer_(octets_) {
        writer_.append(head_of(stack.config()));
        stack.set_entrance_watcher(this);
    }
    MemoryRecording(const MemoryRecording&) = delete;
    MemoryRecording& operator=(const MemoryRecording&) = delete;

    void on_entrance(const Entrance& entrance) override { writer_.append(entrance); }
    const std::vector<std::uint8_t>& octets() const { return octets_; }

private:
    std::vector<std::uint8_t> octets_;
    RecordingWriter writer_;
};

}  // namespace sluice::recording
