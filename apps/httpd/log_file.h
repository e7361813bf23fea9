// The access log as a file or standard output: lines are collected and written once per round of the loop.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "apps/common/http/access_log.h"
#include "host/descriptor.h"

namespace sluice::httpd {

class LogFile : public http::AccessSink {
public:
    LogFile() = default;  // keeps nothing
    // `path` "-" is standard output; a message when it cannot be opened.
    static std::expected<LogFile, std::string> open(const std::string& path, http::LogFormat format);

    void record(const http::AccessRecord& record) override;
    // Called when there is something to flush.
    void set_on_waiting(std::function<void()> action) { on_waiting_ = std::move(action); }
    void flush();
    // After the file was renamed: writes to a new one by the old name. A message when it cannot; the old one is kept then.
    std::expected<void, std::string> reopen();

private:
    std::string path_;
    http::LogFormat format_ = http::LogFormat::common;
    host::Descriptor folder_;
    host::Descriptor file_;
    std::string waiting_;
    std::function<void()> on_waiting_;
    bool has_failed_ = false;
};

}  // namespace sluice::httpd
