// The trace as a file that other programs read: qlog as JSON text sequences (draft-ietf-quic-qlog-main-schema, RFC 7464).
//
//   RS {"file_schema":"urn:ietf:params:qlog:file:sequential", ...}
//   RS {"time":44.194,"name":"tcp:segment_sent","group_id":"1","data":{"n":7,"flags":"A","seq":1,"len":1448,...,"v":{...}}}
//
// qlog defines no events for TCP; the namespace `tcp` is ours and docs/qlog-tcp.schema.json describes it. Nothing of a
// record is lost: a reader gets the same records back. `v` holds the variables of the connection that changed since its
// previous record; a state record holds all of them, so that a reader may begin at any change of state.
//
// Told: records in order, with the facts of their connection. Answers: text. Remembers the last variables of the newest
// `connections_kept` connections.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/trace.h"
#include "base/trace_record.h"

namespace sluice::trace {

struct QlogHeader {
    std::string title;  // "sluice-httpd 192.0.2.2/24"
    std::string
        wall_clock;  // of time 0, as RFC 3339 writes it; empty where there is none (a simulated world)
};

class QlogWriter {
public:
    static constexpr std::uint32_t connections_kept = 4096;

    // `plain`: JSON Lines, without the record separators.
    explicit QlogWriter(bool plain = false) : plain_(plain) {}

    void append_header(std::string& out, const QlogHeader& header) const;
    // The record, and what it says about the life of its connection.
    void append(std::string& out, const TraceRecord& record, const ConnectionFacts* facts);

private:
    struct Totals {
        std::uint64_t segments_sent = 0;
        std::uint64_t segments_received = 0;
        std::uint64_t retransmitted = 0;
        std::uint64_t bytes_sent = 0;
        std::uint64_t bytes_received = 0;
    };
    struct Known {
        std::uint32_t connection = 0;
        bool has_variables = false;
        bool is_told = false;  // its facts
        TraceRecord last;
        ConnectionFacts facts;
        Totals totals;
    };

    Known& known(std::uint32_t connection);
    void begin(std::string& out, const TraceRecord& record, std::string_view name) const;
    void end(std::string& out) const;
    void tell_facts(std::string& out, Known& known, const TraceRecord& record,
                    const ConnectionFacts& facts) const;
    void tell_end(std::string& out, const Known& known, const TraceRecord& record,
                  const ConnectionFacts* facts) const;

    bool plain_;
    std::uint32_t last_number_ = 0;
    std::vector<Known> known_;  // a ring by connection number
};

// `text` as a JSON string, quotes included.
void append_json(std::string& out, std::string_view text);

}  // namespace sluice::trace
