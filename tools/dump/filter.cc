#include "tools/dump/filter.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include "apps/common/failure.h"
#include "apps/common/layers.h"

namespace sluice::dump {
namespace {

constexpr int snapshot = 262144;

}  // namespace

Filter::Filter(const std::vector<std::string>& words) : program_(std::make_unique<bpf_program>()) {
    std::string expression;
    for (const std::string& word : words) {
        const bool is_http = word == "http";
        only_http_ = only_http_ || is_http;
        expression += (is_http ? "tcp" : word) + ' ';
    }
    pcap_t* ethernet = ::pcap_open_dead(DLT_EN10MB, snapshot);
    const bool is_fine =
        ::pcap_compile(ethernet, program_.get(), expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0;
    const std::string why = is_fine ? "" : ::pcap_geterr(ethernet);
    ::pcap_close(ethernet);
    if (!is_fine) throw common::Failure(common::exit_usage, fmt::format("'{}': {}", expression, why));
}

Filter::~Filter() { ::pcap_freecode(program_.get()); }

bool Filter::takes(const Frame& frame) const {
    pcap_pkthdr header{};
    header.caplen = static_cast<bpf_u_int32>(frame.octets.size());
    header.len = frame.length;
    if (::pcap_offline_filter(program_.get(), &header, frame.octets.data()) == 0) return false;
    if (!only_http_) return true;
    const auto layers = common::dissect(frame.octets);
    return layers && layers->tcp && !common::http_start_line(layers->payload).empty();
}

}  // namespace sluice::dump
