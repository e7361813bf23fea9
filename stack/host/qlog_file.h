// The trace as a file in qlog's JSON text sequences (trace/qlog.h).
#pragma once

#include <cstdio>
#include <expected>
#include <memory>
#include <string>

#include "host/trace_sink.h"
#include "trace/qlog.h"

namespace sluice::host {

class QlogFile final : public TraceSink {
public:
    // "-" is standard output. `wall_base_ns`: the wall time of Instant{}, see Clock.
    static std::expected<std::unique_ptr<QlogFile>, std::string> open(const std::string& path,
                                                                      std::string_view title,
                                                                      std::int64_t wall_base_ns);

    void take(const TraceRecord& record, const ConnectionFacts* facts) override;
    void on_drained() override;
    void flush();
    // False: the system did not take everything (the disk is full).
    bool is_complete() const { return std::ferror(file_.get()) == 0; }

private:
    struct Close {
        void operator()(std::FILE* file) const;
    };

    QlogFile() = default;

    std::unique_ptr<std::FILE, Close> file_;
    trace::QlogWriter writer_;
    std::string text_;  // kept to save the allocation
    bool is_dirty_ = false;
};

}  // namespace sluice::host
