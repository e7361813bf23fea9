// A cable between two hosts that run on threads of their own: two devices over one wire in memory.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "host/descriptor.h"
#include "host/device.h"
#include "sim/memory_link.h"

namespace sluice::test {

class Cable {
public:
    using End = sim::MemoryLink::End;

    explicit Cable(const LinkCapabilities& capabilities = {}) : link_(capabilities, 65536) {}

    // Frames sent while it is unplugged are lost.
    void plug(bool plugged) { is_plugged_ = plugged; }

    // Both devices fail, as a TAP does that is deleted.
    void cut() {
        is_cut_ = true;
        for (const host::Descriptor& arrival : arrivals_) eventfd_write(arrival.number(), 1);
    }

private:
    friend class MemoryDevice;

    void send(End from, const FrameOut& frame) {
        if (!is_plugged_) return;
        const End to = from == End::a ? End::b : End::a;
        const std::lock_guard held(mutex_);
        const bool was_empty = link_.waiting(to) == 0;
        if (link_.send(from, frame) && was_empty) eventfd_write(arrival(to), 1);
    }
    std::optional<FrameIn> receive(End at, ChunkPool& pool) {
        const std::lock_guard held(mutex_);
        std::optional<FrameIn> frame = link_.receive(at, pool);
        eventfd_t count = 0;
        if (!frame) eventfd_read(arrival(at), &count);
        return frame;
    }
    int arrival(End at) const { return arrivals_[static_cast<std::size_t>(at)].number(); }

    std::mutex mutex_;
    sim::MemoryLink link_;
    std::atomic<bool> is_plugged_{true};
    std::atomic<bool> is_cut_{false};
    std::array<host::Descriptor, 2> arrivals_{host::Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
                                              host::Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))};
};

class MemoryDevice final : public host::Device {
public:
    MemoryDevice(std::shared_ptr<Cable> cable, Cable::End end) : cable_(std::move(cable)), end_(end) {}

    std::optional<FrameIn> read(ChunkPool& pool) override { return cable_->receive(end_, pool); }
    Wrote write(const FrameOut& frame) override {
        cable_->send(end_, frame);
        return Wrote::taken;
    }
    int descriptor() const override { return cable_->arrival(end_); }
    const std::string& name() const override { return name_; }
    LinkCapabilities capabilities() const override { return cable_->link_.capabilities(); }
    const host::DeviceCounters& counters() const override { return counters_; }
    const std::string& failure() const override { return cable_->is_cut_ ? failure_ : none_; }

private:
    std::shared_ptr<Cable> cable_;
    Cable::End end_;
    std::string name_ = "cable";
    std::string failure_ = "the cable was cut";
    std::string none_;
    host::DeviceCounters counters_;
};

}  // namespace sluice::test
