// Coroutines that wait for time and for sockets: deadlines, cancellation, groups that are shut down in order.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "sim/alarms.h"
#include "sim/world.h"
#include "socket/async_udp.h"
#include "socket/group.h"
#include "socket/timing.h"

using namespace sluice;
using namespace sluice::sim;

namespace {

constexpr std::uint16_t port = 7;

// Two hosts on a cable of one millisecond.
struct Pair {
    Pair() { world.connect(client, server, {.delay = 1ms}); }
    Instant in(Duration time) const { return world.now() + time; }

    World world{{.seed = 5}};
    WorldAlarms alarms{world};
    Host& client = world.add_host("client", "192.0.2.1/24");
    Host& server = world.add_host("server", "192.0.2.2/24");
};

ByteView octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

using Log = std::vector<std::string>;

Task<> note_at(Alarms& alarms, Instant at, std::string what, Log& log) {
    co_await sleep_until(alarms, at);
    CHECK(alarms.now() == at);
    log.push_back(what);
}

Task<> note_when_gone(Alarms& alarms, Instant at, std::string what, Log& log) {
    struct Note {
        ~Note() { log.push_back(what); }
        Log& log;
        std::string what;
    };
    const Note note{log, what};
    co_await sleep_until(alarms, at);
}

Task<> echo(AsyncTcp peer) {
    std::array<std::uint8_t, 100> room{};
    for (;;) {
        const auto octets = co_await peer.read(room);
        if (!octets || *octets == 0) co_return;
        if (!co_await peer.write(ByteView(room.data(), *octets))) co_return;
    }
}

}  // namespace

TEST_CASE("sleep_until() goes on at its instant, the earliest first, and at once when that has passed") {
    Pair pair;
    Log log;
    pair.world.start(note_at(pair.alarms, pair.in(2s), "late", log));
    pair.world.start(note_at(pair.alarms, pair.in(1ns), "soon", log));
    pair.world.start(note_at(pair.alarms, pair.in(5h), "very late", log));
    pair.world.start(note_at(pair.alarms, pair.in(0s), "at once", log));
    CHECK(log == Log{"at once"});
    CHECK(pair.world.finish(std::chrono::hours(10)) == "");
    CHECK(log == Log{"at once", "soon", "late", "very late"});
}

TEST_CASE("a coroutine destroyed while it sleeps is not woken") {
    Pair pair;
    Log log;
    {
        Task<> task = note_when_gone(pair.alarms, pair.in(1s), "gone", log);
        task.start();
        CHECK(log.empty());
    }
    CHECK(log == Log{"gone"});
}

TEST_CASE("read() with a deadline answers timed_out in time, and loses nothing that comes later") {
    Pair pair;
    const auto serve = [](Pair& in) -> Task<> {
        AsyncListener listener = in.server.listen(port);
        AsyncTcp peer(co_await listener.accept());
        co_await sleep_until(in.alarms, in.in(10s));
        CHECK(co_await peer.write(octets_of("late")));
    };
    const auto ask = [](Pair& in) -> Task<> {
        AsyncTcp peer = in.client.connect(in.server, port);
        CHECK(co_await with_deadline(in.alarms, in.in(1s), peer.opened()) == Error::none);
        std::array<std::uint8_t, 4> room{};
        const Instant at = in.in(3s);
        const auto none = co_await with_deadline(in.alarms, at, peer.read(room));
        CHECK(none.error() == Error::timed_out);
        CHECK(in.world.now() == at);
        const auto all = co_await with_deadline(in.alarms, in.in(60s), peer.read_all(room));
        CHECK(all == 4);
        CHECK(room == std::array<std::uint8_t, 4>{'l', 'a', 't', 'e'});
    };
    pair.world.start(serve(pair));
    pair.world.start(ask(pair));
    CHECK(pair.world.finish() == "");
}

TEST_CASE("opened(), write(), accept() and receive() with a deadline give up in time") {
    Pair pair;
    const auto ask = [](Pair& in) -> Task<> {
        AsyncTcp to_nobody = in.client.connect({wire::Address::v4(192, 0, 2, 99), port});
        CHECK(co_await with_deadline(in.alarms, in.in(1s), to_nobody.opened()) == Error::timed_out);
        to_nobody.abort();

        AsyncListener listener = in.client.listen(port);
        CHECK_FALSE(co_await with_deadline(in.alarms, in.in(1s), listener.accept()));

        AsyncUdp datagrams(in.client.stack().open_udp().value());
        CHECK(datagrams.socket().bind({wire::Address(), port}));
        const auto none = co_await with_deadline(in.alarms, in.in(1s), datagrams.receive());
        CHECK(none.error() == Error::timed_out);

        AsyncListener never_read = in.server.listen(port);
        AsyncTcp peer = in.client.connect(in.server, port);
        const std::vector<std::uint8_t> much(10'000'000);
        const auto stuck = co_await with_deadline(in.alarms, in.in(30s), peer.write(much));
        CHECK(stuck.error() == Error::timed_out);
        peer.abort();
    };
    pair.world.start(ask(pair));
    CHECK(pair.world.finish() == "");
}

TEST_CASE("a deadline over a task of one's own ends all it waits for") {
    Pair pair;
    const auto work = [](Pair& in) -> Task<> {
        Log log;
        const bool is_done =
            co_await with_deadline(in.alarms, in.in(1s), note_when_gone(in.alarms, in.in(5s), "ended", log));
        CHECK_FALSE(is_done);
        CHECK(log == Log{"ended"});
        CHECK(
            co_await with_deadline(in.alarms, in.in(5s), note_when_gone(in.alarms, in.in(1s), "done", log)));
        CHECK(log == Log{"ended", "done"});
    };
    pair.world.start(work(pair));
    CHECK(pair.world.finish() == "");
}

