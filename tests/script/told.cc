// What trace records carry besides the segment: octets that wait, octets that are queued, whose segment was dropped.
#include <algorithm>

#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

namespace {

TraceRecord last(const std::vector<TraceRecord>& records, Kind kind) {
    const auto found = std::ranges::find(records.rbegin(), records.rend(), kind, &TraceRecord::kind);
    REQUIRE(found != records.rend());
    return *found;
}

}  // namespace

SCRIPT_TEST("a segment that closes the window is traced with what waits behind it", Worlds::numbers) {
    Script t{{.mss = 1000, .window = 3000}};
    t.established();
    t.app().writes(5000);
    t.takes_all();
    t.records();
    t.peer_sends(ack(1001).win(0));
    const TraceRecord told = last(t.records(), Kind::segment_in);
    CHECK(told.window_bytes == 0);
    CHECK(told.value == 4000);
}

SCRIPT_TEST("CLOSE is traced with what is still queued", Worlds::numbers) {
    Script t{{.mss = 1000, .window = 3000}};
    t.established();
    t.app().writes(5000);
    t.takes_all();
    t.records();
    t.app().closes();
    const auto records = t.records();
    CHECK(last(records, Kind::call).value == 2000);
    CHECK(last(records, Kind::state).value == 2000);
}

SCRIPT_TEST("a drop that belongs to no connection names both ends", Worlds::numbers) {
    Script t;
    t.peer_sends(ack().ack_raw(5)).takes_all();
    const TraceRecord dropped = last(t.records(), Kind::segment_dropped);
    CHECK(dropped.connection == 0);
    CHECK(dropped.reason == Reason::tcp_no_connection);
    CHECK(dropped.spare[0] == wire::parse_address(t.flow().peer_address)->to_v4());
    CHECK(dropped.spare[1] == wire::parse_address(t.flow().own_address)->to_v4());
    CHECK(dropped.spare[2] == (std::uint32_t{t.flow().peer_port} << 16U | t.flow().own_port));
}
