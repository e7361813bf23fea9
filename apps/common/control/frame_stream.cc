#include "apps/common/control/frame_stream.h"

#include <boost/algorithm/hex.hpp>
#include <iterator>
#include <nlohmann/json.hpp>

#include "host/pcap_file.h"

namespace sluice::common {

void FrameStream::on_frame_in(LinkId link, const FrameIn& frame, Instant now) {
    if (!server_.is_watched()) return;
    const ByteView octets = frame.bytes.view();
    octets_.assign(octets.begin(), octets.end());
    host::complete_captured_checksum(octets_, frame);
    publish(link, false, now);
}

void FrameStream::on_frame_out(const FrameOut& frame, Instant now) {
    if (!server_.is_watched()) return;
    host::gather(frame, octets_);
    host::complete_captured_checksum(octets_, frame);
    publish(frame.link, true, now);
}

void FrameStream::publish(LinkId link, bool is_out, Instant now) {
    std::string text;
    boost::algorithm::hex_lower(octets_, std::back_inserter(text));
    server_.publish(nlohmann::json{{"time_ns", wall_base_ns_ + now.time_since_epoch().count()},
                                   {"link", link_name_(link)},
                                   {"out", is_out},
                                   {"lost", server_.lost()},
                                   {"octets", std::move(text)}}
                        .dump());
}

bool asks_for_frames(const std::string& request) {
    const auto asked = nlohmann::json::parse(request, nullptr, false);
    return asked.is_object() && asked.contains("watch") && asked["watch"] == "frames";
}

}  // namespace sluice::common
