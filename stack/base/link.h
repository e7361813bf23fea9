// What the Stack knows of a link: a number and these values. The device itself belongs to the host's loop.
#pragma once

#include <array>
#include <cstdint>

#include "base/chunk.h"

namespace sluice {

using LinkId = std::uint8_t;

struct LinkCapabilities {
    std::uint32_t mtu = 1500;  // octets of an IP packet
    std::uint32_t receive_segment_bytes =
        0;  // largest TCP super-segment (IP packet octets) it may hand up; 0 = none
    std::uint32_t send_segment_bytes = 0;    // largest TCP super-segment it cuts up for us; 0 = none
    bool computes_checksums = false;         // it completes transport checksums on the way out
    std::uint32_t receive_queue_frames = 0;  // frames it holds for us before it drops; 0 = unknown
    bool vouches_checksums = false;          // it may tell that a received transport checksum is good
};

// Up to `capacity` slices without allocation.
class SliceList {
public:
    static constexpr std::uint32_t capacity = 20;

    std::uint32_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    bool full() const { return size_ == capacity; }
    std::uint32_t bytes() const { return bytes_; }
    void push_back(Slice slice) {
        SLUICE_CHECK(size_ < capacity);
        bytes_ += slice.size();
        slices_[size_++] = std::move(slice);
    }
    // Everything in `other` is moved to the end.
    void take(SliceList& other) {
        for (std::uint32_t i = 0; i < other.size_; ++i) push_back(std::move(other.slices_[i]));
        other.size_ = other.bytes_ = 0;
    }
    const Slice& operator[](std::uint32_t i) const {
        SLUICE_CHECK(i < size_);
        return slices_[i];
    }
    const Slice* begin() const { return slices_.data(); }
    const Slice* end() const { return slices_.data() + size_; }
    void clear() {
        while (size_ > 0) slices_[--size_] = Slice();
        bytes_ = 0;
    }

private:
    std::array<Slice, capacity> slices_;
    std::uint32_t size_ = 0;
    std::uint32_t bytes_ = 0;
};

// A frame from a link: an Ethernet frame without FCS, contiguous.
struct FrameIn {
    Slice bytes;
    bool checksum_good = false;  // the link vouches for the transport checksum
    std::uint16_t segment_bytes =
        0;  // TCP payload octets of each segment inside a super-segment; 0 = one segment
};

// A frame to a link: [header | slices], to be gathered by one writev.
struct FrameOut {
    LinkId link = 0;
    std::array<std::uint8_t, 160> header_bytes;  // Ethernet, IP and transport header
    std::uint32_t header_length = 0;
    SliceList payload;
    bool needs_checksum = false;       // the device must complete it: the one's complement sum from
    std::uint16_t checksum_start = 0;  //   checksum_start to the end, put at checksum_start + checksum_offset
    std::uint16_t checksum_offset = 0;  //   (the field already holds the pseudo-header's sum)
    std::uint16_t segment_bytes = 0;    // cut into TCP segments of this payload size; 0 = send as it is
    std::uint32_t number = 0;           // 1, 2, 3 ... in the capture, as the trace names it

    ByteView header() const { return {header_bytes.data(), header_length}; }
    std::uint32_t size() const { return header_length + payload.bytes(); }
    void clear() {
        payload.clear();
        header_length = 0;
        needs_checksum = false;
        segment_bytes = 0;
    }
};

}  // namespace sluice
