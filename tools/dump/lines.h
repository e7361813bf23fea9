// A frame as a line of tcpdump(8).
//
// Told: frames in order, for sequence numbers are shown relative to the first of their connection. Owns those.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "apps/common/layers.h"
#include "tools/dump/frame.h"

namespace sluice::dump {

struct LineOptions {
    bool verbose = false;      // -v
    bool link_header = false;  // -e
    bool absolute = false;     // -S
    bool numeric = false;      // -n: ports as numbers
    bool no_time = false;      // -t
};

class Lines {
public:
    explicit Lines(const LineOptions& options) : options_(options) {}
    // One line, or with -v several, without the last newline.
    std::string text_of(const Frame& frame);

private:
    using Ends = std::pair<wire::Endpoint, wire::Endpoint>;
    // The first sequence numbers of a connection, by the end that spoke first.
    struct Base {
        std::uint32_t ours = 0;
        std::uint32_t theirs = 0;
    };
    struct Numbers {
        std::uint32_t sequence = 0;
        std::uint32_t acknowledgment = 0;
    };

    std::string ipv4(const common::Layers& layers);
    std::string transport(const common::Layers& layers);
    std::string tcp(const common::Layers& layers);
    Numbers numbers_of(const common::Layers& layers);
    std::string end_text(const wire::Address& address, std::uint16_t port, const char* protocol) const;

    static constexpr std::size_t connections_most = 65536;
    LineOptions options_;
    std::map<Ends, Base> bases_;
};

}  // namespace sluice::dump
