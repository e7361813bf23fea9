// The steady path allocates nothing: operator new is counted in this test program.
#include <atomic>
#include <cstdlib>
#include <new>

#include "unit/net/lab.h"

namespace {

std::atomic<std::uint64_t> allocations{0};

[[gnu::noinline]] void* counted(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void give_back(void* memory) noexcept { std::free(memory); }

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size > 0 ? size : 1);
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }

namespace sluice::net::test {
namespace {

// Plays `once` a few times to warm up, then counts what a thousand more allocate.
template <typename Once>
std::uint64_t allocated_by(Once once) {
    for (int i = 0; i < 100; ++i) once();
    const std::uint64_t before = allocations;
    for (int i = 0; i < 1000; ++i) once();
    return allocations - before;
}

TEST_CASE("frames in, packets out and echoes of a known neighbour allocate nothing") {
    Lab lab;
    lab.meet();
    const Octets segment = ip_frame({.protocol = 6}, pattern(1000));
    CHECK(allocated_by([&] {
              FrameIn frame;
              frame.bytes = lab.pool.copy(segment);
              lab.layer.receive(lab.link, std::move(frame), 0, lab.now);
              lab.layer.on_time(lab.now);
          }) == 0);
    const Slice data = lab.slice(pattern(1000));
    wire::PacketOut packet;
    CHECK(allocated_by([&] {
              packet.clear();
              packet.destination = wire::Address::v4(192, 0, 2, 1);
              packet.protocol = 253;
              packet.has_checksum = false;
              packet.payload.push_back(data);
              if (lab.layer.send(packet, lab.out, lab.now) != Sent::frame) ++allocations;
              lab.now += 1us;
          }) == 0);
    const Octets echo = echo_frame(56, {.dont_fragment = true});
    CHECK(allocated_by([&] {
              FrameIn frame;
              frame.bytes = lab.pool.copy(echo);
              lab.layer.receive(lab.link, std::move(frame), 0, lab.now);
              if (!lab.layer.next_frame(lab.out, lab.now)) ++allocations;
              lab.now += 10us;
          }) == 0);
    CHECK(lab.all_drops() == 0);
}

}  // namespace
}  // namespace sluice::net::test
