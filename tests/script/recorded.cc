// Connection #2 of a recording (192.0.2.2/24 on sluice0), made by sluice-replay --script. Changed: its
// name, and no tail probe and no Nagle: the program woke up late for the probe that took the last octets along.
#include "support/script.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("as recorded: curl fetches a page of 20 000 octets from sluice-httpd") {
    const auto configure = [](StackConfig& config) {
        config.tcp = {};
        config.tcp.tail_probe = config.tcp.nagle = false;
        apply_setting(config.net, net::setting_rows(), "announce_wait", "200ms");
    };
    Script t{{.mss = 1448,
              .sack = true,
              .timestamps = true,
              .window_scaling = true,
              .peer_shift = 10,
              .config = configure}};
    const auto until = [&](Duration at) {
        if (at > t.elapsed()) t.after(at - t.elapsed());
    };
    [[maybe_unused]] const auto left = [&](Duration at) { return std::max(at - t.elapsed(), 0ns) + 5ms; };
    t.app().listens();
    until(0ns);
    t.peer_sends(syn().win_field(64240));
    t.stack_sends(syn_ack().ack(1));
    until(78829ns);
    t.peer_sends(data(1, 0).ack(1).win_field(63));
    until(100262ns);
    t.app().accepts();
    until(2108953ns);
    t.peer_sends(data(1, 77).ack(1).win_field(63));
    until(2126443ns);
    t.at_once([&] { t.app().reads(77).writes(247).writes(20000); });
    t.stack_sends(data(1, 1448).ack(78));
    t.stack_sends(data(1449, 1448).ack(78));
    t.stack_sends(data(2897, 1448).ack(78));
    t.stack_sends(data(4345, 1448).ack(78));
    t.stack_sends(data(5793, 1448).ack(78));
    t.stack_sends(data(7241, 1448).ack(78));
    t.stack_sends(data(8689, 1448).ack(78));
    t.stack_sends(data(10137, 1448).ack(78));
    t.stack_sends(data(11585, 1448).ack(78));
    t.stack_sends(data(13033, 1448).ack(78));
    until(3214488ns);
    t.peer_sends(data(78, 0).ack(1449).win_field(66));
    t.stack_sends(data(14481, 1448).ack(78));
    t.stack_sends(data(15929, 1448).ack(78));
    until(3262334ns);
    t.peer_sends(data(78, 0).ack(2897).win_field(69));
    t.stack_sends(data(17377, 1448).ack(78));
    t.stack_sends(data(18825, 1423).ack(78));
    until(5140549ns);
    t.peer_sends(data(78, 0).ack(4345).win_field(72));
    until(5152548ns);
    t.peer_sends(data(78, 0).ack(5793).win_field(75));
    until(5155201ns);
    t.peer_sends(data(78, 0).ack(7241).win_field(78));
    until(5157970ns);
    t.peer_sends(data(78, 0).ack(8689).win_field(80));
    until(5160975ns);
    t.peer_sends(data(78, 0).ack(10137).win_field(83));
    until(5163713ns);
    t.peer_sends(data(78, 0).ack(11585).win_field(84));
    until(5166314ns);
    t.peer_sends(data(78, 0).ack(13033).win_field(84));
    until(5168572ns);
    t.peer_sends(data(78, 0).ack(14481).win_field(84));
    until(5170961ns);
    t.peer_sends(data(78, 0).ack(15929).win_field(84));
    until(5173284ns);
    t.peer_sends(data(78, 0).ack(17377).win_field(84));
    until(5176073ns);
    t.peer_sends(data(78, 0).ack(18825).win_field(84));
    until(5178785ns);
    t.peer_sends(data(78, 0).ack(20248).win_field(84));
    until(5183450ns);
    t.peer_sends(data(78, 0).ack(20248).fin().win_field(84));
    t.stack_sends(data(20248, 0).ack(79));
    until(5221579ns);
    t.app().closes();
    t.stack_sends(data(20248, 0).ack(79).fin());
    until(5407017ns);
    t.peer_sends(data(79, 0).ack(20249).win_field(84));
}
