#include "tcp/send/send_window.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

SendWindow window() {
    SendWindow w;
    w.start(100, 1000, 5000);
    return w;
}

TEST_CASE("a segment newer by sequence changes the window [U-20] [RFC 9293 3.10.7.4]") {
    SendWindow w = window();
    CHECK(w.update(101, 1000, 100));
    CHECK(w.wnd() == 100);
    CHECK(w.update(102, 900, 200));  // an older ACK does not matter then
    CHECK(w.wnd() == 200);
}

TEST_CASE("of segments with the same sequence the ACK must not be older [U-20] [RFC 9293 3.10.7.4]") {
    SendWindow w = window();
    CHECK_FALSE(w.update(100, 999, 100));
    CHECK(w.wnd() == 5000);
    CHECK(w.update(100, 1000, 100));
    CHECK(w.update(100, 1001, 300));
    CHECK_FALSE(w.update(100, 1000, 400));
    CHECK(w.wnd() == 300);
}

TEST_CASE("an older sequence changes nothing [U-20] [RFC 9293 3.10.7.4]") {
    SendWindow w = window();
    CHECK_FALSE(w.update(90, 2000, 100));
    CHECK(w.wnd() == 5000);
}

TEST_CASE("the same window from a newer segment is no change, but counts as the newest [U-20] [R5681-2]") {
    SendWindow w = window();
    CHECK_FALSE(w.update(200, 1000, 5000));
    CHECK_FALSE(w.update(150, 3000, 77));
    CHECK(w.wnd() == 5000);
}

TEST_CASE("the largest window ever seen is remembered [R5961-6] [RFC 5961 5.2]") {
    SendWindow w = window();
    CHECK(w.largest() == 5000);
    w.update(101, 1000, 60000);
    w.update(102, 1000, 10);
    CHECK(w.wnd() == 10);
    CHECK(w.largest() == 60000);
    w.update(50, 1000, 70000);  // not taken, not remembered
    CHECK(w.largest() == 60000);
}

TEST_CASE("windows of 2^30 octets fit [REC-1] [MUST-1] [RFC 9293 3.1]") {
    SendWindow w = window();
    w.update(101, 1000, 65535U << 14U);
    CHECK(w.wnd() == 1073725440);
    CHECK(w.largest() == 1073725440);
}

}  // namespace
}  // namespace sluice::tcp
