#include "host/offload_header.h"

namespace sluice::host {

bool read_offload_header(const OffloadHeader& header, FrameIn& frame) {
    const bool partial = (header.flags & OffloadHeader::needs_checksum) != 0;
    if (partial && std::uint32_t{header.checksum_start} + header.checksum_offset + 2 > frame.bytes.size())
        return false;
    // A frame that never left the host has only the pseudo-header's sum: nothing could have damaged it.
    frame.checksum_good = partial || (header.flags & OffloadHeader::data_valid) != 0;
    switch (header.segments_kind & ~OffloadHeader::segments_ecn) {
        case OffloadHeader::segments_none: frame.segment_bytes = 0; return true;
        case OffloadHeader::segments_tcp4:
            frame.segment_bytes = header.segment_bytes;
            return header.segment_bytes != 0;
        default: return false;  // UDP and IPv6 super-segments were not asked for.
    }
}

OffloadHeader make_offload_header(const FrameOut& frame) {
    OffloadHeader header{};
    if (frame.needs_checksum) {
        header.flags = OffloadHeader::needs_checksum;
        header.checksum_start = frame.checksum_start;
        header.checksum_offset = frame.checksum_offset;
    }
    if (frame.segment_bytes != 0 && frame.payload.bytes() > frame.segment_bytes) {
        header.segments_kind = OffloadHeader::segments_tcp4;
        header.segment_bytes = frame.segment_bytes;
        header.header_length = static_cast<std::uint16_t>(frame.header_length);
    }
    return header;
}

}  // namespace sluice::host
