#include "apps/common/outputs.h"

#include <fmt/format.h>

#include <cstdio>

#include "apps/common/failure.h"

namespace sluice::common {

Outputs::Outputs(const NetworkOptions& options, Stack& stack, host::Loop& loop, const host::Clock& clock,
                 const std::string& device)
    : options_(options), stack_(stack), loop_(loop) {
    if (!options.log.empty()) {
        log_.emplace(must(host::TraceLog::open(options.log, options.log_level)));
        add_trace_sink(*log_);
    }
    if (!options.qlog.empty()) {
        const std::string title = fmt::format("{} on {}", wire::to_text(options.address), device);
        qlog_ = must(host::QlogFile::open(options.qlog, title, clock.wall_base_ns()));
        add_trace_sink(*qlog_);
    }
    if (!options.pcap.empty()) open_pcap(clock, device);
    if (options.trace_layers) loop_.add_frame_watcher(layer_trace_);
}

void Outputs::open_pcap(const host::Clock& clock, const std::string& device) {
    pcap_ = must(host::PcapFile::open(options_.pcap, device, clock.wall_base_ns()));
    loop_.add_frame_watcher(*pcap_);
    if (options_.pcap_bare) return;
    pcap_->expect_records();
    add_trace_sink(*pcap_);
}

Outputs::~Outputs() {
    write();
    if (pcap_) pcap_->finish();
    const auto complain = [](const char* what, const std::string& file) {
        fmt::print(stderr, "the {} {} is not complete: it could not be written\n", what, file);
    };
    if (log_ && !log_->is_complete()) complain("log", options_.log);
    if (qlog_ && !qlog_->is_complete()) complain("trace", options_.qlog);
    if (pcap_ && !pcap_->is_complete()) complain("capture", options_.pcap);
}

void Outputs::add_trace_sink(host::TraceSink& sink) {
    sinks_.add(sink);
    stack_.trace().set_mode(TraceMode::all);
    loop_.set_after_frame([this] {
        if (stack_.trace().is_half_full()) sinks_.drain(stack_.trace());
    });
}

void Outputs::write() {
    if (!sinks_.is_empty() && stack_.trace().waiting() != 0) sinks_.drain(stack_.trace());
    if (log_) log_->flush();
    if (qlog_) qlog_->flush();
    if (pcap_) pcap_->flush();
}

}  // namespace sluice::common
