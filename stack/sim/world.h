// A network in virtual time, a function of its seed: hosts (each a whole Stack), switches, routers, cables with faults, and
// applications on the hosts, as coroutines or callbacks.
//
//   sim::World world({.seed = 7});
//   sim::Host& server = world.add_host("server", "192.0.2.1/24");
//   sim::Host& client = world.add_host("client", "192.0.2.2/24");
//   world.connect(server, client, {.delay = 20ms, .faults = {.loss = 0.05}});
//   world.start(serve(server));
//   world.start(fetch(client, server));
//   CHECK(world.finish() == "");
//
// After every event each touched host is checked (sim/host.h, sim/trace_checker.h); finish() lets the tasks end, mends the
// network, and looks whether every connection is over, all memory is back and every frame is accounted for. What is found
// stands in failure(), with the time and the host, and stops the run. See docs/simulation.md.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/host.h"
#include "sim/router.h"
#include "sim/switch.h"

namespace sluice::sim {

struct WorldOptions {
    std::uint64_t seed = 1;
    bool checks = true;  // needs the trace
    TraceMode trace = TraceMode::all;
    std::uint32_t trace_records = 4096;     // per host, drained after every event
    std::optional<Schedule> schedule = {};  // instead of drawn faults
    std::uint64_t events_max = ~0ULL;       // more is a failure: something goes round in circles
};

class World;

// One end of a cable to be: a node, with its address there. Hosts made with an address use that one first.
struct Plug {
    Plug(Node& to) : node(to) {}  // NOLINT(google-explicit-constructor): connect(a, b)
    Plug(Node& to, std::string_view prefix) : node(to), address(prefix) {}
    Node& node;
    std::string_view address;
};

// co_await world.sleep(5ms)
class Sleep {
public:
    Sleep(World& world, Duration time) : world_(world), time_(time) {}
    Sleep(const Sleep&) = delete;
    Sleep& operator=(const Sleep&) = delete;
    ~Sleep();
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiting);
    void await_resume() { timer_ = 0; }

private:
    World& world_;
    Duration time_;
    std::uint32_t timer_ = 0;
};

class World final : private Actor {
public:
    explicit World(WorldOptions options = {});
    ~World();

    // --- the network
    Host& add_host(std::string name, std::string_view prefix = {}, HostOptions options = {});
    Switch& add_switch(std::string name = "switch");
    Router& add_router(std::string name = "router");
    // A host on a router's cable takes the first router as its gateway.
    Link& connect(Plug a, Plug b, const LinkOptions& options = {});
    const std::vector<std::unique_ptr<Link>>& links() const { return links_; }
    const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }
    // Shown whatever happens on cables, made already or later.
    void watch_links(const LinkWatcher& watcher);
    // Called with each cable from now on, before anything is sent on it.
    void on_connect(std::function<void(Link&)> action) { on_connect_ = std::move(action); }
    // Called with each host from now on, before it has a cable or an address.
    void on_host(std::function<void(Host&)> action) { on_host_ = std::move(action); }
    using RecordWatcher = std::function<void(const Node&, const TraceRecord&)>;
    void watch_records(RecordWatcher watcher) { record_watchers_.push_back(std::move(watcher)); }

    // --- applications
    // Must have ended when finish() is over. Runs at once until its first wait.
    void start(Task<> task) { start(std::move(task), true); }
    // May wait for ever; is ended by finish().
    void start_service(Task<> task) { start(std::move(task), false); }
    Sleep sleep(Duration time) { return {*this, time}; }
    std::uint32_t after(Duration time, std::function<void()> action);
    void cancel(std::uint32_t timer) { timers_.erase(timer); }
    // A generator for whatever a test wants to draw, apart from all others.
    Random random(std::uint64_t name) const { return Random(options_.seed).fork(random_base + name); }

    // --- time
    Instant now() const { return agenda_.now(); }
    // Until `time` has passed, nothing is left to happen, something failed, or `done` says so; answers done's word.
    // `done` looks and does not touch.
    bool run(Duration time, const std::function<bool()>& done = {});
    // Waits for the tasks; those that have not ended by then get a mended network and as long again. Then nobody holds a
    // socket any more: waits for the connections and checks what is left. Answers failure().
    const std::string& finish(Duration patience = std::chrono::hours(1));

    // --- what came of it
    const std::string& failure() const { return failure_; }
    void fail(const std::string& what);
    std::uint64_t seed() const { return options_.seed; }
    std::uint64_t events() const { return agenda_.events(); }
    std::uint64_t trace_hash() const { return trace_hash_; }
    // Everything the faults did, as a schedule that does it again.
    Schedule schedule() const;

private:
    static constexpr std::uint64_t random_base = 1U << 20U;
    struct Root {
        Task<> task;
        bool must_end = true;
    };

    void start(Task<> task, bool must_end);
    Task<> guard(Task<> task);
    void on_event(std::uint32_t timer, Instant now) override;
    void catch_up();
    void settle();
    void fail_at(const Node& node, const std::string& what);
    void take_record(const Node& node, const TraceRecord& record);
    bool tasks_ended() const;
    bool is_quiet() const;
    void check_end();

    WorldOptions options_;
    Agenda agenda_;
    ChunkPool pool_;
    Surroundings around_;
    std::vector<std::unique_ptr<Host>> hosts_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<std::unique_ptr<Link>> links_;
    std::map<const Node*, std::size_t> ports_;
    std::map<const Node*, std::string> prefixes_;
    std::map<const Node*, bool> has_gateway_;
    std::map<std::uint32_t, std::function<void()>> timers_;
    std::uint32_t timer_ = 0;
    std::vector<LinkWatcher> link_watchers_;
    std::function<void(Link&)> on_connect_;
    std::function<void(Host&)> on_host_;
    std::vector<RecordWatcher> record_watchers_;
    std::string failure_;
    std::exception_ptr thrown_;
    std::uint64_t trace_hash_ = 0;
    std::vector<Root> roots_;  // last: they hold sockets
};

}  // namespace sluice::sim
