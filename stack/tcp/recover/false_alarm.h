// Was it a loss at all? Eifel detection by timestamps (RFC 3522 3.2), F-RTO after a timeout (RFC 5682 2.1 and 3.1), and
// D-SACKs for everything that was resent (RFC 2883 5, RFC 3708). Owns what must be remembered from the first
// retransmission on. The answer "false" makes the controller take its reduction back (RFC 4015 3.2, RFC 9438 4.9).
#pragma once

#include <cstdint>
#include <optional>

#include "tcp/facts.h"
#include "tcp/settings.h"

namespace sluice::tcp {

class FalseAlarm {
public:
    // Loss recovery begins, by duplicate ACKs or RACK (`is_timeout` false) or by the timer. `is_first`: no recovery was
    // running. RFC 5682 2.1 (1): only then may F-RTO be tried.
    void on_loss(const Settings& settings, bool is_timeout, bool is_first, Pos una, Pos snd_max);
    // Octets leave again; `timestamp`: TSval of the segment, if it carries one.
    void on_resent(Range range, std::optional<std::uint32_t> timestamp);
    // An acknowledgment. True: the losses were none. Call before the losses it shows are marked.
    bool on_ack(const Acked& acked);
    // RFC 5682 2.1 (2b): two segments of new data go before any other retransmission.
    bool prefers_new_data() const { return step_ == Step::new_data; }
    Pos new_data_left(std::uint32_t mss) const { return 2 * Pos{mss} - new_sent_; }
    void on_new_data_sent(Pos octets) { new_sent_ += octets; }
    // No new data may leave; if none has, go on as usual.
    void find_no_new_data() {
        if (new_sent_ == 0) step_ = Step::none;
    }
    Rule rule() const { return rule_; }

private:
    enum class Step : std::uint8_t { none, first_ack, new_data };
    bool is_false_by_echo(const Acked& acked);
    bool is_false_by_forward_acks(const Acked& acked);
    bool is_false_by_reports(const Acked& acked);

    Pos una_ = -1;      // SND.UNA when it began; < 0: nothing to undo
    Pos snd_max_ = -1;  // and SND.MAX
    Pos new_sent_ = 0;
    Pos resent_ = 0;      // octets resent and not reported twice
    Pos resent_end_ = 0;  // how far they reach
    std::uint32_t first_timestamp_ = 0;
    bool has_timestamp_ = false;
    bool waits_for_echo_ = false;
    Step step_ = Step::none;
    Rule rule_ = Rule::none;
};

}  // namespace sluice::tcp
