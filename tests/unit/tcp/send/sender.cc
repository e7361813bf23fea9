#include "tcp/send/sender.h"

#include <doctest/doctest.h>

#include <vector>

namespace sluice::tcp {
namespace {

// A peer window of 5000 octets.
struct World {
    ChunkPool pool;
    Sender sender;

    World() {
        sender.start();
        sender.window.start(1, 1, 5000);
    }
    void write(std::size_t octets) { sender.buffer.append(std::vector<std::uint8_t>(octets), pool); }
};

TEST_CASE("octets start at position 1 and move from unsent to sent to acknowledged [RFC 9293 3.3.1]") {
    World w;
    CHECK(w.sender.una() == 1);
    CHECK(w.sender.nxt() == 1);
    CHECK(w.sender.max() == 1);
    CHECK_FALSE(w.sender.has_work());
    w.write(3000);
    CHECK(w.sender.unsent() == 3000);
    CHECK(w.sender.has_work());
    CHECK(w.sender.right_edge() == 5001);
    w.sender.on_sent(2001);
    CHECK(w.sender.unsent() == 1000);
    CHECK(w.sender.nxt() == 2001);
    CHECK(w.sender.max() == 2001);
    w.sender.on_acknowledged(1001);
    CHECK(w.sender.una() == 1001);
    CHECK(w.sender.buffer.octets() == 2000);
    CHECK(w.sender.right_edge() == 6001);
}

TEST_CASE("a FIN takes the position behind all octets, once and for ever [U-27] [RFC 9293 3.6]") {
    World w;
    w.write(10);
    w.sender.queue_fin();
    CHECK(w.sender.is_fin_queued());
    CHECK(w.sender.is_fin_unsent());
    CHECK(w.sender.fin_position() == 11);
    w.sender.on_sent(11);
    CHECK(w.sender.is_fin_unsent());
    w.sender.on_sent(12);
    CHECK(w.sender.is_fin_sent());
    CHECK_FALSE(w.sender.is_fin_acknowledged());
    w.sender.on_acknowledged(11);
    CHECK_FALSE(w.sender.is_fin_acknowledged());
    CHECK(w.sender.has_work());
    w.sender.on_acknowledged(12);
    CHECK(w.sender.is_fin_acknowledged());
    CHECK_FALSE(w.sender.has_work());
    CHECK(w.sender.fin_position() == 11);
}

TEST_CASE("a FIN alone has position 1 [RFC 9293 3.6]") {
    World w;
    w.sender.queue_fin();
    CHECK(w.sender.has_work());
    CHECK(w.sender.fin_position() == 1);
    w.sender.on_sent(2);
    w.sender.on_acknowledged(2);
    CHECK(w.sender.is_fin_acknowledged());
}

TEST_CASE("an ACK of all data is no ACK of a FIN that was not sent [RFC 9293 3.10.7.4]") {
    World w;
    w.write(10);
    w.sender.on_sent(11);
    w.sender.queue_fin();
    w.sender.on_acknowledged(11);
    CHECK_FALSE(w.sender.is_fin_acknowledged());
    CHECK(w.sender.is_fin_unsent());
    CHECK(w.sender.has_work());
}

TEST_CASE(
    "a probe is acceptable in an ACK but not in flight, until it is acknowledged [MUST-36] [RFC 9293 "
    "3.8.6.1]") {
    World w;
    w.write(100);
    w.sender.window.update(2, 1, 0);
    CHECK(w.sender.is_window_shut());
    w.sender.on_probed(2);
    CHECK(w.sender.nxt() == 1);
    CHECK(w.sender.max() == 2);
    w.sender.on_acknowledged(2);  // the peer took the octet
    CHECK(w.sender.nxt() == 2);
    CHECK(w.sender.una() == 2);
    CHECK(w.sender.unsent() == 99);
}

TEST_CASE("a probe may be the FIN itself [MUST-36] [RFC 9293 3.8.6.1]") {
    World w;
    w.sender.window.update(2, 1, 0);
    w.sender.queue_fin();
    CHECK(w.sender.is_window_shut());
    w.sender.on_probed(2);
    CHECK(w.sender.is_fin_unsent());
    w.sender.on_acknowledged(2);
    CHECK(w.sender.is_fin_acknowledged());
    CHECK_FALSE(w.sender.is_window_shut());
}

TEST_CASE("a zero window with nothing to send is not in the way [RFC 9293 3.8.6.1]") {
    World w;
    w.sender.window.update(2, 1, 0);
    CHECK_FALSE(w.sender.is_window_shut());
    w.write(1);
    CHECK(w.sender.is_window_shut());
}

TEST_CASE("the segment that empties the queue is pushed [MUST-61] [RFC 9293 3.9.1.2]") {
    World w;
    w.write(2500);
    CHECK_FALSE(w.sender.empties_queue(1001));
    CHECK_FALSE(w.sender.empties_queue(2500));
    CHECK(w.sender.empties_queue(2501));
}

TEST_CASE(
    "the urgent pointer names the octet after the urgent data, counted from each segment [MUST-62] "
    "[MUST-30]") {
    World w;
    w.write(5);
    w.sender.mark_urgent();
    w.write(100);
    CHECK(w.sender.is_urgent_ahead(1));
    CHECK(w.sender.urgent_pointer(1) == 5);
    CHECK(w.sender.urgent_pointer(4) == 2);
    CHECK(w.sender.is_urgent_ahead(5));
    CHECK_FALSE(w.sender.is_urgent_ahead(6));
    w.sender.mark_urgent();
    CHECK(w.sender.urgent_pointer(6) == 100);
}

TEST_CASE("urgent data of any length: the pointer is clamped to its 16 bits [MUST-31] [RFC 9293 3.8.5]") {
    World w;
    w.write(200000);
    w.sender.mark_urgent();
    CHECK(w.sender.urgent_pointer(1) == 65535);
    CHECK(w.sender.urgent_pointer(200001 - 65535) == 65535);
    CHECK(w.sender.urgent_pointer(200001 - 65534) == 65534);
    CHECK(w.sender.is_urgent_ahead(200000));
}

TEST_CASE(
    "a window that shrank leaves what is in flight beyond the edge [MUST-34] [SHLD-15] [RFC 9293 3.8.6]") {
    World w;
    w.write(5000);
    w.sender.on_sent(5001);
    w.sender.window.update(2, 1, 100);
    CHECK(w.sender.right_edge() == 101);
    CHECK(w.sender.right_edge() - w.sender.nxt() < 0);
    CHECK_FALSE(w.sender.is_window_shut());
}

}  // namespace
}  // namespace sluice::tcp
