// The loop around one Stack, with a device made of two queues.
#include "host/loop.h"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <tins/tins.h>

#include <deque>
#include <thread>

#include "host/alarms.h"
#include "socket/timing.h"

using namespace sluice;
using namespace sluice::host;

namespace {

using Octets = std::vector<std::uint8_t>;

class QueueDevice final : public Device {
public:
    void arrive(Octets octets) {
        in_.push_back(std::move(octets));
        const std::uint64_t one = 1;
        REQUIRE(::write(event_.number(), &one, sizeof one) == sizeof one);
    }
    void fail() { failure_ = "gone"; }

    std::optional<FrameIn> read(ChunkPool& pool) override {
        if (in_.empty()) {
            std::uint64_t count = 0;
            [[maybe_unused]] const auto read = ::read(event_.number(), &count, sizeof count);
            return std::nullopt;
        }
        FrameIn frame;
        frame.bytes = pool.copy(in_.front());
        in_.pop_front();
        return frame;
    }
    Wrote write(const FrameOut& frame) override {
        if (full_for > 0) {
            --full_for;
            return Wrote::full;
        }
        Octets octets(frame.header().begin(), frame.header().end());
        for (const Slice& slice : frame.payload)
            octets.insert(octets.end(), slice.view().begin(), slice.view().end());
        out.push_back(std::move(octets));
        return Wrote::taken;
    }
    int descriptor() const override { return event_.number(); }
    const std::string& name() const override { return name_; }
    LinkCapabilities capabilities() const override { return {}; }
    const DeviceCounters& counters() const override { return counters_; }
    const std::string& failure() const override { return failure_; }

    std::deque<Octets> out;
    int full_for = 0;

private:
    Descriptor event_{eventfd(0, EFD_NONBLOCK)};
    std::deque<Octets> in_;
    std::string name_ = "queue";
    std::string failure_;
    DeviceCounters counters_;
};

struct World {
    World() : loop(stack, clock) {
        const LinkId link = loop.add_device(device, {{2, 0, 0, 0, 0, 2}});
        stack.add_address(link, {wire::Address::v4(192, 0, 2, 2), 24});
        loop.step(0s);
        device.out.clear();  // announcements
    }
    static StackConfig config() {
        StackConfig made;
        made.net.probe_addresses = false;
        made.net.announce_count = 1;
        return made;
    }

    Clock clock;
    Stack stack{config()};
    QueueDevice device;
    Loop loop;
};

Octets arp_request(const std::string& from = "192.0.2.1") {
    auto frame = Tins::ARP::make_arp_request("192.0.2.2", from, "02:00:00:00:00:01");
    return frame.serialize();
}

}  // namespace

TEST_CASE("what a frame asks for leaves in the same round") {
    World w;
    w.device.arrive(arp_request());
    w.loop.step(1s);
    REQUIRE(w.device.out.size() == 1);
    const Tins::EthernetII reply(w.device.out[0].data(), static_cast<std::uint32_t>(w.device.out[0].size()));
    CHECK(reply.rfind_pdu<Tins::ARP>().opcode() == Tins::ARP::REPLY);
    CHECK(reply.rfind_pdu<Tins::ARP>().sender_hw_addr() == "02:00:00:00:00:02");
}

TEST_CASE(
    "the application has its turn before the answer to the last frame leaves, and after the others did") {
    World w;
    struct Reader final : Watcher {
        explicit Reader(const std::deque<Octets>& out) : out_(out) {}
        void on_ready(Readiness readiness) override {
            if (readiness.readable) left_before = out_.size();
        }
        std::size_t left_before = 0;

    private:
        const std::deque<Octets>& out_;
    } reader(w.device.out);
    UdpSocket socket = w.stack.open_udp().value();
    REQUIRE(socket.bind({wire::Address(), 7}));
    socket.watch(&reader);
    w.loop.step(0s);
    Tins::EthernetII datagram = Tins::EthernetII("02:00:00:00:00:02", "02:00:00:00:00:01") /
                                Tins::IP("192.0.2.2", "192.0.2.1") / Tins::UDP(7, 4000) /
                                Tins::RawPDU("hello");
    w.device.arrive(datagram.serialize());
    for (const char* from : {"192.0.2.7", "192.0.2.8", "192.0.2.9"}) w.device.arrive(arp_request(from));
    w.loop.step(1s);
    CHECK(reader.left_before == 2);
    CHECK(w.device.out.size() == 3);
}

TEST_CASE("a frame the device has no room for is kept, and nothing overtakes it") {
    World w;
    w.device.full_for = 2;
    w.device.arrive(arp_request("192.0.2.7"));
    w.device.arrive(arp_request("192.0.2.8"));
    for (int i = 0; i < 8 && w.device.out.size() < 2; ++i) w.loop.step(10ms);
    REQUIRE(w.device.out.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const Tins::EthernetII reply(w.device.out[i].data(),
                                     static_cast<std::uint32_t>(w.device.out[i].size()));
        CHECK(reply.rfind_pdu<Tins::ARP>().target_ip_addr() == (i == 0 ? "192.0.2.7" : "192.0.2.8"));
    }
}

TEST_CASE("a loop that may spin sleeps only where frames do not follow each other quickly") {
    World w;
    int sleeps = 0;
    w.loop.set_before_sleep([&] { ++sleeps; });
    w.loop.set_spin(10s);
    const auto frame_comes = [&] {
        w.device.arrive(arp_request());
        w.loop.step(1s);
    };
    frame_comes();
    CHECK(sleeps == 1);
    frame_comes();
    frame_comes();
    CHECK(sleeps == 1);
    w.loop.step(1ms);  // nothing comes
    CHECK(sleeps == 2);
    frame_comes();
    CHECK(sleeps == 3);
    CHECK(w.device.out.size() == 4);
}

