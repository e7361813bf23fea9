#include "apps/common/layer_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "apps/common/layers.h"
#include "host/pcap_file.h"
#include "wire/udp_header.h"

namespace sluice::common {
namespace {

struct Header {
    const char* name;
    std::size_t length;
};

// From the wire up.
std::vector<Header> headers_of(const Layers& layers) {
    std::vector<Header> all{{"Ethernet", wire::ethernet_header_length}, {"IPv4", layers.ip->header_length}};
    if (layers.tcp) all.push_back({"TCP", layers.tcp->header_length});
    if (layers.udp) all.push_back({"UDP", wire::udp_header_length});
    return all;
}

// The head of an HTTP message, line by line; nothing of other data.
std::string text_of(const Layers& layers) {
    if (http_start_line(layers.payload).empty()) return "";
    std::string text = "        | ";
    std::string_view rest(reinterpret_cast<const char*>(layers.payload.data()), layers.payload.size());
    for (const char c : rest.substr(0, rest.find("\r\n\r\n"))) {
        if (c == '\n') text += "\n        | ";
        if (c >= ' ' && c != '\x7f') text += c;
    }
    return text + '\n';
}

std::optional<Layers> with_data(ByteView frame) {
    const auto layers = dissect(frame);
    return layers && (layers->tcp || layers->udp) && !layers->payload.empty() ? layers : std::nullopt;
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

}  // namespace

std::string layers_down(ByteView frame) {
    const auto layers = with_data(frame);
    if (!layers) return "";
    std::size_t octets = layers->payload.size();
    std::string text = fmt::format("down    data        {:>6} octets\n{}", octets, text_of(*layers));
    std::vector<Header> headers = headers_of(*layers);
    std::reverse(headers.begin(), headers.end());
    for (const Header& header : headers) {
        octets += header.length;
        text += fmt::format("      + {:<8} {:>2} = {:>6}\n", header.name, header.length, octets);
    }
    return text;
}

std::string layers_up(ByteView frame) {
    const auto layers = with_data(frame);
    if (!layers) return "";
    std::size_t octets = frame.size();
    std::string text = fmt::format("up      frame       {:>6} octets\n", octets);
    for (const Header& header : headers_of(*layers)) {
        octets -= header.length;
        text += fmt::format("      - {:<8} {:>2} = {:>6}\n", header.name, header.length, octets);
    }
    return text + text_of(*layers);
}

void LayerTrace::on_frame_in(LinkId, const FrameIn& frame, Instant) { print(layers_up(frame.bytes.view())); }

void LayerTrace::on_frame_out(const FrameOut& frame, Instant) {
    host::gather(frame, octets_);
    print(layers_down(octets_));
}

}  // namespace sluice::common
