// Frames as a pcap file with nanoseconds, which tcpdump and Wireshark read.
#pragma once

#include <pcap/pcap.h>

#include <memory>
#include <string>

#include "apps/common/failure.h"
#include "tools/dump/frame.h"

namespace sluice::dump {

class Writer {
public:
    // Throws Failure: it cannot be written.
    explicit Writer(const std::string& path)
        : head_(::pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 262144, PCAP_TSTAMP_PRECISION_NANO)),
          file_(::pcap_dump_open(head_.get(), path.c_str())) {
        if (!file_) throw common::Failure(common::exit_environment, ::pcap_geterr(head_.get()));
    }

    void take(const Frame& frame) {
        pcap_pkthdr header{};
        header.ts.tv_sec = frame.time_ns / 1'000'000'000;
        header.ts.tv_usec = frame.time_ns % 1'000'000'000;
        header.caplen = static_cast<bpf_u_int32>(frame.octets.size());
        header.len = frame.length;
        ::pcap_dump(reinterpret_cast<u_char*>(file_.get()), &header, frame.octets.data());
    }

private:
    struct Close {
        void operator()(pcap_t* head) const { ::pcap_close(head); }
        void operator()(pcap_dumper_t* file) const { ::pcap_dump_close(file); }
    };
    std::unique_ptr<pcap_t, Close> head_;
    std::unique_ptr<pcap_dumper_t, Close> file_;
};

}  // namespace sluice::dump
