#include "apps/common/http/server.h"

#include <algorithm>

#include "apps/common/http/session.h"

namespace sluice::http {
namespace {

// Connections beyond the limits that get an answer; the next ones are reset.
constexpr std::uint32_t turned_away_max = 64;

}  // namespace

Server::Server(Stack& stack, ServerParts parts, std::function<Date()> date)
    : stack_(stack), parts_(std::move(parts)), date_(std::move(date)) {}

Server::~Server() = default;

void Server::serve(TcpListener listener) {
    TcpOptions options = listener.options();
    options.no_delay = true;  // Replies are written whole; holding back their last segment only costs time.
    options.report_soft_errors = false;  // TCP goes on trying; our own timeouts decide.
    listener.set_options(options);
    listener.watch(this);
    listeners_.push_back(std::move(listener));
}

void Server::on_ready(Readiness) {
    for (TcpListener& listener : listeners_)
        while (auto accepted = listener.accept()) admit(std::move(*accepted));
}

void Server::admit(TcpSocket socket) {
    const wire::Address client = socket.remote().address;
    const auto known = per_address_.find(client);
    const bool is_greedy = known != per_address_.end() && known->second >= parts_.settings.max_per_address;
    const bool is_welcome = !is_greedy && make_room();
    if (!is_welcome && turned_away_ >= turned_away_max) return socket.abort();
    const Number number = next_number_++;
    auto made = std::make_unique<Session>(*this, number, std::move(socket), client);
    Session& session = *made;
    sessions_.emplace(number, std::move(made));
    if (is_welcome)
        ++per_address_[client];
    else
        ++turned_away_;
    session.begin(is_welcome);
}

// At the limit, the connection that has been idle longest makes room.
bool Server::make_room() {
    if (sessions_.size() - turned_away_ < parts_.settings.max_connections) return true;
    if (idle_.empty()) return false;
    Session& oldest = *idle_.front();
    oldest.give_up();
    return true;
}

Instant Server::next_deadline() const {
    const Instant first = deadlines_.empty() ? never : deadlines_.begin()->first;
    return std::min(first, grace_end_);
}

void Server::on_time() {
    const Instant now = stack_.now();
    if (now >= grace_end_) return abort_all();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        Session& session = *sessions_.at(deadlines_.begin()->second);
        session.forget_schedule();
        session.on_time();
    }
    if (wake_ && next_deadline() != never) wake_(next_deadline());
}

// Deadlines mostly move away; the entry stays where it is then and is looked at again when its time comes.
void Server::schedule(Session& session) { schedule_at(session, session.deadline()); }

void Server::wake(Number number) {
    const auto found = sessions_.find(number);
    if (found != sessions_.end()) schedule_at(*found->second, stack_.now());
}

void Server::schedule_at(Session& session, Instant wanted) {
    if (wanted >= session.scheduled()) return;
    session.forget_schedule();
    session.set_scheduled(wanted);
    const bool is_first = wanted < next_deadline();
    deadlines_.emplace(wanted, session.number());
    if (is_first && wake_) wake_(wanted);
}

void Server::note_idleness(Session& session) {
    if (session.is_idle() == session.is_listed_idle()) return;
    if (session.is_idle()) {
        idle_.push_back(&session);
        session.set_idle_place(std::prev(idle_.end()));
    } else {
        idle_.erase(*session.idle_place());
        session.set_idle_place({});
    }
}

void Server::remove(Session& session) {
    session.forget_schedule();
    if (session.is_listed_idle()) idle_.erase(*session.idle_place());
    if (!session.is_welcome()) {
        --turned_away_;
    } else if (const auto known = per_address_.find(session.client()); --known->second == 0) {
        per_address_.erase(known);
    }
    sessions_.erase(session.number());
    if (is_stopping_ && sessions_.empty() && done_) std::exchange(done_, nullptr)();
}

void Server::stop(std::function<void()> done) {
    if (is_stopping_) return;
    is_stopping_ = true;
    done_ = std::move(done);
    listeners_.clear();
    grace_end_ = later(stack_.now(), parts_.settings.grace_time);
    std::vector<Number> numbers;
    for (const auto& [number, session] : sessions_) numbers.push_back(number);
    for (const Number number : numbers)
        if (const auto found = sessions_.find(number); found != sessions_.end()) found->second->drain();
    if (sessions_.empty() && done_)
        std::exchange(done_, nullptr)();
    else if (wake_)
        wake_(next_deadline());
}

void Server::abort_all() {
    grace_end_ = never;
    while (!sessions_.empty()) sessions_.begin()->second->cut_off();
}

}  // namespace sluice::http
