// The trace as a text log: a Stack's records in a file, line by line (trace/text.h).
#pragma once

#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <string>

#include "host/trace_sink.h"

namespace sluice::host {

class TraceLog final : public TraceSink {
public:
    // "-" is standard output. Lines above `level` are left out.
    static std::expected<TraceLog, std::string> open(const std::string& path, int level);

    void take(const TraceRecord& record, const ConnectionFacts* facts) override;
    void on_drained() override;
    // Writes every waiting record of a ring nobody else drains. It must be in mode `all`.
    void drain(Trace& trace);
    void flush();
    // False: the system did not take everything (the disk is full).
    bool is_complete() const { return std::ferror(file_.get()) == 0; }

private:
    struct Close {
        void operator()(std::FILE* file) const;
    };

    std::unique_ptr<std::FILE, Close> file_;
    int level_ = 2;
    std::uint32_t last_number_ = 0;
    std::string lines_;  // kept to save the allocation
    bool is_dirty_ = false;
};

}  // namespace sluice::host
