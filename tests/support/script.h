// One Stack, an imagined peer, and virtual time that jumps: how the script tests talk.
//
//   Script t{{.mss = 1000}};
//   t.established();
//   t.app().writes(4000);
//   t.stack_sends(data(1, 1000)).stack_sends(data(1001, 1000)) ...
//   t.after(50ms).peer_sends(ack(1)).stack_is_silent();
//
// Whatever the stack sends must be expected, one frame at a time, before the next thing happens; a script
// ends in silence. ARP is answered behind the scenes. Every frame passes the suite-wide tap (flow.h), every step the
// trace checker. The first failure prints the ladder so far at the caller's line and leaves the script.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "stack.h"
#include "support/flow.h"
#include "support/segment.h"
#include "support/trace_checker.h"
#include "support/worlds.h"

namespace sluice::test {

class Script;
using Where = std::source_location;

// The application's side of one connection.
class App final : private Watcher {
public:
    explicit App(Script& script) : script_(script) {}
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    App& listens(std::uint32_t backlog = 128, Where where = Where::current());
    App& connects(Where where = Where::current());  // to the flow's peer, from the flow's port
    App& connect_fails(Error error, Where where = Where::current());
    App& accepts(Where where = Where::current());  // from the listener of app()
    App& accept_finds_nothing(Where where = Where::current());
    App& writes(std::uint32_t octets, Where where = Where::current());  // all are taken
    App& writes_urgent(std::uint32_t octets, Where where = Where::current());
    App& write_fails(Error error, Where where = Where::current());
    App& reads(std::uint32_t octets, Where where = Where::current());      // exactly, and they are right
    App& reads_all(std::uint32_t octets, Where where = Where::current());  // and then nothing is left
    App& reads_nothing(Where where = Where::current());                    // would block
    App& reads_end(Where where = Where::current());
    App& read_fails(Error error, Where where = Where::current());
    App& shuts_down(Where where = Where::current());  // shutdown(write): the RFC's CLOSE
    App& shutdown_fails(Error error, Where where = Where::current());
    App& shuts_down_reading(Where where = Where::current());
    App& closes(Where where = Where::current());
    App& aborts(Where where = Where::current());
    App& closes_listener(Where where = Where::current());
    App& error_is(Error error, Where where = Where::current());  // take_error()
    App& sets(const std::function<void(TcpOptions&)>& change, Where where = Where::current());
    App& is_ready(bool Readiness::*level, Where where = Where::current());
    App& is_not_ready(bool Readiness::*level, Where where = Where::current());
    App& was_told(std::uint32_t times, Where where = Where::current());  // edges since asked last

    TcpSocket& socket() { return socket_; }
    TcpListener& listener() { return listener_; }
    ListenOptions listen_options;  // address, port, options for listens()
    ConnectOptions connect_options;
    void skip_written(std::uint32_t octets) { written_ += octets; }
    void forget_told() { told_ = 0; }

private:
    void on_ready(Readiness) override { ++told_; }

    Script& script_;
    TcpListener listener_;
    TcpSocket socket_;
    Pos written_ = 1;
    Pos read_ = 1;
    std::uint32_t told_ = 0;
};

struct ScriptOptions {
    std::uint32_t mss = 1460;             // octets of a full segment the stack sends
    bool sack = false;                    // the peer offers it
    std::optional<bool> timestamps = {};  // the peer offers; unset: as the world says
    std::optional<bool> window_scaling = {};
    int peer_shift = 2;            // of the window scaling the peer offers
    std::uint32_t window = 64000;  // the peer announces; a multiple of 4
    bool active = false;           // established(), in(): the stack connects
    bool answer_arp = true;
    std::function<void(tcp::Settings&)> settings = {};
    std::function<void(StackConfig&)> config = {};
    std::function<void(TcpOptions&)> socket = {};  // of listener and connection
    LinkCapabilities link = {};
};

class Script {
public:
    explicit Script(ScriptOptions options = {}, Where where = Where::current());
    ~Script();
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;

    App& app(std::size_t number = 0);
    // The connection later calls are about. Flow n has the peer's port 40000 + n; new ones may be changed at will.
    Script& on_flow(std::size_t number);
    Flow& flow() { return flows_.at(current_); }

    // --- ways into a state, by frames and calls only
    Script& established(Where where = Where::current());
    Script& in(State state, Where where = Where::current());
    Script& simultaneous_open(Where where = Where::current());  // to SYN-RECEIVED by active open

    // --- frames
    Script& peer_sends(const Segment& segment, Where where = Where::current());
    Script& peer_sends_at_once(const std::vector<Segment>& segments, Where where = Where::current());
    Script& stack_sends(const Segment& expected, Where where = Where::current());
    // The next frame, exactly `delay` from now; nothing before.
    Script& stack_sends_after(Duration delay, const Segment& expected, Where where = Where::current());
    Script& stack_sends_within(Duration least, Duration most, const Segment& expected,
                               Where where = Where::current());
    Script& stack_is_silent(Where where = Where::current());
    Script& stack_is_silent_for(Duration time, Where where = Where::current());
    // Everything sent and not yet expected; passes the tap, may be anything.
    std::vector<Seen> takes_all(Where where = Where::current());
    // The same without a look: for tests about many connections that are no flows.
    void stack_discards() { sent_.clear(); }
    Script& icmp_arrives(std::uint8_t type, std::uint8_t code, Pos quoted, std::uint16_t mtu = 0,
                         Where where = Where::current());
    Script& frame_arrives(const Octets& frame, Where where = Where::current());

    // What the application does here leaves the stack time to send only afterwards, as calls of one turn of a loop do.
    Script& at_once(const std::function<void()>& calls, Where where = Where::current());

    // --- time
    Script& after(Duration time, Where where = Where::current());
    Duration elapsed() const { return stack_->now().time_since_epoch(); }

    // --- what is left to see
    Script& state_is(State state, Where where = Where::current());
    Script& walked(const std::vector<State>& path,
                   Where where = Where::current());  // since the last call of walked()
    Script& walked_last(State from, State to, Where where = Where::current());
    State state();
    TcpInfo info();
    // Position one past the last octet the stack lets the peer send, and the window it announced last.
    Pos edge() { return flow().right_edge.value_or(0); }
    Stack& stack() { return *stack_; }
    std::vector<TraceRecord> records() { return checker_.take_records(); }

    // --- for App
    void begin(const char* call, Where where);
    void end();
    void note(std::string line);
    [[noreturn]] void fail(const std::string& what);
    TcpOptions socket_options() const;

private:
    void drain();
    void take(const FrameOut& frame);
    void answer_arp(const Seen& seen);
    void settle();
    void step_to(Instant at);
    void consume(Flow& flow, const Seen& seen);
    Flow& flow_of(const Seen& seen);
    bool is_loud() const { return !sent_.empty(); }
    std::string ladder() const;
    void report(const std::string& what) const;

    ScriptOptions options_;
    Where where_;
    std::unique_ptr<Stack> stack_;
    LinkId link_ = 0;
    std::deque<Flow> flows_;
    std::size_t current_ = 0;
    std::deque<Seen> sent_;
    std::deque<std::unique_ptr<App>> apps_;
    TraceChecker checker_;
    std::vector<std::string> lines_;
    bool failed_ = false;
    bool is_turn_ = false;  // within at_once()
};

}  // namespace sluice::test
