// What processes of one run share: a page of memory that outlives whoever crashes.
#pragma once

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>

#include "base/reason.h"
#include "sim/trace_checker.h"

namespace sluice::simulate {

inline constexpr std::size_t jobs_max = 64;

// Text that grows at its end and is readable at any time.
class SharedText {
public:
    void clear() { size_ = 0; }
    void append(std::string_view text) {
        if (text.size() > octets_.size() - size_) return;
        text.copy(octets_.data() + size_, text.size());
        size_ += text.size();
    }
    std::string_view view() const { return {octets_.data(), size_}; }

private:
    std::size_t size_ = 0;
    std::array<char, std::size_t{16} * 1024 * 1024> octets_;
};

// What many seeds have seen together.
struct Tally {
    std::array<std::atomic<std::uint64_t>, 27> transitions;
    std::array<std::atomic<std::uint64_t>, reason_count> drops;
    std::atomic<std::uint64_t> events;
    std::atomic<std::int64_t> virtual_us;
    std::atomic<std::uint64_t> traces;  // the sum of all trace hashes: the same whatever compiled this
};

struct Shared {
    std::atomic<std::uint64_t> next;  // seeds handed out
    std::atomic<std::uint64_t> done;
    std::array<std::atomic<std::uint64_t>, jobs_max>
        at_work;  // 1 + place of the seed each worker plays, 0: none
    std::array<std::atomic<std::uint64_t>, jobs_max> failed;  // likewise, of one that failed
    Tally tally;
    // Of a single run.
    SharedText failure;
    SharedText schedule;
    std::uint64_t trace_hash;
};

class SharedMemory {
public:
    SharedMemory()
        : shared_(static_cast<Shared*>(mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
        if (static_cast<void*>(shared_) == MAP_FAILED) throw std::bad_alloc();
    }
    ~SharedMemory() { munmap(shared_, sizeof(Shared)); }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    Shared* operator->() { return shared_; }
    Shared& operator*() { return *shared_; }

private:
    Shared* shared_;
};

}  // namespace sluice::simulate
