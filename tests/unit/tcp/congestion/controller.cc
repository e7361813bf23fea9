#include "tcp/congestion/controller.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;

Controller started(const Settings& settings = {}, std::uint32_t syns_resent = 0) {
    Controller controller;
    controller.start(settings, mss, syns_resent);
    return controller;
}

TEST_CASE("the initial window is min(10 MSS, max(2 MSS, 14600)) [RFC 6928 2]") {
    const Settings settings;
    CHECK(Controller::initial_window(settings, 1000, 0) == 10000);
    CHECK(Controller::initial_window(settings, 1460, 0) == 14600);
    CHECK(Controller::initial_window(settings, 1448, 0) == 14480);
    CHECK(Controller::initial_window(settings, 536, 0) == 5360);
    CHECK(Controller::initial_window(settings, 2000, 0) == 14600);
    CHECK(Controller::initial_window(settings, 9000, 0) == 18000);
    CHECK(started().window() == 10000);
}

TEST_CASE("more than one lost SYN leaves one segment; one does not [R5681-6] [RFC 6928 2]") {
    const Settings settings;
    CHECK(Controller::initial_window(settings, 1000, 1) == 10000);
    CHECK(Controller::initial_window(settings, 1000, 2) == 1000);
    CHECK(started({}, 2).window() == 1000);
}

TEST_CASE("a window that was not in use does not grow [RFC 7661 1.2]") {
    Controller controller = started();
    controller.on_acked(1000, mss, false);
    CHECK(controller.window() == 10000);
    controller.on_acked(1000, mss, true);
    CHECK(controller.window() == 11000);
}

TEST_CASE("a further timeout of the same segment leaves ssthresh alone [R5681-11] [RFC 5681 3.1]") {
    Controller controller = started();
    controller.on_timeout(10000, mss, true);
    CHECK(controller.slow_start_threshold() == 5000);
    CHECK(controller.window() == 1000);
    controller.on_timeout(1000, mss, false);
    CHECK(controller.slow_start_threshold() == 5000);
    CHECK(controller.window() == 1000);
}

TEST_CASE("a loss lowers ssthresh; the window follows when recovery ends [R5681-14] [R6582-3]") {
    Controller controller = started();
    controller.on_loss(10000, mss);
    CHECK(controller.slow_start_threshold() == 5000);
    CHECK(controller.window() == 10000);
    controller.on_recovered(2000);
    CHECK(controller.window() == 2000);
    CHECK(controller.is_slow_start());
}

TEST_CASE("after an idle time the window is not above the initial one [R5681-18] [RFC 5681 4.1]") {
    const Settings settings;
    Controller controller = started();
    for (int i = 0; i < 30; ++i) controller.on_acked(1000, mss, true);
    CHECK(controller.window() == 40000);
    controller.on_idle(settings, mss);
    CHECK(controller.window() == 10000);
    controller.on_timeout(10000, mss, true);
    controller.on_idle(settings, mss);
    CHECK(controller.window() == 1000);  // never raised by it
}

TEST_CASE("a fixed window never moves") {
    Settings settings;
    settings.fixed_window_bytes = 123456;
    Controller controller = started(settings, 5);
    controller.on_acked(1000, mss, true);
    controller.on_loss(10000, mss);
    controller.on_timeout(10000, mss, true);
    controller.on_recovered(1);
    controller.on_idle(settings, mss);
    CHECK(controller.window() == 123456);
    CHECK_FALSE(controller.is_slow_start());
}

}  // namespace
}  // namespace sluice::tcp
