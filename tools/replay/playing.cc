#include "tools/replay/playing.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "apps/common/failure.h"

namespace sluice::replay {
std::vector<std::uint8_t> read_whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> octets{std::istreambuf_iterator<char>(file), {}};
    if (!file.good() && !file.eof())
        throw common::Failure(common::exit_environment, fmt::format("cannot read {}", path));
    return octets;
}

Playing::Playing(const std::string& path, const Outputs& outputs) : octets_(read_whole(path)) {
    auto player = recording::Player::open(octets_);
    if (!player) throw common::Failure(common::exit_environment, fmt::format("{} {}", path, player.error()));
    player_ = std::move(*player);
    has_drains_ = was_drained();
    open(outputs);
}

void Playing::open(const Outputs& outputs) {
    const recording::Head& head = player_->head();
    const auto wall_base_ns = static_cast<std::int64_t>(head.wall_base_ns);
    if (!outputs.log.empty()) {
        log_.emplace(common::must(host::TraceLog::open(outputs.log, outputs.log_level)));
        sinks_.add(*log_);
    }
    if (!outputs.qlog.empty()) {
        qlog_ = common::must(host::QlogFile::open(outputs.qlog, head.title, wall_base_ns));
        sinks_.add(*qlog_);
    }
    if (outputs.pcap.empty()) return;
    pcap_ = common::must(host::PcapFile::open(outputs.pcap, head.title, wall_base_ns));
    pcap_->expect_records();
    sinks_.add(*pcap_);
}

// The program wrote out its trace now and then. Where it did, we do: the texts know as much as its own did.
bool Playing::was_drained() const {
    auto reader = recording::RecordingReader::open(octets_);
    while (const auto entrance = reader->next())
        if (std::holds_alternative<entrance::Drained>(*entrance)) return true;
    return false;
}

std::optional<Entrance> Playing::step() {
    const std::optional<Entrance> entrance = player_->step();
    if (entrance && pcap_) capture(*entrance);
    if (!entrance || !has_drains_ || std::holds_alternative<entrance::Drained>(*entrance)) drain();
    return entrance;
}

void Playing::finish() {
    drain();
    if (pcap_) pcap_->finish();
}

void Playing::capture(const Entrance& entrance) {
    if (const auto* in = std::get_if<entrance::Receive>(&entrance)) {
        FrameIn frame;
        frame.bytes = player_->stack().pool().copy(in->frame);
        frame.checksum_good = in->checksum_good;
        pcap_->on_frame_in(in->link, frame, in->now);
    }
    const auto* out = std::get_if<entrance::NextFrame>(&entrance);
    if (out && out->octets != 0 && player_->failure().empty())
        pcap_->on_frame_out(player_->frame(), player_->stack().now());
}

}  // namespace sluice::replay
