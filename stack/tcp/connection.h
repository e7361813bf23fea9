// One connection from SYN-SENT (or the third segment of a passive open) to CLOSED: the conductor.
//
// It orders the parts (opening, receive, send, recover, congestion, closing) and contains no arithmetic of its own. It is told
// segments, failures, time and calls; it answers with segments (emit), a deadline, and news for the application. It
// never reaches its owner: what it cannot do itself (a reset after its end, TIME-WAIT) stands ready for the engine
// to take. connection_in.cc is the way in, connection_predicted.cc its usual case, connection_ack.cc what an ACK means,
// connection_time.cc time and failures, connection_out.cc the way out, connection_calls.cc the application.
#pragma once

#include <boost/intrusive/list_hook.hpp>
#include <expected>
#include <memory>
#include <optional>

#include "base/counters.h"
#include "base/readiness.h"
#include "base/trace.h"
#include "tcp/closing/challenge.h"
#include "tcp/closing/keepalive.h"
#include "tcp/closing/patience.h"
#include "tcp/closing/time_wait.h"
#include "tcp/congestion/controller.h"
#include "tcp/congestion/ecn.h"
#include "tcp/facts.h"
#include "tcp/flight.h"
#include "tcp/opening/agree.h"
#include "tcp/opening/fast_open.h"
#include "tcp/opening/fast_open_client.h"
#include "tcp/opening/half_open.h"
#include "tcp/opening/handshake.h"
#include "tcp/options.h"
#include "tcp/receive/judge.h"
#include "tcp/receive/receiver.h"
#include "tcp/receive/tuning.h"
#include "tcp/record.h"
#include "tcp/recover/ack_digest.h"
#include "tcp/recover/delivery_rate.h"
#include "tcp/recover/recovery.h"
#include "tcp/recover/retransmit_timer.h"
#include "tcp/recover/rtt.h"
#include "tcp/send/pacer.h"
#include "tcp/send/path_mtu.h"
#include "tcp/send/sender.h"
#include "tcp/settings.h"
#include "tcp/state.h"
#include "wire/packet.h"

namespace sluice::tcp {

// What every record works with; the engine owns it.
struct Environment {
    const Settings& settings;
    ChunkPool& pool;
    Counters& counters;
    Trace& trace;