TEST_CASE("datagrams: receive() waits, answers what came, and hears that a peer's port is closed") {
    Pair pair;
    const auto serve = [](Pair& in) -> Task<> {
        AsyncUdp socket(in.server.stack().open_udp().value());
        CHECK(socket.socket().bind({wire::Address(), port}));
        const auto datagram = co_await socket.receive();
        CHECK(datagram->from.address == in.client.address());
        CHECK(co_await socket.send(datagram->data.view(), {.to = datagram->from}));
    };
    const auto ask = [](Pair& in) -> Task<> {
        AsyncUdp socket(in.client.stack().open_udp().value());
        CHECK(socket.socket().connect({in.server.address(), port}));
        CHECK(co_await socket.send(octets_of("hello")));
        const auto back = co_await socket.receive();
        CHECK(back->data.size() == 5);
        CHECK(co_await socket.send(octets_of("anybody?")));  // the server has gone
        const auto refused = co_await socket.receive();
        CHECK(refused.error() == Error::refused);
        CHECK(in.client.stack().next_delivery_failure());  // the stack keeps it for whoever asks
    };
    pair.world.start(serve(pair));
    pair.world.start(ask(pair));
    CHECK(pair.world.finish() == "");
}

TEST_CASE("cancel() ends the waits of a datagram socket with canceled, close() with not_connected") {
    Pair pair;
    Log log;
    const auto wait = [](AsyncUdp& socket, Log& told) -> Task<> {
        const auto datagram = co_await socket.receive();
        told.emplace_back(text_of(datagram.error()));
    };
    AsyncUdp canceled(pair.client.stack().open_udp().value());
    AsyncUdp closed(pair.client.stack().open_udp().value());
    pair.world.start(wait(canceled, log));
    pair.world.start(wait(closed, log));
    CHECK(log.empty());
    canceled.cancel();
    closed.close();
    CHECK(log == Log{std::string(text_of(Error::canceled)), std::string(text_of(Error::not_connected))});
    CHECK(pair.world.finish() == "");
}

TEST_CASE("a group waits for all its tasks, and tells the first failure") {
    Pair pair;
    const auto fail_at = [](Pair& in, Instant at) -> Task<> {
        co_await sleep_until(in.alarms, at);
        throw std::string("failed");
    };
    const auto work = [&](Pair& in) -> Task<> {
        Log log;
        Group group;
        group.spawn(note_at(in.alarms, in.in(2s), "second", log));
        group.spawn(note_at(in.alarms, in.in(1s), "first", log));
        group.spawn(note_at(in.alarms, in.in(0s), "at once", log));
        CHECK(group.size() == 2);
        co_await group.join();
        CHECK(group.size() == 0);
        CHECK(log == Log{"at once", "first", "second"});
        group.spawn(fail_at(in, in.in(1s)));
        group.spawn(note_at(in.alarms, in.in(2s), "third", log));
        std::string caught;
        try {
            co_await group.join();
        } catch (const std::string& what) {
            caught = what;
        }
        CHECK(caught == "failed");
        CHECK(log.back() == "third");
    };
    pair.world.start(work(pair));
    CHECK(pair.world.finish() == "");
}

TEST_CASE("cancelling a group ends its tasks, the oldest first, and lets the one that joins go on") {
    Pair pair;
    Log log;
    Group group;
    group.spawn(note_when_gone(pair.alarms, pair.in(1h), "oldest", log));
    group.spawn(note_when_gone(pair.alarms, pair.in(1s), "youngest", log));
    const auto join = [](Group& all, Log& told) -> Task<> {
        co_await all.join();
        told.emplace_back("joined");
    };
    pair.world.start(join(group, log));
    group.cancel();
    CHECK(log == Log{"oldest", "youngest", "joined"});
    CHECK(pair.world.finish() == "");
}

TEST_CASE("structured shutdown: no new sessions, those there may finish, the rest end with the deadline") {
    Pair pair;
    AsyncListener listener = pair.server.listen(port);
    const auto serve = [](Pair& in, AsyncListener& on) -> Task<> {
        Group sessions;
        while (auto socket = co_await on.accept()) sessions.spawn(echo(AsyncTcp(std::move(socket))));
        CHECK(sessions.size() == 2);
        const Instant at = in.in(10s);
        CHECK_FALSE(co_await with_deadline(in.alarms, at, sessions.join()));
        CHECK(in.world.now() == at);
        CHECK(sessions.size() == 1);  // the one that would not leave
        sessions.cancel();
        on.close();
    };
    const auto leave_after = [](Pair& in, Duration time) -> Task<> {
        AsyncTcp peer = in.client.connect(in.server, port);
        CHECK(co_await peer.opened() == Error::none);
        co_await sleep_until(in.alarms, in.in(time));
        CHECK(co_await peer.write(octets_of("still there")));
        std::array<std::uint8_t, 11> room{};
        CHECK(co_await peer.read_all(room) == 11);
    };
    const auto stay = [](Pair& in) -> Task<> {
        AsyncTcp peer = in.client.connect(in.server, port);
        std::array<std::uint8_t, 1> room{};
        CHECK(co_await peer.read(room) == 0);  // the server's end of stream
    };
    pair.world.start(serve(pair, listener));
    pair.world.start(leave_after(pair, 7s));
    pair.world.start(stay(pair));
    pair.world.after(5s, [&] { listener.cancel(); });
    CHECK(pair.world.finish() == "");
}
