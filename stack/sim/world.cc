#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::sim {
namespace {

// Names of generators, below those of World::random.
constexpr std::uint64_t host_base = 1000, link_base = 100'000;

// The hash of a run: order and every octet of the records count.
std::uint64_t mix(std::uint64_t hash, const TraceRecord& record) {
    std::array<std::uint64_t, sizeof(TraceRecord) / 8> words;
    std::memcpy(words.data(), &record, sizeof record);
    for (const std::uint64_t word : words) {
        hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 29U;
    }
    return hash;
}

}  // namespace

Sleep::~Sleep() {
    if (timer_ != 0) world_.cancel(timer_);
}

void Sleep::await_suspend(std::coroutine_handle<> waiting) {
    timer_ = world_.after(time_, [waiting] { waiting.resume(); });
}

World::World(WorldOptions options)
    : options_(std::move(options)), around_{agenda_, pool_, options_.checks, {}, {}} {
    around_.fail = [this](const Node& node, const std::string& what) { fail_at(node, what); };
    around_.on_record = [this](const Node& node, const TraceRecord& record) { take_record(node, record); };
}

World::~World() { roots_.clear(); }

Host& World::add_host(std::string name, std::string_view prefix, HostOptions options) {
    options.config.seed = Random(options_.seed).fork(host_base + hosts_.size()).key();
    options.config.trace = options_.trace;
    options.config.trace_records = options_.trace_records;
    hosts_.push_back(std::make_unique<Host>(std::move(name), around_, options));
    prefixes_[hosts_.back().get()] = prefix;
    if (on_host_) on_host_(*hosts_.back());
    return *hosts_.back();
}

Switch& World::add_switch(std::string name) {
    auto made = std::make_unique<Switch>(std::move(name), pool_);
    Switch& node = *made;
    nodes_.push_back(std::move(made));
    return node;
}

Router& World::add_router(std::string name) {
    auto made = std::make_unique<Router>(std::move(name), agenda_, pool_);
    Router& node = *made;
    nodes_.push_back(std::move(made));
    return node;
}

Link& World::connect(Plug a, Plug b, const LinkOptions& options) {
    const auto number = static_cast<std::uint32_t>(links_.size());
    LinkOptions agreed = options;
    // Routers look at every packet on its own.
    for (const Plug& plug : {a, b})
        if (dynamic_cast<Router*>(&plug.node)) agreed.super_segments = false;
    links_.push_back(std::make_unique<Link>(number, agenda_, pool_,
                                            Random(options_.seed).fork(link_base + number), agreed));
    Link& link = *links_.back();
    if (options_.schedule) link.follow(*options_.schedule);
    for (const LinkWatcher& watcher : link_watchers_) link.watch(watcher);
    if (on_connect_) on_connect_(link);
    const auto plug_in = [&](const Plug& plug, Side side) {
        std::string& kept = prefixes_[&plug.node];
        const std::string text = plug.address.empty() ? std::exchange(kept, {}) : std::string(plug.address);
        const auto prefix = wire::parse_prefix(text.empty() ? "0.0.0.0/32" : text);
        SLUICE_CHECK(prefix.has_value());
        const std::size_t port = ports_[&plug.node]++;
        link.join(side, {&plug.node, port});
        plug.node.plug(link, side, *prefix);
        return port;
    };
    const std::size_t port_a = plug_in(a, Side::a), port_b = plug_in(b, Side::b);
    const auto route = [&](const Plug& from, std::size_t port, const Plug& to, std::size_t to_port) {
        auto* host = dynamic_cast<Host*>(&from.node);
        const auto* router = dynamic_cast<const Router*>(&to.node);
        if (!host || !router || std::exchange(has_gateway_[host], true)) return;
        host->stack().add_default_route(router->address(to_port), static_cast<LinkId>(port));
    };
    route(a, port_a, b, port_b);
    route(b, port_b, a, port_a);
    return link;
}

void World::watch_links(const LinkWatcher& watcher) {
    link_watchers_.push_back(watcher);
    for (const auto& link : links_) link->watch(watcher);
}