    // Octets all buffers of the host may hold together.
    std::uint64_t memory_budget() const { return std::uint64_t{settings.memory_budget_mib} << 20U; }
    bool is_memory_full() const { return pool.bytes_in_use() >= memory_budget(); }
};

struct ReadyTag;
struct NewsTag;
using ReadyHook = boost::intrusive::list_base_hook<boost::intrusive::tag<ReadyTag>,
                                                   boost::intrusive::link_mode<boost::intrusive::safe_link>>;
// News for a watcher. Before accept() nobody watches a connection; then the same hook holds it in its listener's
// accept queue.
using NewsHook = boost::intrusive::list_base_hook<boost::intrusive::tag<NewsTag>,
                                                  boost::intrusive::link_mode<boost::intrusive::safe_link>>;

// Why a call could not be carried out; the socket faces translate it.
enum class CallError : std::uint8_t { would_block, not_connected, closing, ended };

class Connection : public Record, public ReadyHook, public NewsHook {
public:
    Connection(const Environment& environment, const Tuple& tuple, std::uint32_t number,
               const Options& options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // --- birth
    // Active OPEN. `memory`: what is known of the server for Fast Open, nullptr if nothing is.
    void open(WireSeq iss, std::uint32_t timestamp_offset, const wire::Path& path,
              const FastOpenMemory* memory, Instant now);
    // A half-open child whose ACK has come; the segment itself follows in on_segment.
    void grow_from(const HalfOpen& child, std::uint32_t timestamp_offset, Instant now);
    // A SYN cookie came back: established at once.
    void grow_from_cookie(const HalfOpen& child, std::uint32_t timestamp_offset, Instant now);
    // RFC 7413 4.2.2: a SYN with a good Fast Open cookie. Its text is delivered, and answers may leave, before the third
    // segment. `cookie`: a new one to hand out.
    void grow_early(const HalfOpen& child, std::uint32_t timestamp_offset, const Arrived& syn,
                    EarlyOpens::Place place, std::optional<wire::FastOpenCookie> cookie, Instant now);

    // --- the way in
    void on_segment(const Arrived& arrived, Instant now);
    // Header prediction: the segment everybody expects next.
    enum class Predicted : std::uint8_t {
        no,       // it is another one, and nothing has happened
        quietly,  // taken: its ACK may wait until ack_deadline(), and no other deadline comes earlier than before
        yes,
    };
    Predicted take_predicted(const wire::UsualTcpHeader& header, const wire::PacketIn& packet, Instant now);
    Instant ack_deadline() const { return receiver_.acks.deadline(); }
    void on_failure(const wire::DeliveryFailed& failed, Instant now);
    void on_time(Instant now);

    // --- the way out
    bool emit(wire::PacketOut& packet, Instant now);
    Instant deadline() const;

    // --- the application
    std::expected<std::size_t, CallError> read(ByteSpan room, bool only_peek, Instant now);
    std::expected<Slice, CallError> front() const;  // an empty slice: end of stream
    void consume(std::size_t octets, Instant now);
    std::expected<std::size_t, CallError> write(ByteView data, bool urgent, Instant now);
    std::expected<std::size_t, CallError> write_owned(Slice data, Instant now);
    std::size_t room() const;
    // RFC 7413: octets written now leave before the handshake is over.
    bool takes_early_text() const;
    bool waits_for_text() const;
    std::expected<void, CallError> shutdown_write(Instant now);
    void shutdown_read();
    void close(Instant now);  // the handle is gone
    void abort(Event event, Reason reason, Instant now);
    Readiness readiness() const;
    Reason take_error();       // end_* or none
    Reason take_soft_error();  // recorded, not fatal
    std::optional<std::uint32_t> urgent_mark() const;
    Info info() const;
    const Options& options() const { return *options_; }
    void set_options(const Options& options, Instant now);
    void watch(Watcher* watcher) {
        watcher_ = watcher;
        has_news_ = true;
    }
    Watcher* watcher() const { return watcher_; }

    // --- for the engine
    State state() const { return state_; }
    bool is_held() const { return is_held_; }  // an application has a handle
    void hold() { is_held_ = true; }
    // It may be handed to accept(): established, or opened early (RFC 7413).
    bool is_acceptable() const { return established_ || (opening_ && opening_->early_place); }
    // Established, and nothing has come yet that a listener with TCP_DEFER_ACCEPT would hand over.
    bool is_deferred() const {
        return defer_until_ != never && receiver_.queue().empty() && !receiver_.is_finished();
    }
    bool is_parked() const { return is_parked_; }  // among its listener's deferred
    void set_parked(bool is_parked) { is_parked_ = is_parked; }
    Listener* parent() const { return parent_; }
    void set_parent(Listener* parent) { parent_ = parent; }
    // Something was told or asked: what was planned ahead is to be looked at again.
    void end_run() { run_ = 0; }
    // The engine has something to do for it besides asking what it has to send or to tell.
    bool has_errand() const {
        return reply_ || fast_open_news_ || doubts_ || has_path_news_ || parent_ || state_ == State::closed ||
               state_ == State::time_wait || !is_in_table();
    }
    std::unique_ptr<Reply> take_reply() { return std::move(reply_); }
    std::unique_ptr<FastOpenNews> take_fast_open_news() { return std::move(fast_open_news_); }
    // TIME-WAIT begins: is the ACK of the peer's FIN still to be sent? It is the engine's from now on.
    bool surrender_ack();
    bool take_doubt() { return std::exchange(doubts_, false); }
    bool take_path_news() { return std::exchange(has_path_news_, false); }
    std::uint32_t path_mtu() const { return path_.mtu(); }
    bool take_news() { return std::exchange(has_news_, false); }
    bool has_news() const { return has_news_; }
    TimeWaitFacts time_wait_facts();
    // The small record that stands for this connection while it is in TIME-WAIT; nullptr: none.
    TimeWait* time_wait() const { return time_wait_; }
    void set_time_wait(TimeWait* record) { time_wait_ = record; }
    // The engine's TIME-WAIT record ended; the label follows.
    void on_time_wait_over(Event event, Reason reason, Instant now);
    Reason ended() const { return ended_; }
    SeqSpace snd_space() const { return snd_space_; }
    SeqSpace rcv_space() const { return rcv_space_; }
    void tell_facts() const;

private:
    // Opening only; gone once synchronized.
    struct Opening {
        Handshake handshake;
        Offer offer;
        wire::Path path;
        std::uint16_t announced = 0;  // window of our SYN
        bool has_peer = false;        // the peer's SYN is here: SYN-RECEIVED
        wire::TcpOptions peer;
        FastOpenClient fast_open;
        std::optional<EarlyOpens::Place> early_place;  // a server's: text flows already
        std::optional<wire::FastOpenCookie> cookie;    // for the first SYN,ACK
    };

    // connection_predicted.cc
    bool is_predicted(const Segment& seg, Instant now) const;

    // connection_in.cc
    void on_segment_in_syn_sent(const Arrived& arrived, Instant now);
    void take_acknowledged_syn_text(Pos acked);
    void take_syn(const Arrived& arrived, Instant now);
    Segment enter(const Arrived& arrived) const;
    void note_duplicate(Range text);
    JudgeContext judge_context(const Segment& seg, Instant now) const;
    bool carry_out(const Verdict& verdict, const Segment& seg, const Arrived& arrived, Instant now);
    void answer_unacceptable(const Segment& seg, Instant now);
    void challenge(Instant now);
    void establish(const Segment& seg, Instant now);
    void take_handshake_rtt(std::optional<Instant> sent_at, Instant now);
    void synchronize(const Agreed& agreed, std::uint32_t announced, std::uint16_t mss_announced,
                     std::uint32_t syns_resent);
    void take_ecn_mark(const Segment& seg, std::uint8_t traffic_class);
    void take_urgent(const Segment& seg, Instant now);
    bool take_text(const Segment& seg, Instant now);
    void acknowledge_text(const Segment& seg, const Receiver::Text& text, Instant now);
    void take_fin(const Segment& seg, Instant now);

    // connection_ack.cc
    bool take_ack(const Segment& seg, Instant now);
    bool is_about_nothing_of_ours(const Segment& seg) const;
    void take_rtt(const Acked& acked, Instant now);
    RecoveryContext recovery_context(Instant now) const;
    void recover_from(const Acked& acked, Instant now);
    void respond(const Found& found, const Acked* acked, Pos flight_size, Instant now);
    bool reports_marks(const Segment& seg, const Acked& acked) const;
    void take_ecn_echo(const Acked& acked, Instant now);
    Pos take_losses(Instant now);
    AckSample ack_sample(const Acked& acked, const Found& found, const RateSample& rate) const;
    void check_application_limited();
    std::uint64_t pacing_rate() const {
        return controller_.pacing_rate(environment_.settings, rtt_.smoothed());
    }
    void restart_timer(const Found& found, Instant now);
    bool take_acknowledged_fin(Instant now);
    bool is_only_the_probe_lost(const Found& found) const;

    // connection_time.cc
    void on_recovery_deadlines(Instant now);
    void on_retransmission_timeout(Instant now);
    void on_full_stop(Instant now);
    void shrink_segments(Rule rule, Instant now);
    void on_deadlines_of_closing(Instant now);
    void settle(Instant now);
    void soft_error(Reason reason);

    // connection_out.cc
    std::optional<Departure> plan(Instant now);
    std::optional<Departure> plan_opening(Instant now);
    std::optional<Departure> plan_handshake();
    Range syn_text() const;
    std::optional<Departure> plan_text(Instant now);
    std::optional<Departure> plan_next_of_run();
    void begin_run(const MaySendFacts& facts);
    std::optional<Departure> plan_resend() const;
    std::optional<Departure> plan_rescue(Instant now) const;
    std::optional<Departure> resend_of(Range range) const;
    std::optional<Departure> plan_tail_probe() const;
    std::optional<Departure> plan_probe() const;
    std::optional<Departure> plan_new(Instant now);
    std::optional<Departure> plan_path_probe(Instant now) const;
    std::optional<Departure> plan_keepalive() const;
    std::optional<Departure> plan_ack() const;
    void depart(Departure departure, wire::PacketOut& packet, Instant now);
    Offer offer_agreed() const;
    void write_sack(wire::TcpOptions& options, std::uint8_t most) const;
    void write_accurate_ecn(wire::TcpOptions& options) const;
    wire::TcpHeader header_of(const Departure& departure, Instant now);
    std::uint8_t mark_ecn(Departure& departure, Range octets);
    void after_departure(const Departure& departure, Instant now);
    void after_resend(const Departure& departure, Instant now);
    void after_tail_probe(const Departure& departure, Instant now);
    void arm_tail_probe(Instant now);
    bool is_released(const Departure& departure, Instant now);
    Pos positions_to(Pos end) const;
    bool is_one_by_one() const;
    std::uint32_t segment_max() const;
    std::uint32_t mss_beside_sack() const;
    // Octets a segment carries beside the options it has now (RFC 9293 3.7.1 [MUST-16]).
    std::uint32_t segment_mss() const { return receiver_.has_disorder() ? mss_beside_sack() : mss(); }
    std::uint8_t sack_most(bool has_text) const;
    Pos congestion_window() const;
    Pos sending_window() const;
    std::uint32_t timestamp_now(Instant now) const;
    // The IP packet that carries so many octets, or a full segment of them.
    std::uint32_t packet_bytes(Pos octets) const {
        return static_cast<std::uint32_t>(std::min(octets, Pos{mss()})) + agreed_.headers();
    }
    Duration rto() const { return rtt_.timeout(environment_.settings); }
    // Octets of text a full segment carries: what both sides agreed on, and what the path takes.
    std::uint32_t mss() const {
        return std::min<std::uint32_t>(agreed_.mss_send(), path_.mtu() - agreed_.headers());
    }

    // closing and bookkeeping
    void move(Event event, Instant now, Rule rule, std::uint32_t value = 0);
    void end(Event event, Reason reason, Rule rule, Instant now);
    void stop_everything(Instant now);
    void owe_reset(std::uint32_t seq, Cause cause, Rule rule);
    Duration user_timeout() const;
    void on_read(Instant now);
    KeepalivePlan keepalive_plan() const;
    Phase phase() const;
    void note_phase(Instant now, Rule rule);
    void note_reduction(Instant now, Rule rule);
    void note(TraceRecord record) const { environment_.trace.write(record); }
    TraceRecord record(Kind kind, Instant now) const;
    void note_call(Call call, std::size_t octets, Instant now) const;
    void note_drop(const Segment& seg, Reason reason, Instant now) const;
    void note_deadline(DeadlineKind kind, Duration value, Rule rule, Instant now) const;
    void note_segment_in(const Segment& seg, Instant now) const;
    void note_departure(const Departure& departure, const wire::TcpHeader& header, Instant now) const;
    void note_losses(const Found& found, Instant now) const;
    struct ArmedDeadline {
        DeadlineKind kind;
        Instant at;
    };
    template <typename Visit>
    void visit_deadlines(Visit visit) const;

    const Environment& environment_;
    std::shared_ptr<const Options> options_;
    std::unique_ptr<Opening> opening_;
    Listener* parent_ = nullptr;
    Watcher* watcher_ = nullptr;
    TimeWait* time_wait_ = nullptr;
    std::unique_ptr<Reply> reply_;
    std::unique_ptr<FastOpenNews> fast_open_news_;

    SeqSpace snd_space_;
    SeqSpace rcv_space_;
    Receiver receiver_;
    Sender sender_;
    Flight flight_;
    Rtt rtt_;
    RetransmitTimer timer_;
    Recovery recovery_;
    Controller controller_;
    DeliveryRate rate_;
    Pacer pacer_;
    Ecn ecn_;
    ChallengeThrottle challenges_;
    Keepalive keepalive_;
    Patience patience_;
    PathMtu path_;
    ReceiveLimits limits_;
    ReceiveTuning tuning_;
    Agreed agreed_;

    Instant silly_at_ = never;  // the sender's override (RFC 9293 3.8.6.2.1)
    Instant fin_wait_2_at_ = never;
    Instant defer_until_ = never;  // not handed to accept() before, unless something comes
    Instant last_sent_at_ = never;
    Pos last_cwnd_ = 0;
    std::uint32_t run_ = 0;    // full segments that may follow the last one without another look
    Pos restart_window_ = -1;  // RFC 1191 6.4: the flight grows again from one segment; < 0: no bound
    std::uint64_t bytes_acked_ = 0;
    std::uint64_t bytes_received_ = 0;
    std::uint32_t path_segment_bytes_ = 0;
    std::uint32_t timestamp_offset_ = 0;
    std::uint32_t segments_in_ = 0;
    std::uint32_t segments_out_ = 0;
    std::uint32_t retransmitted_ = 0;
    std::uint32_t timeouts_ = 0;
    State state_ = State::closed;
    Phase last_phase_ = Phase::none;
    Reason ended_ = Reason::none;
    Reason error_ = Reason::none;       // told once by take_error
    Reason soft_error_ = Reason::none;  // told once
    Reason path_error_ = Reason::none;  // recorded until there is progress
    bool is_active_ = false;
    bool is_held_ = false;
    bool is_parked_ = false;
    bool is_closed_by_application_ = false;
    bool established_ = false;
    bool has_news_ = false;
    bool was_fast_ = false;     // text on the SYN was taken (RFC 7413)
    bool was_advised_ = false;  // R1 was told
    bool doubts_ = false;       // and the layer below is to hear of it
    bool has_path_news_ = false;
};

}  // namespace sluice::tcp
