#include "base/trace_record.h"

namespace sluice {
namespace {

template <typename Enum, std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& texts, Enum value) {
    static_assert(N == static_cast<std::size_t>(Enum::count_));
    return texts.at(static_cast<std::size_t>(value));
}

}  // namespace

std::string_view text_of(State state) {
    static constexpr std::array<std::string_view, 11> texts{
        "CLOSED",     "LISTEN",     "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
        "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",  "LAST-ACK",     "TIME-WAIT"};
    return pick(texts, state);
}

std::string_view text_of(Event event) {
    static constexpr std::array<std::string_view, 25> texts{"passive OPEN",
                                                            "active OPEN",
                                                            "SYN admitted by listener",
                                                            "SYN cookie came back",
                                                            "our SYN is acked",
                                                            "peer SYN crosses ours",
                                                            "our SYN is acked",
                                                            "CLOSE call",
                                                            "our FIN leaves",
                                                            "peer FIN",
                                                            "our FIN is acked",
                                                            "RST acceptable: connection reset",
                                                            "RST acceptable: connection refused",
                                                            "ABORT call",
                                                            "user timeout",
                                                            "destination unreachable",
                                                            "listener closed",
                                                            "SYN was an old duplicate",
                                                            "half-open too long",
                                                            "CLOSE call with unread data",
                                                            "data after CLOSE",
                                                            "keep-alive unanswered",
                                                            "peer never closed",
                                                            "2 MSL over",
                                                            "new SYN reuses TIME-WAIT"};
    return pick(texts, event);
}

std::string_view text_of(Phase phase) {
    static constexpr std::array<std::string_view, 6> texts{"none",     "slow-start", "avoidance",
                                                           "recovery", "timeout",    "persist"};
    return pick(texts, phase);
}

std::string_view text_of(Cause cause) {
    static constexpr std::array<std::string_view, 19> texts{"",
                                                            "syn",
                                                            "syn,ack",
                                                            "handshake ack",
                                                            "data",
                                                            "fast retransmit",
                                                            "sack hole",
                                                            "timeout",
                                                            "tail probe",
                                                            "zero-window probe",
                                                            "keep-alive",
                                                            "ack",
                                                            "delayed ack",
                                                            "duplicate ack",
                                                            "window update",
                                                            "challenge ack",
                                                            "fin",
                                                            "ack of fin",
                                                            "reset"};
    return pick(texts, cause);
}

std::string_view text_of(DeadlineKind kind) {
    static constexpr std::array<std::string_view, 12> texts{"rexmt",     "persist",     "delack", "sws",
                                                            "keepalive", "usertimeout", "2msl",   "finwait2",
                                                            "pacing",    "handshake",   "pto",    "reorder"};
    return pick(texts, kind);
}

std::string_view text_of(Call call) {
    static constexpr std::array<std::string_view, 11> texts{
        "",      "listen", "connect",   "accept", "read", "write", "shutdown write", "shutdown read",
        "close", "abort",  "set option"};
    return pick(texts, call);
}

}  // namespace sluice