void World::take_record(const Node& node, const TraceRecord& record) {
    trace_hash_ = mix(trace_hash_, record);
    for (const RecordWatcher& watcher : record_watchers_) watcher(node, record);
}

void World::fail(const std::string& what) {
    if (!failure_.empty()) return;
    const auto now = std::chrono::duration<double>(agenda_.now().time_since_epoch()).count();
    failure_ = fmt::format("{:.6f} {}", now, what);
}

void World::fail_at(const Node& node, const std::string& what) { fail(node.name() + ": " + what); }

Task<> World::guard(Task<> task) {
    try {
        co_await task;
    } catch (...) {
        thrown_ = std::current_exception();
    }
}

void World::start(Task<> task, bool must_end) {
    catch_up();
    roots_.push_back({guard(std::move(task)), must_end});
    roots_.back().task.start();
    settle();
}

std::uint32_t World::after(Duration time, std::function<void()> action) {
    const std::uint32_t timer = ++timer_;
    timers_[timer] = std::move(action);
    agenda_.enter(later(agenda_.now(), time), *this, timer);
    return timer;
}

void World::on_event(std::uint32_t timer, Instant) {
    const auto found = timers_.find(timer);
    if (found == timers_.end()) return;
    const std::function<void()> action = std::move(found->second);
    timers_.erase(found);
    catch_up();
    action();
    settle();
}

void World::catch_up() {
    for (const auto& host : hosts_) host->catch_up(agenda_.now());
}

void World::settle() {
    for (const auto& host : hosts_) host->settle(agenda_.now());
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

bool World::run(Duration time, const std::function<bool()>& done) {
    const Instant until = later(agenda_.now(), time);
    catch_up();
    settle();
    while (failure_.empty()) {
        if (done && done()) return true;
        if (agenda_.empty() || agenda_.next() > until) break;
        agenda_.step();
        if (agenda_.events() > options_.events_max) fail("the run does not end");
        if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    }
    if (failure_.empty() && until != never) {
        agenda_.set_now(until);
        catch_up();
        settle();
    }
    return done && done();
}

bool World::tasks_ended() const {
    return std::ranges::all_of(roots_,
                               [](const Root& root) { return !root.must_end || root.task.is_done(); });
}

bool World::is_quiet() const {
    const bool closed =
        std::ranges::all_of(hosts_, [](const auto& host) { return host->stack().tcp_open() == 0; });
    return closed && std::ranges::all_of(links_, [](const auto& link) {
               return link->in_flight(Side::a) + link->in_flight(Side::b) == 0;
           });
}

const std::string& World::finish(Duration patience) {
    run(patience, [this] { return tasks_ended(); });
    for (const auto& link : links_) link->mend();
    run(patience, [this] { return tasks_ended(); });
    if (!tasks_ended()) fail("a task did not end");
    roots_.clear();
    if (failure_.empty()) run(patience, [this] { return is_quiet(); });
    // What waits for a neighbour or for the rest of a datagram is given up after a while (RFC 1122 2.3.2.2, 3.3.2).
    if (failure_.empty()) run(150s, [] { return false; });
    if (failure_.empty()) check_end();
    return failure_;
}

void World::check_end() {
    for (const auto& host : hosts_)
        if (const std::string wrong = host->check_end(); !wrong.empty()) fail_at(*host, wrong);
    for (const auto& link : links_) {
        for (const Side from : {Side::a, Side::b}) {
            const LinkCounters& c = link->counters(from);
            const std::uint64_t known = c.delivered + c.lost + c.dropped() + link->in_flight(from);
            if (c.sent + c.doubled + c.forged != known)
                fail(fmt::format("link {}: {} frames sent, {} doubled, {} forged, but {} accounted for",
                                 link->number(), c.sent, c.doubled, c.forged, known));
        }
    }
    if (pool_.chunks_in_use() != 0)
        fail(fmt::format("{} frames are left on the network", pool_.chunks_in_use()));
}

Schedule World::schedule() const {
    Schedule all;
    for (const auto& link : links_) all.insert(all.end(), link->turns().begin(), link->turns().end());
    return all;
}

}  // namespace sluice::sim
