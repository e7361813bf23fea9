// The application: RFC 9293 3.10.1 to 3.10.6 as the socket faces need them.
#include "tcp/connection.h"

namespace sluice::tcp {
namespace {

constexpr std::uint32_t memory_full_share =
    16384;  // octets each connection may still queue when memory is full

}  // namespace

std::expected<std::size_t, CallError> Connection::read(ByteSpan room, bool only_peek,
                                                       Instant now) {  // RECEIVE
    const ReceiveQueue& queue = receiver_.queue();
    if (queue.empty()) {
        if (error_ != Reason::none) return std::unexpected(CallError::ended);
        if (receiver_.is_finished() || receiver_.is_shut() || ended_ != Reason::none) return 0U;
        return std::unexpected(CallError::would_block);
    }
    if (only_peek) return queue.peek(room);
    const std::size_t octets = receiver_.read(room);
    note_call(Call::read, octets, now);
    on_read(now);
    return octets;
}

void Connection::on_read(Instant now) {
    const bool may_grow = environment_.pool.bytes_in_use() < environment_.memory_budget() / 2;
    const std::uint32_t most = tuning_.reach(limits_.most, limits_.link, environment_.settings.link_pause);
    const auto limit = may_grow && most > receiver_.limit()
                           ? tuning_.on_read(receiver_.arrived_for_reader(), receiver_.limit(), most,
                                             receiver_.mss_announced(), now)
                           : std::nullopt;
    if (limit) receiver_.set_limit(*limit);
    if (receiver_.is_window_update_due() && takes_text(state_))
        receiver_.acks.owe(Cause::window_update);  // [MUST-39]
}

std::expected<Slice, CallError> Connection::front() const {
    if (!receiver_.queue().empty()) return receiver_.queue().front();
    if (error_ != Reason::none) return std::unexpected(CallError::ended);
    if (receiver_.is_finished() || receiver_.is_shut() || ended_ != Reason::none) return Slice();
    return std::unexpected(CallError::would_block);
}

void Connection::consume(std::size_t octets, Instant now) {
    receiver_.consume(octets);
    note_call(Call::read, octets, now);
    on_read(now);
}

std::size_t Connection::room() const {
    const Settings& settings = environment_.settings;
    std::uint32_t limit = options_->send_buffer ? options_->send_buffer : settings.send_buffer;
    // Twice the congestion window: one in flight, one to be written meanwhile. A third where the window stays as it is
    // through losses: new data leaves then while what is behind a hole is still held.
    const Pos windows = controller_.has_own_recovery() ? 3 : 2;
    if (options_->send_buffer == 0 && settings.send_buffer_max > limit)
        limit = static_cast<std::uint32_t>(
            std::clamp(windows * controller_.window(), Pos{limit}, Pos{settings.send_buffer_max}));
    if (options_->unsent_low_water != 0 && sender_.unsent() >= Pos{options_->unsent_low_water}) return 0;
    if (environment_.is_memory_full()) limit = std::min(limit, memory_full_share);
    return limit > sender_.buffer.octets() ? limit - sender_.buffer.octets() : 0;
}

std::expected<std::size_t, CallError> Connection::write(ByteView data, bool urgent, Instant now) {  // SEND
    if (ended_ != Reason::none || state_ == State::closed)
        return std::unexpected(error_ != Reason::none ? CallError::ended : CallError::closing);
    if (sender_.is_fin_queued() || is_write_closed(state_)) return std::unexpected(CallError::closing);
    const std::size_t taken = std::min(data.size(), room());
    if (taken == 0 && !data.empty()) return std::unexpected(CallError::would_block);
    check_application_limited();
    sender_.buffer.append(data.first(taken), environment_.pool);
    if (urgent) sender_.mark_urgent();
    note_call(Call::write, taken, now);
    settle(now);
    return taken;
}

std::expected<std::size_t, CallError> Connection::write_owned(Slice data, Instant now) {
    if (ended_ != Reason::none || state_ == State::closed)
        return std::unexpected(error_ != Reason::none ? CallError::ended : CallError::closing);
    if (sender_.is_fin_queued() || is_write_closed(state_)) return std::unexpected(CallError::closing);
    if (room() == 0) return std::unexpected(CallError::would_block);
    const std::size_t octets = data.size();
    check_application_limited();
    sender_.buffer.append_owned(std::move(data));
    note_call(Call::write, octets, now);
    settle(now);
    return octets;
}

std::expected<void, CallError> Connection::shutdown_write(Instant now) {  // CLOSE
    if (ended_ != Reason::none || state_ == State::closed) return std::unexpected(CallError::not_connected);
    if (sender_.is_fin_queued() || is_write_closed(state_)) return {};
    note_call(Call::shutdown_write, static_cast<std::size_t>(sender_.unsent()), now);
    switch (state_) {
        case State::syn_sent:
            end(Event::close_call, Reason::end_closed_before_open, Rule::r9293_3_10_4, now);
            break;
        case State::syn_received:
            sender_.queue_fin();
            if (!sender_.buffer.empty()) break;  // performed once established
            // The SYN,ACK stays unacknowledged: from here on it is in flight like anything else.
            opening_.reset();
            flight_.on_sent({0, 1}, now);
            move(Event::close_call, now, Rule::r9293_3_10_4, static_cast<std::uint32_t>(sender_.unsent()));
            break;
        case State::established:
            sender_.queue_fin();
            move(Event::close_call, now, Rule::r9293_3_10_4, static_cast<std::uint32_t>(sender_.unsent()));
            break;
        default:
            sender_.queue_fin();  // CLOSE-WAIT: LAST-ACK begins when it leaves (D-15)
            break;
    }
    settle(now);
    return {};
}

void Connection::shutdown_read() {
    if (environment_.settings.read_after_shutdown)
        receiver_.shut();
    else
        receiver_.discard_from_now();
    has_news_ = true;
}

void Connection::close(Instant now) {
    is_held_ = false;
    is_closed_by_application_ = true;
    watcher_ = nullptr;
    if (ended_ != Reason::none) return;
    note_call(Call::close, static_cast<std::size_t>(sender_.unsent()), now);
    if (options_->linger && *options_->linger == Duration(0))
        return abort(Event::abort_call, Reason::end_aborted, now);
    const bool may_reset = takes_text(state_) || state_ == State::close_wait;
    if (may_reset && !receiver_.queue().empty()) {  // D-16, RFC 9293 3.6.1 [SHLD-3]
        owe_reset(snd_space_.wrap(sender_.nxt()).raw, Cause::reset, Rule::r9293_3_6_1);
        return end(Event::unread_data, Reason::end_unread_data, Rule::r9293_3_6_1, now);
    }
    (void)shutdown_write(now);
    if (state_ == State::fin_wait_2) fin_wait_2_at_ = later(now, environment_.settings.fin_wait_2_idle);
}

// ABORT: <SEQ=SND.NXT><CTL=RST> where the peer may still send; silence where both sides have closed (3.10.5).
void Connection::abort(Event event, Reason reason, Instant now) {
    if (ended_ != Reason::none || state_ == State::closed) return;
    const bool sends_reset =
        state_ == State::syn_received || takes_text(state_) || state_ == State::close_wait;
    if (sends_reset) owe_reset(snd_space_.wrap(sender_.nxt()).raw, Cause::reset, Rule::r9293_3_10_5);
    end(event, reason, Rule::r9293_3_10_5, now);
}

bool Connection::takes_early_text() const {
    if (!opening_ || room() == 0) return false;
    return opening_->early_place || waits_for_text();
}

// A SYN with a cookie leaves with the first octets written (docs/decisions/0022).
bool Connection::waits_for_text() const {
    return opening_ && !opening_->has_peer && opening_->fast_open.is_waiting() && sender_.buffer.empty();
}

Readiness Connection::readiness() const {
    Readiness ready;
    const bool is_over = ended_ != Reason::none;
    ready.error = error_ != Reason::none || soft_error_ != Reason::none;
    ready.peer_closed = receiver_.is_finished();
    ready.readable = !receiver_.queue().empty() || receiver_.is_finished() || receiver_.is_shut() || is_over;
    const bool is_open = state_ == State::established || state_ == State::close_wait;
    ready.writable = is_over || (is_open && !sender_.is_fin_queued() && room() > 0) ||
                     is_write_closed(state_) || takes_early_text();
    ready.hangup = is_over || (receiver_.is_finished() && is_write_closed(state_));
    ready.urgent = receiver_.urgent.remaining(receiver_.consumed()).has_value();
    return ready;
}

Reason Connection::take_error() { return std::exchange(error_, Reason::none); }
Reason Connection::take_soft_error() { return std::exchange(soft_error_, Reason::none); }

std::optional<std::uint32_t> Connection::urgent_mark() const {
    return receiver_.urgent.remaining(receiver_.consumed());
}

void Connection::set_options(const Options& options, Instant now) {
    const bool was_kept_alive = options_->keep_alive;
    options_ = std::make_shared<const Options>(options);
    if (options.receive_buffer) {
        limits_ = {options.receive_buffer, options.receive_buffer, 0};
        receiver_.set_limit(options.receive_buffer);
    }
    receiver_.acks.set_quick(options.quick_ack);
    if (options.mss) agreed_.mss = std::min(agreed_.mss, options.mss);
    if (options.congestion && state_ >= State::syn_received)
        controller_.change(*options.congestion, environment_.settings, snd_space_.initial().raw);
    if (options.keep_alive && (established_ || is_synchronized(state_)))
        keepalive_.switch_on(keepalive_plan(), now);
    else if (was_kept_alive)
        keepalive_.switch_off();
    note_call(Call::set_option, 0, now);
}

}  // namespace sluice::tcp
