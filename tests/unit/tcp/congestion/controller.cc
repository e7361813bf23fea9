#include "tcp/congestion/controller.h"

#include <doctest/doctest.h>

namespace sluice::tcp {
namespace {

constexpr std::uint32_t mss = 1000;

Controller started(const Settings& settings = {}, std::uint32_t syns_resent = 0) {
    Controller controller;
    controller.start(Congestion::reno, settings, mss, syns_resent, 1);
    return controller;
}

AckSample acked(Pos octets, bool was_limited = true) {
    AckSample sample;
    sample.octets = sample.delivered = octets;
    sample.mss = mss;
    sample.was_limited = was_limited;
    return sample;
}

CongestionEvent with(Pos flight) { return {Instant{}, flight, flight, mss}; }

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

TEST_CASE("after a lost first window idle time leaves min(4 MSS, max(2 MSS, 4380)) [R3390-7] [RFC 3390 1]") {
    const Settings settings;
    struct Row {
        std::uint32_t mss;
        Pos window;
    };
    for (const auto& [segment, window] : {Row{500, 2000}, Row{1000, 4000}, Row{1095, 4380}, Row{1460, 4380},
                                          Row{2190, 4380}, Row{3000, 6000}}) {
        CAPTURE(segment);
        Controller controller;
        controller.start(Congestion::reno, settings, segment, 0, 1);
        CHECK(controller.restart_window(settings, segment) ==
              Controller::initial_window(settings, segment, 0));
        controller.on_loss({Instant{}, 10000, 10000, segment});
        CHECK(controller.restart_window(settings, segment) == window);
    }
}

TEST_CASE("a window that was not in use does not grow [RFC 7661 1.2]") {
    Controller controller = started();
    controller.on_acked(acked(1000, false));
    CHECK(controller.window() == 10000);
    controller.on_acked(acked(1000));
    CHECK(controller.window() == 11000);
}

TEST_CASE("a further timeout of the same segment leaves ssthresh alone [R5681-11] [RFC 5681 3.1]") {
    Controller controller = started();
    controller.on_timeout(with(10000), true);
    CHECK(controller.slow_start_threshold() == 5000);
    CHECK(controller.window() == 1000);
    controller.on_timeout(with(1000), false);
    CHECK(controller.slow_start_threshold() == 5000);
    CHECK(controller.window() == 1000);
}

TEST_CASE("a loss lowers ssthresh; the window follows when recovery ends [R5681-14] [R6582-3]") {
    Controller controller = started();
    controller.on_loss(with(10000));
    CHECK(controller.slow_start_threshold() == 5000);
    CHECK(controller.window() == 10000);
    controller.on_recovered(2000);
    CHECK(controller.window() == 2000);
    CHECK(controller.is_slow_start());
}

TEST_CASE("after an idle time the window is not above the initial one [R5681-18] [RFC 5681 4.1]") {
    const Settings settings;
    Controller controller = started();
    for (int i = 0; i < 30; ++i) controller.on_acked(acked(1000));
    CHECK(controller.window() == 40000);
    controller.on_idle(settings, mss, Instant{});
    CHECK(controller.window() == 10000);
    controller.on_timeout(with(10000), true);
    controller.on_idle(settings, mss, Instant{});
    CHECK(controller.window() == 1000);  // never raised by it
}

TEST_CASE("ECE lowers threshold and window at once and stops growth [R3168-6] [R3168-7] [RFC 3168 6.1.2]") {
    Controller controller = started();
    AckSample echo = acked(1000);
    echo.has_ecn_echo = true;
    controller.on_acked(echo);
    CHECK(controller.window() == 10000);
    controller.on_ecn(with(10000));
    CHECK(controller.slow_start_threshold() == 5000);
    CHECK(controller.window() == 5000);
    controller.on_recovered(1000);
    controller.on_ecn(with(1000));
    CHECK(controller.window() == 1000);  // never raised by it
}

TEST_CASE("a reduction for nothing is undone, once [RFC 4015 3.2] [RFC 5682 3]") {
    Controller controller = started();
    controller.on_loss(with(10000));
    controller.on_recovered(5000);
    controller.undo();
    CHECK(controller.window() == 10000);
    CHECK(controller.slow_start_threshold() > Pos{1} << 40);
    controller.on_timeout(with(10000), true);
    controller.on_timeout(with(1000), false);
    CHECK(controller.window() == 1000);
    controller.undo();
    CHECK(controller.window() == 10000);
    CHECK(controller.slow_start_threshold() > Pos{1} << 40);
    controller.on_recovered(2000);
    controller.undo();
    CHECK(controller.window() == 2000);
}

TEST_CASE("nothing grows while loss recovery holds the window") {
    Controller controller = started();
    AckSample sample = acked(1000);
    sample.is_recovering = true;
    controller.on_acked(sample);
    CHECK(controller.window() == 10000);
}

TEST_CASE("the algorithm may be changed; window and threshold stay") {
    const Settings settings;
    Controller controller = started();
    controller.on_loss(with(8000));
    controller.change(Congestion::cubic, settings, 1);
    CHECK(controller.congestion() == Congestion::cubic);
    CHECK(controller.window() == 10000);
    CHECK(controller.slow_start_threshold() == 4000);
    controller.on_loss(with(10000));
    CHECK(controller.slow_start_threshold() == 7000);
    controller.change(Congestion::fixed, settings, 1);
    CHECK(controller.congestion() == Congestion::fixed);
    CHECK(controller.window() == 10000);
    controller.on_acked(acked(1000));
    CHECK(controller.window() == 10000);
}

TEST_CASE("a fixed window never moves") {
    Settings settings;
    settings.fixed_window_bytes = 123456;
    Controller controller = started(settings, 5);
    controller.on_acked(acked(1000));
    controller.on_loss(with(10000));
    controller.on_timeout(with(10000), true);
    controller.on_recovered(1);
    controller.on_idle(settings, mss, Instant{});
    CHECK(controller.window() == 123456);
    CHECK_FALSE(controller.is_slow_start());
}

}  // namespace
}  // namespace sluice::tcp
