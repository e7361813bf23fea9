// Where frames come from: a running program, or a capture file.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tools/dump/frame.h"

namespace sluice::dump {

class Source {
public:
    virtual ~Source() = default;
    // The next frame; nothing at the end, or when a signal came.
    virtual std::optional<Frame> next() = 0;
    // "listening on sluice0, link-type EN10MB (Ethernet), snapshot length 262144 bytes"
    virtual std::string title() const = 0;
    virtual bool is_live() const = 0;
    virtual std::uint64_t lost() const { return 0; }  // frames that came faster than they were taken
};

// Both throw Failure: nobody is there, or it is no capture of Ethernet. `link` may be empty: all of the program's.
std::unique_ptr<Source> open_program(const std::string& control, const std::string& link);
std::unique_ptr<Source> open_file(const std::string& path);

}  // namespace sluice::dump
