// Somebody on a cable who sees what passes and puts frames of his own behind it: what RFC 5961, RFC 5927 and RFC 7323 5
// expect of an attacker who is never quite right. A stack must come through every one of them as if it had not been sent;
// the scenarios look whether it did.
//
// One Forger for each direction of a link. It remembers how far each conversation has come, in a table with a limit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

#include "sim/frame.h"
#include "sim/tcp_frame.h"

namespace sluice::sim {

enum class Forgery : std::uint8_t {
    none,
    reset,            // RST one octet above all that was sent
    reset_with_ack,   // the same, with an ACK of nothing sent
    ack_above,        // text and FIN that acknowledge what was not sent yet
    ack_below,        // text that acknowledges something ages ago
    text_beyond,      // text outside every window
    no_ack,           // text without ACK
    no_timestamp,     // text without the timestamps that were agreed
    old_timestamp,    // text with a timestamp of the past
    bad_offset,       // a header that is too short
    bad_option,       // an option of no length
    port_zero,        //
    own_source,       // from the receiver's own address
    stranger_ack,     // from a port that has no connection
    stranger_syn,     // nobody will complete what it opens
    stranger_reset,   //
    stranger_silent,  // neither SYN nor ACK nor RST
    icmp_elsewhere,   // port unreachable, about a segment that is not in flight
    icmp_quench,      //
    icmp_redirect,    //
    syn,              // SYN inside the window of an open connection
    count_
};

std::string_view text_of(Forgery forgery);  // "ack-above"
std::optional<Forgery> parse_forgery(std::string_view text);

class Forger {
public:
    // Every frame of the direction, in order.
    void see(const Frame& frame);
    // What follows this frame; nothing if it gives no occasion.
    std::optional<Frame> forge(Forgery forgery, const Frame& behind, ChunkPool& pool) const;

private:
    static constexpr std::size_t flows_max = 1024;
    using Key = std::tuple<wire::Address, std::uint16_t, wire::Address, std::uint16_t>;
    struct Flow {
        std::uint32_t initial = 0;
        std::uint32_t end = 0;  // one above the highest number sent
        std::optional<std::uint32_t> first_ack;
    };
    static Key key_of(const TcpFrame& frame);

    std::map<Key, Flow> flows_;
};

}  // namespace sluice::sim
