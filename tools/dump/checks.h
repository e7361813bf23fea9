// What must hold for the TCP segments of every capture, as a lesson and a test (RFC 9293 3.1, 3.4, 3.5):
//   every segment but those that open or reset a connection carries ACK
//   SYN stands only in the handshake: later ones of an end repeat the first
//   SYN and FIN take one number each, every octet one: nobody acknowledges more than was sent
//
// Told: the frames in order. Answers: what did not hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "apps/common/layers.h"

namespace sluice::dump {

class Checks {
public:
    void take(std::uint64_t frame_number, const common::Layers& layers);
    const std::vector<std::string>& offences() const { return offences_; }
    std::string summary() const;

private:
    static constexpr std::size_t offences_most = 100;
    static constexpr std::size_t directions_most = 65536;
    using Direction = std::pair<wire::Endpoint, wire::Endpoint>;
    // What one end sent: from its SYN on, so captures that begin later are judged less.
    struct Sent {
        bool has_syn = false;
        std::uint32_t syn = 0;
        std::uint32_t end = 0;  // one past the last number used
    };

    void offend(std::uint64_t frame_number, const std::string& text);

    std::map<Direction, Sent> sent_;
    std::vector<std::string> offences_;
    std::uint64_t segments_ = 0;
    std::uint64_t openings_ = 0;
};

}  // namespace sluice::dump
