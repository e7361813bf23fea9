// Buffers that grow with what a path carries, and memory that has an end.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

void read_all(Script& t, Pos octets) {
    Octets room(static_cast<std::size_t>(octets));
    CHECK(t.app().socket().read(room) == room.size());
    t.takes_all();
}

// The peer fills the window in each of `rounds` round trips of 100 ms, and the application reads all of it at once.
void fill(Script& t, int rounds) {
    Pos at = t.flow().sent.next();
    for (int i = 0; i < rounds; ++i) {
        const Pos begin = at;
        for (const Pos end = t.edge(); at + 1000 <= end; at += 1000) t.peer_sends(data(at, 1000)).takes_all();
        read_all(t, at - begin);
        t.after(100ms).takes_all();
    }
}

ScriptOptions growing(std::uint32_t most) {
    return {.mss = 1000, .timestamps = true, .window_scaling = true, .settings = [most](tcp::Settings& s) {
                s.receive_buffer = s.send_buffer = 20000;
                s.receive_buffer_max = s.send_buffer_max = most;
            }};
}

void established_in(Script& t, Duration rtt) {
    t.app().listens();
    t.peer_sends(syn()).stack_sends(syn_ack()).after(rtt).peer_sends(ack(1)).stack_is_silent();
    t.app().accepts();
}

}  // namespace

SCRIPT_TEST("the receive window grows while the reader keeps pace, to its bound and no further",
            Worlds::numbers) {
    Script t(growing(300000));
    established_in(t, 100ms);
    CHECK(t.info().rcv_wnd <= 20000);
    fill(t, 2);
    CHECK(t.info().rcv_wnd > 40000);
    fill(t, 8);
    CHECK(t.info().rcv_wnd > 250000);
    CHECK(t.info().rcv_wnd <= 300000);
}

SCRIPT_TEST("the receive window grows where each round trip has a hole, too", Worlds::numbers) {
    Script t(growing(300000));
    established_in(t, 100ms);
    // The first segment of each round trip comes in the next one; what is behind it arrived in time.
    Pos missing = 1;
    for (int i = 0; i < 2; ++i) {
        const Pos next = missing + 9000;
        for (Pos at = missing + 1000; at < next; at += 1000) t.peer_sends(data(at, 1000)).takes_all();
        for (Pos at = next + 1000; at < next + 6000; at += 1000) t.peer_sends(data(at, 1000)).takes_all();
        t.after(100ms).peer_sends(data(missing, 1000));
        read_all(t, 9000);
        missing = next;
    }
    CHECK(t.info().rcv_wnd > 40000);
}

SCRIPT_TEST("a buffer the application chose stays as it is, and so does one that nobody reads",
            Worlds::numbers) {
    ScriptOptions options = growing(300000);
    options.socket = [](TcpOptions& o) { o.receive_buffer = 20000; };
    Script t(options);
    established_in(t, 100ms);
    fill(t, 5);
    CHECK(t.info().rcv_wnd <= 20000);
    Script u(growing(300000));
    established_in(u, 100ms);
    for (Pos at = 1; at < 20000; at += 1000) u.peer_sends(data(at, 1000)).takes_all();
    u.after(1s).takes_all();
    CHECK(u.info().rcv_wnd == 0);
}

namespace {

// Writes and acknowledges all it can for a while: how many congestion windows does the send buffer hold?
void check_send_buffer(tcp::Congestion congestion, std::uint32_t windows) {
    ScriptOptions options = growing(300000);
    options.socket = [=](TcpOptions& o) { o.congestion = congestion; };
    Script t(options);
    t.established();
    CHECK(t.app().socket().write(Octets(400000)) == std::size_t{windows} * 10000);
    t.flow().checks_payload = false;
    for (int i = 0; i < 8; ++i) {
        t.takes_all();
        t.after(50ms).takes_all();
        t.peer_sends(ack(t.flow().highest_sent)).takes_all();
        (void)t.app().socket().write(Octets(400000));
        t.takes_all();
    }
    t.takes_all();
    const std::uint32_t expected = std::min(windows * t.info().cwnd, 300000U);
    CHECK(expected > 20000);
    CHECK(t.info().send_queue > expected - 1000);
    CHECK(t.info().send_queue <= expected);
}

}  // namespace

SCRIPT_TEST("the send buffer holds twice the congestion window", Worlds::numbers) {
    check_send_buffer(tcp::Congestion::cubic, 2);
}

SCRIPT_TEST("BBR keeps its window through losses, and the send buffer holds three of it", Worlds::numbers) {
    check_send_buffer(tcp::Congestion::bbr, 3);
}

SCRIPT_TEST("where memory is full text above a hole is not kept, and no connection is begun",
            Worlds::numbers) {
    Script t{{.mss = 1000, .window_scaling = true, .settings = [](tcp::Settings& s) {
                  s.memory_budget_mib = 1;
                  s.receive_buffer = 4000000;
              }}};
    t.established();
    Pos at = 1;
    for (; at < 1500000; at += 1000) t.peer_sends(data(at, 1000)).takes_all();
    CHECK(t.stack().counters().drops(Reason::tcp_memory_full) == 0);
    t.peer_sends(data(at + 1000, 1000)).stack_sends(ack(at));
    CHECK(t.stack().counters().drops(Reason::tcp_memory_full) == 1);
    t.on_flow(1).peer_sends(syn()).stack_is_silent();
    read_all(t.on_flow(0), at - 1);
    t.on_flow(1).peer_sends(syn()).stack_sends(syn_ack());
}
