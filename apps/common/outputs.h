// What a program writes of its Stack while it runs: --log, --qlog, --pcap, --trace-layers, --record, --flight.
//
// Told: when the loop is about to sleep. Owns the files.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "apps/common/layer_trace.h"
#include "apps/common/options.h"
#include "host/abort_action.h"
#include "host/clock.h"
#include "host/flight_recorder.h"
#include "host/loop.h"
#include "host/pcap_file.h"
#include "host/qlog_file.h"
#include "host/recording_file.h"
#include "host/trace_log.h"
#include "host/trace_sink.h"

namespace sluice::common {

class Outputs {
public:
    // Opens what the options name, for a Stack on `device`. Throws Failure. All of them but the name must outlive it.
    Outputs(const NetworkOptions& options, Stack& stack, host::Loop& loop, const host::Clock& clock,
            const std::string& device);
    // Writes what is left, and says on standard error which file could not be written.
    ~Outputs();
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;

    // Tells one more every record of the trace from now on; it must outlive the loop.
    void add_trace_sink(host::TraceSink& sink);
    // Call it before the loop sleeps.
    void write();

private:
    void open_pcap(const host::Clock& clock, const std::string& device);
    void open_recording(const host::Clock& clock, const std::string& title);
    void open_flight_recorder();
    void on_frame();
    void drain();

    const NetworkOptions& options_;
    Stack& stack_;
    host::Loop& loop_;
    std::optional<host::TraceLog> log_;
    std::unique_ptr<host::QlogFile> qlog_;
    std::unique_ptr<host::PcapFile> pcap_;
    LayerTrace layer_trace_;
    host::TraceSinks sinks_;
    std::unique_ptr<host::RecordingFile> recording_;
    std::optional<host::FlightRecorder> flight_;
    std::optional<host::AbortAction> on_abort_;
};

}  // namespace sluice::common