TEST_CASE("the capture sees every frame once, in the order of the numbers") {
    struct Watcher final : FrameWatcher {
        void on_frame_in(LinkId, const FrameIn&, Instant) override { seen += 'i'; }
        void on_frame_out(const FrameOut& frame, Instant) override {
            seen += 'o';
            CHECK(frame.number == first + seen.size());
        }
        std::string seen;
        std::size_t first = 0;
    } watcher;
    World w;
    watcher.first = w.stack.counters().frames_in + w.stack.counters().frames_out;
    w.loop.add_frame_watcher(watcher);
    w.device.full_for = 1;
    w.device.arrive(arp_request());
    w.device.arrive(arp_request());
    for (int i = 0; i < 8 && w.device.out.size() < 2; ++i) w.loop.step(10ms);
    CHECK(watcher.seen == "ioio");
}

TEST_CASE("timers fire in order of time, once; a removed one does not; one made by a timer waits a round") {
    World w;
    std::string fired;
    const Instant now = w.clock.now();
    w.loop.add_timer(now, [&] {
        fired += 'b';
        w.loop.add_timer(now, [&] { fired += 'd'; });
    });
    w.loop.add_timer(now - 1ms, [&] { fired += 'a'; });
    const auto removed = w.loop.add_timer(now, [&] { fired += 'x'; });
    w.loop.add_timer(now + 20ms, [&] { fired += 'e'; });
    w.loop.remove_timer(removed);
    w.loop.step(0s);
    CHECK(fired == "ab");
    w.loop.step(0s);
    CHECK(fired == "abd");
    for (int i = 0; i < 100 && fired.size() < 4; ++i) w.loop.step(1s);
    CHECK(fired == "abde");
    CHECK(w.clock.now() >= now + 20ms);
    w.loop.remove_timer(removed);
}

TEST_CASE("a coroutine on the loop's thread sleeps until its instant, unless it goes before") {
    World w;
    LoopAlarms alarms(w.loop);
    std::string woken;
    const auto sleep = [](Alarms& by, Instant at, char name, std::string& told) -> Task<> {
        co_await sleep_until(by, at);
        told += name;
    };
    const Instant at = w.clock.now() + 5ms;
    Task<> late = sleep(alarms, at + 1ms, 'b', woken);
    Task<> soon = sleep(alarms, at, 'a', woken);
    late.start();
    soon.start();
    {
        Task<> gone = sleep(alarms, at, 'x', woken);
        gone.start();
    }
    for (int i = 0; i < 100 && !late.is_done(); ++i) w.loop.step(1s);
    CHECK(woken == "ab");
    CHECK(w.clock.now() >= at + 1ms);
}

TEST_CASE("a descriptor's action is called while it holds, and may remove itself and others") {
    World w;
    const Descriptor first(eventfd(1, EFD_NONBLOCK));
    const Descriptor second(eventfd(1, EFD_NONBLOCK));
    int calls = 0;
    const auto action = [&](short events) {
        CHECK((events & POLLIN) != 0);
        if (++calls < 3) return;
        w.loop.remove_descriptor(first.number());
        w.loop.remove_descriptor(second.number());
    };
    w.loop.add_descriptor(first.number(), POLLIN, action);
    w.loop.add_descriptor(second.number(), POLLIN, action);
    for (int i = 0; i < 5; ++i) w.loop.step(0s);
    CHECK(calls == 3);
}

TEST_CASE(
    "a descriptor that was closed and added anew in the same round is not told of the old one's events") {
    World w;
    const Descriptor first(eventfd(1, EFD_NONBLOCK));
    const Descriptor second(eventfd(1, EFD_NONBLOCK));
    int calls = 0;
    int replacements = 0;
    const auto replace_both = [&](short) {
        ++replacements;
        for (const int descriptor : {first.number(), second.number()})
            w.loop.add_descriptor(descriptor, POLLIN, [&](short) { ++calls; });
    };
    w.loop.add_descriptor(first.number(), POLLIN, replace_both);
    w.loop.add_descriptor(second.number(), POLLIN, replace_both);
    w.loop.step(0s);
    CHECK(calls == 0);
    CHECK(replacements == 1);
    w.loop.step(0s);
    CHECK(calls == 2);
}

TEST_CASE("wake ends a long sleep from another thread") {
    World w;
    const Instant before = w.clock.now();
    std::thread other([&] { w.loop.wake(); });
    w.loop.step(10s);
    other.join();
    CHECK(w.clock.now() - before < 5s);
}

TEST_CASE("the loop ends by stop, and by the loss of its last device with its reason") {
    World w;
    w.loop.add_timer(w.clock.now(), [&] { w.loop.stop(); });
    CHECK(w.loop.run() == "");
    World lost;
    lost.loop.add_timer(lost.clock.now(), [&] { lost.device.fail(); });
    CHECK(lost.loop.run() == "gone");
}

TEST_CASE("before it sleeps the loop lets outputs be written, and not before") {
    World w;
    int writes = 0;
    w.loop.set_before_sleep([&] { ++writes; });
    w.loop.step(0s);
    CHECK(writes == 0);
    w.loop.step(1ms);
    CHECK(writes == 1);
}
