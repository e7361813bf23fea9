// A host: a Stack on the cables of a World. Drives it as host/loop does, one frame at a time, and looks after every event
// whether what must hold still holds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sim/agenda.h"
#include "sim/clock.h"
#include "sim/link.h"
#include "sim/node.h"
#include "sim/trace_checker.h"
#include "socket/async_tcp.h"
#include "stack.h"

namespace sluice::sim {

// A host's configuration as usual, but for address probes: they take seconds before anything else happens.
StackConfig host_config();

struct HostOptions {
    StackConfig config = host_config();  // seed and trace are the World's
    int clock_ppm = 0;                   // runs fast by so many parts in a million
    Instant clock_start{};
};

// What hosts need of their World.
struct Surroundings {
    Agenda& agenda;
    ChunkPool& pool;
    bool checks = true;
    std::function<void(const Node&, const std::string&)> fail;
    // Each trace record, if anybody wants them.
    std::function<void(const Node&, const TraceRecord&)> on_record;
};

class Host final : public Node, public Actor {
public:
    Host(std::string name, Surroundings& around, const HostOptions& options);

    Stack& stack() { return *stack_; }
    const Stack& stack() const { return *stack_; }
    wire::Address address() const { return address_; }  // on the first cable

    // --- what an application on this host calls
    AsyncListener listen(std::uint16_t port, std::uint32_t backlog = 128);
    // An empty socket if the stack refuses at once (no route, no port).
    AsyncTcp connect(const wire::Endpoint& remote);
    AsyncTcp connect(const Host& to, std::uint16_t port) { return connect({to.address(), port}); }

    // --- the World's side
    void take(std::size_t port, Frame frame, Instant now) override;
    void plug(Link& link, Side side, const wire::Prefix& address) override;
    void on_event(std::uint32_t what, Instant now) override;
    // Brings the stack's time up to now: before an application does something that nothing on the wire caused.
    void catch_up(Instant now);
    // Sends what is owed, tells watchers, checks.
    void settle(Instant now);
    // What is wrong when everything should be over; empty if nothing.
    std::string check_end() const;
    const TraceChecker& checker() const { return checker_; }

private:
    struct Cable {
        Link* link = nullptr;
        Side side = Side::a;
    };
    void send_everything(Instant now);
    void check(Instant now);
    void arm();

    Surroundings& around_;
    DriftingClock clock_;
    std::unique_ptr<Stack> stack_;
    wire::Address address_;
    std::vector<Cable> cables_;
    Instant armed_ = never;  // the earliest entry in the agenda
    FrameOut out_;
    TraceChecker checker_;
    std::uint64_t frames_out_ = 0;
    std::uint64_t frames_in_ = 0;
    bool may_not_reset_ = false;  // the event was the arrival of a reset
};

}  // namespace sluice::sim
