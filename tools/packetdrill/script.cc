#include "tools/packetdrill/script.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "wire/ipv4.h"
#include "wire/packet.h"
#include "wire/pseudo_header.h"

namespace sluice::packetdrill {
namespace {

// The clock of scripts begins here: a time of day that is not zero.
constexpr std::int64_t epoch_s = 1'000'000'000;
// Deadlines later than this are no reason to wait for a packet.
constexpr Duration patience = std::chrono::hours(24);

std::int64_t since_start_us(Instant at) {
    return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
}

// RFC 791 3.1 and RFC 9293 3.1: the sums of a whole packet of ours.
bool are_sums_right(ByteView packet) {
    const auto header = wire::parse_ipv4(packet);
    if (!header || header->protocol != wire::protocol::tcp) return header.has_value();
    const ByteView segment = packet.subspan(std::size_t{packet[0] & 0xfU} * 4);
    return wire::transport_checksum(header->source, header->destination, header->protocol, segment) == 0;
}

}  // namespace

// The tool compares packets, but not their sums.
void Script::examine(const Packet& packet) {
    if (!are_sums_right(packet.octets)) ++wrong_sums_;
}

bool Script::end() {
    callers_.wait_for_others();
    std::size_t left = 0;
    for (; const auto packet = network_.device().take(); ++left) {
        if (left == 0)
            fmt::print(stderr, "packetdrill: a packet of {} octets left at {:.6f} that nobody looked at\n",
                       packet->octets.size(), static_cast<double>(since_start_us(packet->at)) / 1e6);
        examine(*packet);
    }
    if (left > 1) fmt::print(stderr, "packetdrill: and {} more\n", left - 1);
    if (wrong_sums_ > 0) fmt::print(stderr, "packetdrill: {} packets had a wrong checksum\n", wrong_sums_);
    return !is_strict_ || (left == 0 && wrong_sums_ == 0);
}

int Script::send(ByteView packet) {
    callers_.wait_for_others();
    if (!network_.receive(packet)) {
        errno = EMSGSIZE;
        return -1;
    }
    happened();
    return 0;
}

Instant Script::next_due() { return std::min(network_.next_deadline(), callers_.next_limit()); }

void Script::advance_to(Instant at) {
    for (Instant due = next_due(); due <= at; due = next_due()) {
        network_.move_to(std::max(due, network_.now()));
        happened();
    }
    network_.move_to(at);
    happened();
}

int Script::receive(void* room, std::size_t& octets, long long& time_us) {
    callers_.wait_for_others();
    const Instant longest = later(network_.now(), patience);
    while (network_.device().waiting() == 0 && next_due() <= longest)
        advance_to(std::max(next_due(), network_.now()));
    const auto packet = network_.device().take();
    const std::size_t most = std::exchange(octets, packet ? packet->octets.size() : 0);
    if (!packet) return 0;
    examine(*packet);
    if (octets > most) {
        errno = EMSGSIZE;
        return -1;
    }
    std::ranges::copy(packet->octets, static_cast<std::uint8_t*>(room));
    time_us = epoch_s * 1'000'000 + since_start_us(packet->at);
    return 0;
}

void Script::pass(Duration time) {
    callers_.wait_for_others();
    advance_to(later(network_.now(), time));
}

timeval Script::read_clock() {
    if (callers_.is_main()) pass(1us);  // The tool asks until a little time has passed.
    const std::int64_t now = since_start_us(network_.now());
    if (!callers_.is_main()) callers_.note_clock_read();  // from here on it may move
    return {epoch_s + now / 1'000'000, now % 1'000'000};
}

int Script::adopt(int fd, bool is_nonblocking) {
    if (fd < 0) return fd;
    posix::fcntl(fd, F_SETFL, posix::fcntl(fd, F_GETFL) | O_NONBLOCK);
    set_nonblocking(fd, is_nonblocking);
    return fd;
}

bool Script::is_ours(int fd) const {
    const std::lock_guard held(mutex_);
    return nonblocking_.contains(fd);
}

bool Script::blocks(int fd, int flags) const {
    const std::lock_guard held(mutex_);
    const auto found = nonblocking_.find(fd);
    return found != nonblocking_.end() && !found->second && (flags & MSG_DONTWAIT) == 0;
}

void Script::set_nonblocking(int fd, bool is_nonblocking) {
    const std::lock_guard held(mutex_);
    nonblocking_[fd] = is_nonblocking;
}

int Script::close(int fd) {
    if (!is_ours(fd)) return ::close(fd);
    {
        const std::lock_guard held(mutex_);
        nonblocking_.erase(fd);
    }
    return call(false, [fd] { return posix::close(fd); });
}

int Script::flags(int fd) const {
    const int all = posix::fcntl(fd, F_GETFL);
    return all < 0 || !blocks(fd) ? all : all & ~O_NONBLOCK;
}

int Script::set_flags(int fd, int flags) {
    const int result = posix::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    if (result >= 0) set_nonblocking(fd, (flags & O_NONBLOCK) != 0);
    return result;
}

}  // namespace sluice::packetdrill
