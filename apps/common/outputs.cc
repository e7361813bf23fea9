#include "apps/common/outputs.h"

#include <fmt/format.h>

#include <cstdio>

#include "apps/common/failure.h"

namespace sluice::common {

Outputs::Outputs(const NetworkOptions& options, Stack& stack, host::Loop& loop, const host::Clock& clock,
                 const std::string& device)
    : options_(options), stack_(stack), loop_(loop) {
    const std::string title = fmt::format("{} on {}", wire::to_text(options.address), device);
    if (!options.record.empty()) open_recording(clock, title);
    open_flight_recorder();
    loop_.set_after_frame([this] { on_frame(); });
    if (!options.log.empty()) {
        log_.emplace(must(host::TraceLog::open(options.log, options.log_level)));
        add_trace_sink(*log_);
    }
    if (!options.qlog.empty()) {
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

void Outputs::open_recording(const host::Clock& clock, const std::string& title) {
    recording::Head head = recording::head_of(stack_.config());
    head.title = title;
    head.wall_base_ns = static_cast<std::uint64_t>(clock.wall_base_ns());
    const std::uint64_t octets_most = std::uint64_t{options_.record_most} << 20U;
    recording_ = must(host::RecordingFile::open(options_.record, head, octets_most));
    stack_.set_entrance_watcher(recording_.get());
}

// What the stack did last is told when a connection fails, if wished, and when the program does.
void Outputs::open_flight_recorder() {
    flight_.emplace(must(host::FlightRecorder::open(options_.flight, stack_.trace())));
    on_abort_.emplace([this] {
        flight_->tell_all();
        if (recording_) recording_->flush();
    });
}

Outputs::~Outputs() {
    write();
    stack_.set_entrance_watcher(nullptr);
    if (pcap_) pcap_->finish();
    const auto complain = [](const char* what, const std::string& file) {
        fmt::print(stderr, "the {} {} is not complete: it could not be written\n", what, file);
    };
    if (log_ && !log_->is_complete()) complain("log", options_.log);
    if (qlog_ && !qlog_->is_complete()) complain("trace", options_.qlog);
    if (pcap_ && !pcap_->is_complete()) complain("capture", options_.pcap);
    if (recording_ && !recording_->is_complete())
        complain("recording", options_.record);
    else if (recording_ && recording_->is_full())
        fmt::print(stderr, "the recording {} ends early: it reached --record-most\n", options_.record);
}

void Outputs::add_trace_sink(host::TraceSink& sink) {
    sinks_.add(sink);
    stack_.trace().set_mode(TraceMode::all);
}

void Outputs::on_frame() {
    if (!sinks_.is_empty() && stack_.trace().is_half_full()) drain();
    flight_->look_in_time();
}

void Outputs::drain() {
    sinks_.drain(stack_.trace());
    if (recording_) recording_->on_entrance(entrance::Drained{});
}

void Outputs::write() {
    if (!sinks_.is_empty() && stack_.trace().waiting() != 0) drain();
    if (log_) log_->flush();
    if (qlog_) qlog_->flush();
    if (pcap_) pcap_->flush();
    if (recording_) recording_->flush();
    flight_->look();
}

}  // namespace sluice::common
