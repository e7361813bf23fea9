// Ancillary data of sendmsg() and recvmsg() (cmsg(3)): the walk over what was given, and writing into bounded room.
#pragma once

#include <sys/socket.h>

#include <cstring>

#include "base/bytes.h"

namespace sluice::posix {

// Fills the room for ancillary data; what does not fit is cut off and told (recvmsg(2) MSG_CTRUNC).
class ControlWriter {
public:
    explicit ControlWriter(ByteSpan room) : room_(room) {}

    template <typename Value>
    void add(int level, int type, const Value& value) {
        add(level, type, &value, sizeof value);
    }
    std::size_t size() const { return at_; }
    bool is_cut() const { return is_cut_; }

private:
    void add(int level, int type, const void* data, std::size_t length) {
        const std::size_t left = room_.size() - at_;
        if (left < CMSG_LEN(0)) {
            is_cut_ = true;
            return;
        }
        is_cut_ = is_cut_ || left < CMSG_LEN(length);
        const std::size_t fitting = std::min(length, left - CMSG_LEN(0));
        cmsghdr header{};
        header.cmsg_len = CMSG_LEN(fitting);
        header.cmsg_level = level;
        header.cmsg_type = type;
        std::memcpy(room_.data() + at_, &header, sizeof header);
        std::memcpy(room_.data() + at_ + CMSG_LEN(0), data, fitting);
        at_ += std::min(left, CMSG_SPACE(fitting));
    }

    ByteSpan room_;
    std::size_t at_ = 0;
    bool is_cut_ = false;
};

// Calls visit(level, type, data) for each item. False: an item that cannot be (EINVAL).
template <typename Visit>
bool visit_control(ByteView control, Visit visit) {
    while (control.size() >= sizeof(cmsghdr)) {
        cmsghdr header;
        std::memcpy(&header, control.data(), sizeof header);
        if (header.cmsg_len < CMSG_LEN(0) || header.cmsg_len > control.size()) return false;
        if (!visit(header.cmsg_level, header.cmsg_type,
                   control.subspan(CMSG_LEN(0), header.cmsg_len - CMSG_LEN(0))))
            return false;
        control = control.subspan(std::min(control.size(), CMSG_ALIGN(header.cmsg_len)));
    }
    return true;
}

}  // namespace sluice::posix
