// Which frames are wanted: the expressions of pcap-filter(7), compiled by libpcap; and the word http, which stands for
// segments that begin an HTTP message.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/dump/frame.h"

struct bpf_program;

namespace sluice::dump {

class Filter {
public:
    // Throws Failure: that is no expression.
    explicit Filter(const std::vector<std::string>& words);
    ~Filter();

    bool takes(const Frame& frame) const;

private:
    std::unique_ptr<bpf_program> program_;
    bool only_http_ = false;
};

}  // namespace sluice::dump
