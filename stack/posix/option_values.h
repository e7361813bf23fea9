// Values of options to and from the caller's memory, as getsockopt(2) and socket(7) want it.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "base/time.h"
#include "posix/answer.h"

namespace sluice::posix {

// socket(7): the least SO_RCVBUF and SO_SNDBUF.
inline constexpr std::uint32_t receive_buffer_least = 2304;
inline constexpr std::uint32_t send_buffer_least = 4608;

// EINVAL: too short; EFAULT: nowhere.
template <typename Value>
Answer<Value> value_from(const void* value, socklen_t length) {
    if (length < sizeof(Value)) return fail(EINVAL);
    if (!value) return fail(EFAULT);
    Value result;
    std::memcpy(&result, value, sizeof result);
    return result;
}

// As much as there is room for.
template <typename Value>
Answer<void> value_to(const Value& from, void* value, socklen_t& length) {
    if (!value) return fail(EFAULT);
    length = std::min(length, static_cast<socklen_t>(sizeof from));
    std::memcpy(value, &from, length);
    return {};
}

inline int clamped(std::uint64_t number) {
    return static_cast<int>(std::min<std::uint64_t>(number, std::numeric_limits<int>::max()));
}

// Choice: a buffer is as large as was asked for, within bounds; Linux doubles the number for its own bookkeeping.
std::uint32_t buffer_of(int wanted, std::uint32_t least);
// ip(7): what is an int may be given as one octet.
Answer<int> ip_number_from(const void* value, socklen_t length);
Answer<void> ip_number_to(int number, void* value, socklen_t& length);

// SO_RCVTIMEO, SO_SNDTIMEO: zero means no limit; microseconds beyond a second are EDOM.
Answer<Duration> limit_from(const timeval& time);
timeval time_of(Duration limit);

}  // namespace sluice::posix
