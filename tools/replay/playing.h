// A recording being played, with the outputs that are to be written: text, trace file, capture.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/pcap_file.h"
#include "host/qlog_file.h"
#include "host/trace_log.h"
#include "recording/player.h"

namespace sluice::replay {

struct Outputs {
    std::string log;
    int log_level = 2;
    std::string qlog;
    std::string pcap;
};

std::vector<std::uint8_t> read_whole(const std::string& path);  // throws Failure

class Playing {
public:
    // Throws Failure: it is no recording, or an output cannot be written.
    Playing(const std::string& path, const Outputs& outputs);

    recording::Player& player() { return *player_; }
    // Tells one more every record; before the first step.
    void add_sink(host::TraceSink& sink) { sinks_.add(sink); }
    // Plays one. Nothing: it is over.
    std::optional<Entrance> step();
    // Nothing is played any more: the outputs are completed.
    void finish();
    // Tells the sinks now, whenever the program did. Texts may then know less of a connection than its own did.
    void drain() { sinks_.drain(player_->stack().trace()); }

private:
    void open(const Outputs& outputs);
    void capture(const Entrance& entrance);
    bool was_drained() const;

    std::vector<std::uint8_t> octets_;
    std::unique_ptr<recording::Player> player_;
    std::optional<host::TraceLog> log_;
    std::unique_ptr<host::QlogFile> qlog_;
    std::unique_ptr<host::PcapFile> pcap_;
    host::TraceSinks sinks_;
    bool has_drains_ = false;
};

}  // namespace sluice::replay
