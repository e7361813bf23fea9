// A Linux TAP interface as a Device. With IFF_VNET_HDR every frame has a virtio header in front; offload (checksums
// left to us or to the kernel, TCP super-segments of up to 64 KiB) is agreed only when asked for.
//
// Told: a name or a descriptor somebody opened. Answers: frames, and one line that says what is wrong and what to do
// when it cannot be opened. Linux Documentation/networking/tuntap.rst.
#pragma once

#include <array>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "host/descriptor.h"
#include "host/device.h"

namespace sluice::host {

struct OffloadHeader;

struct TapOptions {
    std::string name = "sluice0";
    int descriptor = -1;     // an open TAP; -1: open by name. It becomes ours.
    std::uint32_t mtu = 0;   // 0: the interface's
    bool may_create = true;  // make the interface when there is none of this name (it goes when we go)
    bool offload = false;    // checksums and super-segments both ways
};

// Whether the kernel takes it as an interface's name: 1 to 15 printable characters without '/', ':', '%' and space.
bool is_interface_name(std::string_view name);

class Tap final : public Device {
public:
    static std::expected<std::unique_ptr<Tap>, std::string> open(const TapOptions& options);

    std::optional<FrameIn> read(ChunkPool& pool) override;
    Wrote write(const FrameOut& frame) override;
    int descriptor() const override { return descriptor_.number(); }
    const std::string& name() const override { return name_; }
    LinkCapabilities capabilities() const override { return capabilities_; }
    const DeviceCounters& counters() const override { return counters_; }
    const std::string& failure() const override { return failure_; }
    // True if open() made the interface: the host has no address on it yet.
    bool is_created() const { return is_created_; }

private:
    friend class TapOpening;
    Tap() = default;
    std::optional<FrameIn> accept_frame(ChunkPool& pool, std::uint32_t length, const OffloadHeader& header);

    Slice take_octets(ChunkPool& pool, std::uint32_t length);

    Descriptor descriptor_;
    std::string name_;
    LinkCapabilities capabilities_;
    DeviceCounters counters_;
    std::string failure_;
    Chunk room_;                               // what the next read fills
    std::array<std::uint8_t, 64> overflow_{};  // behind it, what the last octets of a 64 KiB frame need
    std::uint32_t room_bytes_ = 0;             // one more than the longest frame, so that a longer one shows
    std::uint32_t header_bytes_ = 0;  // of the virtio header: 12, 10, or 0 on a descriptor made without
    bool is_created_ = false;
};

}  // namespace sluice::host
