#include "trace/names.h"

#include <array>

namespace sluice::trace {

std::string_view name_of(Event event) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Event::count_)> names{
        "passive_open",     "active_open",      "syn_admitted",    "cookie_valid",      "syn_acked",
        "syn_arrives",      "ack_of_syn",       "close_call",      "fin_sent",          "fin_arrives",
        "ack_of_fin",       "reset_arrives",    "refused",         "abort_call",        "user_timeout",
        "unreachable",      "listener_closed",  "old_duplicate",   "half_open_expired", "unread_data",
        "data_after_close", "keepalive_failed", "fin_wait_2_idle", "time_wait_over",    "syn_reuses"};
    return names.at(static_cast<std::size_t>(event));
}

std::string_view name_of(Kind kind) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Kind::count_)> names{
        "state_updated",
        "segment_sent",
        "segment_received",
        "segment_lost",
        "segment_held",
        "segment_dropped",
        "congestion_state_updated",
        "metrics_updated",
        "timer_updated",
        "call",
        "note"};
    return names.at(static_cast<std::size_t>(kind));
}

}  // namespace sluice::trace
