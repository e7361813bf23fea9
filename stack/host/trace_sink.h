// Who is told every record of a trace: the text log, the trace file, the capture, the live page. A ring is drained once
// for all of them.
#pragma once

#include <vector>

#include "base/trace.h"

namespace sluice::host {

class TraceSink {
public:
    // Records in order; `facts` may be nullptr.
    virtual void take(const TraceRecord& record, const ConnectionFacts* facts) = 0;
    // The ring is empty for now.
    virtual void on_drained() = 0;

protected:
    ~TraceSink() = default;
};

class TraceSinks {
public:
    void add(TraceSink& sink) { sinks_.push_back(&sink); }
    bool is_empty() const { return sinks_.empty(); }
    // The ring must be in mode `all`, or only its tail is told.
    void drain(Trace& trace) {
        trace.drain([&](const TraceRecord& record) {
            const ConnectionFacts* facts = trace.facts(record.connection);
            for (TraceSink* sink : sinks_) sink->take(record, facts);
        });
        for (TraceSink* sink : sinks_) sink->on_drained();
    }

private:
    std::vector<TraceSink*> sinks_;
};

}  // namespace sluice::host
